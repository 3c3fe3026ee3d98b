import { expect, test } from 'vitest';
import { FreshQueue } from './fresh-queue.ts';

const STANDING_MS = 500;
const FRESH_MS = 200;

const queue = (): FreshQueue<{ arrivedAt: number }> => new FreshQueue(STANDING_MS, FRESH_MS);

test('a burst is taken whole and in order, however long that takes', () => {
  const burst = queue();
  for (let i = 0; i < 3000; i++) burst.push(0, { arrivedAt: i / 1000 });
  const taken = Array.from({ length: 3000 }, (_, i) => burst.take((i * STANDING_MS) / 3000)?.arrivedAt);
  expect(taken).toEqual(Array.from({ length: 3000 }, (_, i) => i / 1000));
  expect(burst.take(STANDING_MS)).toBeUndefined();
  expect(burst.droppedCount).toBe(0);
});

test('once it stands, what has waited too long is dropped, and what is taken is fresh', () => {
  const standing = queue();
  // Two come for each that is taken.
  let now = 0;
  for (; now < 3000; now++) {
    standing.push(now, { arrivedAt: now });
    standing.push(now, { arrivedAt: now });
    const taken = standing.take(now);
    if (now > STANDING_MS) expect(now - (taken?.arrivedAt ?? -Infinity)).toBeLessThanOrEqual(FRESH_MS);
  }
  expect(standing.droppedCount).toBeGreaterThan(2000);
  // As soon as it was empty all is well again.
  while (standing.size > 0) standing.take(now);
  standing.push(now, { arrivedAt: now });
  expect(standing.take(now + STANDING_MS)?.arrivedAt).toBe(now);
});

test('what waited elsewhere before counts only where the queue stands', () => {
  const queued = queue();
  queued.push(1000, { arrivedAt: 0 });
  expect(queued.take(1001)).toEqual({ arrivedAt: 0 });
});

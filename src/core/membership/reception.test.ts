import { expect, it } from 'vitest';
import { seededRandom } from '../../base/prng.ts';
import { UNICAST_TRIED_AGAIN_MS } from '../limits.ts';
import { MulticastWorth } from './reception.ts';

const from = { host: '10.0.0.1', port: 1 };

/** One HELLO a second, by both ways. Returns how often the answer changed. */
function hear(worth: MulticastWorth, start: number, multicastLoss: number, unicastLoss: number): number {
  const random = seededRandom(7 + start);
  let changes = 0;
  for (let i = start; i < start + 200; i++) {
    const before = worth.isPoor;
    if (random.next() >= multicastLoss) worth.heard(i * 1000, { ...from, byMulticast: true }, i);
    // Copies come only where they were asked for.
    if (before && random.next() >= unicastLoss) worth.heard(i * 1000, from, i);
    if (worth.isPoor !== before) changes++;
  }
  return changes;
}

it('multicast that loses most is left for unicast once, and taken up again once it is good', () => {
  const worth = new MulticastWorth();
  expect(hear(worth, 0, 0.1, 0)).toBe(0);
  expect(hear(worth, 200, 0.65, 0)).toBe(1);
  expect(worth.isPoor).toBe(true);
  expect(hear(worth, 400, 0.05, 0)).toBe(1);
  expect(worth.isPoor).toBe(false);
});

it('not where unicast loses as much', () => {
  const worth = new MulticastWorth();
  expect(hear(worth, 0, 0.65, 0.65)).toBeLessThanOrEqual(2 * Math.ceil(200_000 / UNICAST_TRIED_AGAIN_MS));
  expect(worth.isPoor).toBe(false);
});

it('that nothing passed for a while says nothing of what passes now', () => {
  const worth = new MulticastWorth();
  for (let i = 0; i < 20; i++) worth.heard(i * 1000, { ...from, byMulticast: true }, i);
  for (let i = 50; i < 60; i++) worth.heard(i * 1000, { ...from, byMulticast: true }, i);
  expect(worth.isPoor).toBe(false);
});

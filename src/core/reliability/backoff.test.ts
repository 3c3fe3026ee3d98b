import { expect, test } from 'vitest';
import { seededRandom } from '../../base/prng.ts';
import { needBackoff, randomBackoff } from './backoff.ts';

const WINDOW_MS = 40;

test('a delay lies in the window, whatever the chance, the group and the need', () => {
  for (const chance of [0, 0.5, 0.999_999])
    for (const members of [0, 1, 2, 64, 2048])
      for (const need of [-1, 0, 0.5, 1, 7]) {
        const delay = needBackoff(chance, WINDOW_MS, members, need);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(WINDOW_MS);
      }
});

test('of a thousand that wait alike, a handful speaks before it can be heard, and somebody soon', () => {
  const random = seededRandom(1);
  const HEARD_AFTER_MS = 2;
  let speakers = 0;
  let firsts = 0;
  const rounds = 100;
  for (let round = 0; round < rounds; round++) {
    const delays = Array.from({ length: 1000 }, () => randomBackoff(random.next(), WINDOW_MS, 1000));
    const first = Math.min(...delays);
    firsts += first;
    speakers += delays.filter((delay) => delay <= first + HEARD_AFTER_MS).length;
  }
  expect(speakers / rounds).toBeLessThan(6);
  expect(firsts / rounds).toBeLessThan(WINDOW_MS / 4);
});

test('who lacks most speaks before those who lack half of it', () => {
  const random = seededRandom(2);
  let inOrder = 0;
  for (let round = 0; round < 100; round++) {
    const worst = needBackoff(random.next(), WINDOW_MS, 1000, 1);
    const others = Array.from({ length: 300 }, () => needBackoff(random.next(), WINDOW_MS, 1000, 0.5));
    if (worst < Math.min(...others)) inOrder++;
  }
  expect(inOrder).toBeGreaterThan(90);
});

import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../base/prng.ts';
import { DelayEstimator } from './delay.ts';

/** TICKs every millisecond through a queue of `queueMs(t)`, clocks `ppm` apart, jitter up to 0.3 ms. */
function run(ppm: number, endMs: number, queueMs: (t: number) => number): { worst: number; last: number } {
  const random = seededRandom(1);
  const delay = new DelayEstimator();
  let worst = 0;
  let last = 0;
  for (let t = 0; t < endMs; t++) {
    const arrived = (t + 0.2 + queueMs(t) + 0.3 * random.next()) * (1 + ppm * 1e-6) + 123_456;
    last = delay.onTick(t % (2 ** 32 / 1000), arrived);
    if (t > 1000) worst = Math.max(worst, Math.abs(last - queueMs(t)));
  }
  return { worst, last };
}

describe('queueing delay', () => {
  test('is found whatever the offset and the skew of the clocks', () => {
    for (const ppm of [0, 100, -100])
      expect(run(ppm, 60_000, (t) => (t % 1000 < 800 ? 0 : 8)).worst).toBeLessThan(0.5);
  });
  test('survives the wrap of the field', () => {
    const delay = new DelayEstimator();
    const wrap = 2 ** 32 / 1000;
    for (let t = -500; t < 500; t++) {
      const queue = delay.onTick((t + wrap) % wrap, 7_000_000 + t + (t > 400 ? 5 : 0));
      expect(queue).toBeCloseTo(t > 400 ? 5 : 0, 0);
    }
  });
  test('a read gives least, greatest and standing queue since the last one', () => {
    const delay = new DelayEstimator();
    expect(delay.read()).toBeUndefined();
    for (let t = 0; t < 200; t++) delay.onTick(t, t + (t < 100 ? 0 : 4) + (t === 150 ? 9 : 0));
    const first = delay.read();
    expect(first?.minMs).toBe(0);
    expect(first?.maxMs).toBeCloseTo(13, 1);
    expect(first?.nowMs).toBeCloseTo(4, 1);
    expect(delay.read()).toBeUndefined();
    expect(delay.arrivedAtMs).toBe(203);
  });
  test('what waits in this machine is no queue until a third of the buffer is full, or 8 ms', () => {
    const queueOf = (packetsPerMs: number, waitedMs: number): number => {
      const delay = new DelayEstimator();
      let queue = 0;
      for (let t = 0; t < 200; t++) queue = delay.onTick(t, t + 5, waitedMs, packetsPerMs);
      return queue;
    };
    expect(queueOf(1, 7.9)).toBe(0);
    expect(queueOf(1, 10)).toBeCloseTo(2, 6);
    expect(queueOf(64, 0.9)).toBe(0);
    // Two thirds of the buffer are a full queue, however short that is.
    expect(queueOf(64, 2)).toBeCloseTo(2.5, 1);
  });
  test('a path that became longer is the new normal after the window', () => {
    const { last } = run(0, 30_000, (t) => (t < 10_000 ? 0 : 20));
    expect(last).toBeLessThan(1);
  });
});

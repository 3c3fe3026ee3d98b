import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../base/prng.ts';
import { RATE_MAX } from '../limits.ts';
import { TokenBucket } from './bucket.ts';
import { BulkRate } from './rate.ts';

/** Loss on a link of `capacity` bytes a millisecond with random loss: what is sent too fast is lost as well. */
function run(rate: BulkRate, capacity: number, randomLoss: number, reports: number): number[] {
  const random = seededRandom(7);
  const rates: number[] = [];
  for (let i = 0; i < reports; i++) {
    const overflow = Math.max(0, 1 - capacity / rate.bytesPerMs);
    const noise = (random.next() - 0.5) * 0.04;
    rate.report(i * 100, Math.max(0, 1 - (1 - overflow) * (1 - randomLoss) + noise), 10);
    rates.push(rate.bytesPerMs);
  }
  return rates.slice(-Math.floor(reports / 2));
}
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the bulk rate', () => {
  test('random loss alone does not slow it', () => {
    for (const loss of [0, 0.05, 0.1, 0.2, 0.3])
      expect(mean(run(new BulkRate(), 1e9, loss, 100))).toBeGreaterThan(0.8 * RATE_MAX);
  });
  test('it finds what a link carries, with and without random loss', () => {
    for (const loss of [0, 0.1, 0.2]) {
      for (const capacity of [1250, 12_500]) {
        const found = mean(run(new BulkRate(), capacity, loss, 400));
        expect(found).toBeGreaterThan(0.75 * capacity);
        expect(found).toBeLessThan(1.4 * capacity);
      }
    }
  });
});

test('a receiver that was starved for a while keeps the rate down for seconds, not minutes', () => {
  const rate = new BulkRate();
  let now = 0;
  // Each report comes when its block has been sent.
  const block = (loss: number): void => {
    now += (1024 * 1024) / rate.bytesPerMs;
    rate.report(now, loss, 5);
  };
  for (let i = 0; i < 20; i++) block(0.01);
  for (let i = 0; i < 20; i++) block(0.9);
  const healedAt = now;
  for (let i = 0; i < 100 && rate.bytesPerMs < 20_000; i++) block(0.01);
  expect(rate.bytesPerMs).toBeGreaterThanOrEqual(20_000);
  expect(now - healedAt).toBeLessThan(15_000);
});

describe('the token bucket', () => {
  test('lets through its rate, and no more than its burst at once', () => {
    const bucket = new TokenBucket(100, 300);
    let sent = 0;
    for (let now = 0; now <= 1000; now++) while (bucket.take(now, 50)) sent += 50;
    expect(sent).toBeGreaterThanOrEqual(100_000);
    expect(sent).toBeLessThanOrEqual(100_000 + 300 + 50);
    bucket.take(5000, 0);
    let burst = 0;
    while (bucket.take(5000, 50)) burst += 50;
    expect(burst).toBe(300);
    expect(bucket.take(bucket.readyAt(5000), 50)).toBe(true);
  });
});

import { expect, test } from 'vitest';
import type { TransferInfo } from '../../contract/api.ts';
import { nextRate } from './rates.ts';
import type { TransferRate } from './rates.ts';

function report(bytesDone: number, heron = bytesDone): TransferInfo {
  const members = [{ id: 'heron', name: 'Heron', state: 'running', bytesDone: heron }] as const;
  return { bytesDone, members } as unknown as TransferInfo;
}

/** Reports 500 ms apart. */
const after = (...reports: readonly TransferInfo[]): TransferRate =>
  reports.reduce<TransferRate | undefined>(
    (rate, one, index) => nextRate(rate, one, index * 500),
    undefined,
  )!;

test('two reports make a rate, of the whole and of each member', () => {
  const rate = after(report(0), report(5_000_000, 8_000_000));
  expect(rate.whole.bytesPerSecond).toBe(10_000_000);
  expect(rate.members['heron']?.bytesPerSecond).toBe(16_000_000);
});

test('what stands still comes to rest, and what begins again is never negative', () => {
  const still = Array.from({ length: 40 }, () => report(1000));
  expect(after(report(0), ...still).whole.bytesPerSecond).toBeLessThan(1);
  expect(after(report(1000), report(0)).whole.bytesPerSecond).toBe(0);
});

test('reports that come at once are one', () => {
  const first = after(report(0), report(1000));
  expect(nextRate(first, report(2000), 520)).toBe(first);
});

import { expect, test } from 'vitest';

import { runScale, type ScaleOptions, type ScaleResult } from './transfer.ts';

const MEBIBYTE = 2 ** 20;
const run = (options: Partial<ScaleOptions>): ScaleResult =>
  runScale({
    seed: 1,
    receiverCount: 100,
    loss: 0.1,
    fileBytes: 6 * MEBIBYTE,
    megabitsPerSecond: 100,
    ...options,
  });
/** The same, run once: what others are compared with. */
const done = new Map<string, ScaleResult>();
function once(options: Partial<ScaleOptions>): ScaleResult {
  const key = JSON.stringify(options);
  const result = done.get(key) ?? run(options);
  done.set(key, result);
  return result;
}

test('a hundred receivers get a file, and the sender knows of each', { timeout: 60_000 }, () => {
  const result = once({});
  expect(result.completeCount).toBe(100);
  expect(result.knownCount).toBe(100);
  expect(result.wire).toBeLessThan(1.3);
  expect(result.packetsPerMsMax).toBeLessThan(30);
  expect(result.packetsByType['receivers report']).toBeLessThan(200);
  expect(run({}).fingerprint).toBe(result.fingerprint);
});

test('few receivers get every byte', { timeout: 60_000 }, () => {
  const result = run({ receiverCount: 3, fileBytes: 2 * MEBIBYTE + 1 });
  expect(result.exact).toBe(true);
  expect(result.knownCount).toBe(3);
});

test('dead receivers hold nobody up', { timeout: 60_000 }, () => {
  const whole = once({ fileBytes: 12 * MEBIBYTE });
  const result = run({ fileBytes: 12 * MEBIBYTE, dying: 10 });
  expect(result.knownCount).toBe(90);
  expect(result.completeMs).toBeLessThan(1.3 * whole.completeMs);
});

test('a few slow disks hold nobody up, and get the file in the end', { timeout: 60_000 }, () => {
  const slow = { count: 5, disk: { accessMs: 40, megabytesPerSecond: 2 } };
  const quick = once({ fileBytes: 12 * MEBIBYTE });
  const result = run({ fileBytes: 12 * MEBIBYTE, slow });
  expect(result.knownCount).toBe(100);
  expect(result.firstPassMs).toBeLessThan(1.2 * quick.firstPassMs);
  expect(result.wire).toBeLessThan(quick.wire + 0.3);
});

test('who lies about what is missing costs its share, and nobody goes without', { timeout: 60_000 }, () => {
  const honest = once({});
  for (const liar of ['impostor', 'crowd'] as const) {
    const result = run({ liar });
    expect(result.knownCount, liar).toBe(100);
    expect(result.wire, liar).toBeLessThan(honest.wire + 0.9);
  }
});

test(
  'among few receivers, too, a slow disk holds nobody up, and gets the file in the end',
  { timeout: 60_000 },
  () => {
    const few = { receiverCount: 9, loss: 0.02, fileBytes: 60 * MEBIBYTE };
    const quick = run(few);
    const result = run({ ...few, slow: { count: 1, disk: { accessMs: 40, megabytesPerSecond: 2 } } });
    expect(result.knownCount).toBe(9);
    expect(result.firstPassMs).toBeLessThan(1.2 * quick.firstPassMs);
  },
);

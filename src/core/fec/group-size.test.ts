import { expect, it } from 'vitest';
import { chooseGroupCount, decodingShare, groupsAllowed, tryKernel } from './group-size.ts';
import { createKernel } from './kernel.ts';

const load = {
  bytesPerSecond: 12_500_000,
  loss: 0.05,
  symbolBytes: 1460,
  symbolCount: 719,
  kernelBytesPerSecond: 10e9,
};

it('takes the largest group that a tenth of a core decodes', () => {
  expect(chooseGroupCount(load)).toBe(1);
  expect(chooseGroupCount({ ...load, loss: 0.2 })).toBe(4);
  expect(chooseGroupCount({ ...load, loss: 0.1 })).toBe(2);
  expect(chooseGroupCount({ ...load, loss: 0.2, kernelBytesPerSecond: 30e9 })).toBe(1);
  expect(chooseGroupCount({ ...load, loss: 0.3, bytesPerSecond: 125e6 })).toBe(4);
});

it('grows with loss, rate and group, and is nothing without loss', () => {
  expect(decodingShare({ ...load, loss: 0 }, 1)).toBe(0);
  expect(decodingShare(load, 1)).toBeGreaterThan(1.5 * decodingShare(load, 2));
  expect(decodingShare({ ...load, bytesPerSecond: 25e6 }, 1)).toBeCloseTo(2 * decodingShare(load, 1));
});

it('keeps groups within their bound where symbols are small', () => {
  expect(chooseGroupCount({ ...load, loss: 0, symbolBytes: 536, symbolCount: 1957 })).toBe(2);
  expect(groupsAllowed(1957, 1)).toBe(false);
  expect(groupsAllowed(719, 3)).toBe(false);
});

it('offers the caller a piece of work to time', () => {
  expect(tryKernel(createKernel())).toBeGreaterThan(3_000_000);
});

/**
 * How many groups a block is coded in. A larger group needs fewer repair symbols for the same losses, but decoding
 * costs each byte as many multiplications as symbols are missing from the group.
 */
import { DECODE_CORE_SHARE_MAX, GROUP_SYMBOLS_MAX, SLICE_WORK_BYTES } from './limits.ts';
import { PASS_DESTINATIONS_MAX, PASS_SOURCES_MAX, STRIDE_BYTES_MAX } from './limits.ts';
import type { FecKernel } from './port.ts';

export interface DecodingLoad {
  /** Of the data, at the receiver. */
  readonly bytesPerSecond: number;
  /** Of the worst member that counts: 0…1. */
  readonly loss: number;
  readonly symbolBytes: number;
  /** Of a full block. */
  readonly symbolCount: number;
  /** What the slowest member's kernel multiplies and adds. */
  readonly kernelBytesPerSecond: number;
}

const GROUP_COUNTS = [1, 2, 4] as const;
/** Rows come into and out of the kernel at about this part of its speed. */
const COPY_SPEED = 0.2;

/** The least number of groups whose decoding costs at most `coreShareMax` of a core; 4 where none does. */
export function chooseGroupCount(load: DecodingLoad, coreShareMax = DECODE_CORE_SHARE_MAX): number {
  const fitting = GROUP_COUNTS.filter((count) => groupsAllowed(load.symbolCount, count));
  return fitting.find((count) => decodingShare(load, count) <= coreShareMax) ?? 4;
}

/** Whether this many groups are allowed for a block of so many symbols: for what others offer, too. */
export function groupsAllowed(symbolCount: number, groupCount: number): boolean {
  return GROUP_COUNTS.includes(groupCount as 1) && Math.ceil(symbolCount / groupCount) <= GROUP_SYMBOLS_MAX;
}

/** The part of a core that decoding takes at this load, for one group of `symbolCount / groupCount`. */
export function decodingShare(load: DecodingLoad, groupCount: number): number {
  const size = Math.ceil(load.symbolCount / groupCount);
  const missing = size * load.loss;
  if (missing === 0) return 0;
  // Every symbol, known or right side, times each missing one; the tableau, at its rows' length; copies for each pass.
  const data = missing * size * load.symbolBytes;
  const tableau = 2 * missing ** 3;
  const passes = Math.ceil(missing / PASS_DESTINATIONS_MAX);
  const copied = (passes * size + missing * (2 * Math.ceil(size / PASS_SOURCES_MAX) + 3)) * load.symbolBytes;
  const seconds = (data + tableau + copied / COPY_SPEED) / load.kernelBytesPerSecond;
  return (seconds / (size * load.symbolBytes)) * load.bytesPerSecond;
}

/** A slice of work on whatever stands in the memory, for the caller to time: returns the bytes multiplied. */
export function tryKernel(kernel: FecKernel): number {
  kernel.multiplyAdd(PASS_DESTINATIONS_MAX, PASS_SOURCES_MAX, STRIDE_BYTES_MAX);
  return SLICE_WORK_BYTES;
}

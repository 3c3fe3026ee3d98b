/**
 * The port through which the core reaches the GF(2⁸) loops, and the layout of the memory that both sides share. The
 * memory keeps nothing between calls: whoever multiplies copies rows in, calls, and copies the sums out before
 * anything else runs.
 */
import type { Bytes } from '../../base/bytes.ts';
import { PASS_COEFFICIENTS_MAX, PASS_SOURCE_BYTES, ROW_ALIGNMENT, TABLE_BYTES } from './limits.ts';

export interface FecKernel {
  /** All of the kernel's memory. It has a fixed size, so that this view stays valid. */
  readonly memory: Bytes;
  /**
   * destination[d] ^= Σ coefficient[d][s] · source[s], for rows that stand at SOURCES_AT and DESTINATIONS_AT, one
   * every `stride` bytes (a multiple of ROW_ALIGNMENT), and coefficients at COEFFICIENTS_AT, `sourceCount` a row.
   */
  multiplyAdd(destinationCount: number, sourceCount: number, stride: number): void;
}

export const COEFFICIENTS_AT = TABLE_BYTES;
export const SOURCES_AT = COEFFICIENTS_AT + PASS_COEFFICIENTS_MAX;
export const DESTINATIONS_AT = SOURCES_AT + PASS_SOURCE_BYTES;

/** The distance of rows that hold this many bytes. */
export function strideFor(bytes: number): number {
  return Math.ceil(bytes / ROW_ALIGNMENT) * ROW_ALIGNMENT;
}

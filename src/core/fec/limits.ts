/** Every bound of the erasure code, with its arithmetic. */

/** Rows of the kernel follow each other at a multiple of this: its widest loop takes 64 bytes of a row at a time. */
export const ROW_ALIGNMENT = 64;
/** The largest symbol, 1472 − 12 bytes, rounded up to the alignment. */
export const STRIDE_BYTES_MAX = 1472;
/**
 * What one call of the kernel takes at most: 64 sources and 32 destinations of the largest symbol, or more shorter
 * rows. Large enough that copying in and out stays under a tenth of the work (64 + 2 × 32 rows copied for 2048
 * multiplied), small enough to stay in a second-level cache with the tables: 150 kB.
 */
export const PASS_SOURCE_BYTES = 64 * STRIDE_BYTES_MAX;
export const PASS_DESTINATION_BYTES = 32 * STRIDE_BYTES_MAX;
export const PASS_COEFFICIENTS_MAX = 4096;
export const PASS_SOURCES_MAX = 64;
export const PASS_DESTINATIONS_MAX = 32;
/** Two tables of 16 bytes for each of 256 constants. */
export const TABLE_BYTES = 256 * 32;
/** 8,192 + 4,096 + 94,208 + 47,104 = 153,600 bytes; pages have 65,536. It never grows, so views never detach. */
export const KERNEL_PAGES = 3;

/**
 * Bytes that one slice multiplies and adds: a full pass, 32 × 64 × 1472. 0.1 ms at 30 GB/s, and 0.4 ms on a
 * machine that reaches only 8.
 */
export const SLICE_WORK_BYTES = 32 * 64 * STRIDE_BYTES_MAX;

/**
 * Symbols of a group: a decoder's table of coefficients is at most this squared, 1 MiB, and taking in a repair
 * symbol multiplies it twice, 2 MiB: within a slice.
 */
export const GROUP_SYMBOLS_MAX = 1024;
/** Decoding may cost a member this part of one core. */
export const DECODE_CORE_SHARE_MAX = 0.1;
/** For very many receivers, of which the unluckiest is the dearer the smaller the groups are: at 20 % loss and a thousand
 *  of them one group of 719 sends 1.32 times the data, two of 360 send 1.35. */
export const DECODE_CORE_SHARE_MANY_MAX = 0.3;

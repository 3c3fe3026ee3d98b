/** Bounds of the room of the original tool, beside those that its protocol gives (core/classic/limits.ts). */

/** Texts and updates leave this far apart, so that a reader that takes one at a time loses none. */
export const TALK_SPACING_MS = 2;
/** Texts that wait to leave: a text of 64 KiB is 66 datagrams. */
export const TALK_QUEUE_MAX = 1024;
/** Looked this often for who fell silent and what stalled. */
export const CLASSIC_CHECK_MS = 500;
/** Datagrams of a file in a row at most, after the timer was late: an idle reader's default buffer holds 64 and more. */
export const CLASSIC_BURST_MAX = 4;
/** Files are read, and what came is written, in parts of this size. */
export const CLASSIC_PART_BYTES = 256 * 1024;
/** What of one file may wait for the disk; beyond that the disk is too slow, and the file broken. */
export const CLASSIC_WAITING_BYTES_MAX = 4 * 1024 * 1024;
/** Stays free on the disk, whatever comes: anybody on the network can send here. */
export const CLASSIC_FREE_BYTES_MIN = 1024 ** 3;
/** Own files that wait for their turn: they leave one after the other. */
export const CLASSIC_OUTGOING_MAX = 64;
export const CLASSIC_PROGRESS_MS = 200;
/** Beyond the stall that ends a file which broke off: a reader looks for it every half second. */
export const CLASSIC_BREAK_MS = 1_000;

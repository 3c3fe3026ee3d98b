/** Bounds of the store, with their arithmetic. */

/**
 * Records handed to the core at a join, and their bytes: parsed there in one go, 1024 × 30 µs. Older ones stay in the file
 * and are read when somebody lacks them.
 */
export const HISTORY_RESTORED_MAX = 1024;
export const HISTORY_RESTORED_BYTES_MAX = 4 * 1024 * 1024;
/** Records in one answer to the core: 512 of a typical 500 bytes are 256 kB to clone. */
export const READ_RECORDS_MAX = 512;
/** Emoji that one person's reactions to one message are shown with; the first ones in the order. */
export const REACTIONS_PER_AUTHOR_MAX = 8;
/** Unread lines are counted up to this: 1 ms; beyond it clients show "999+". */
export const UNREAD_COUNTED_MAX = 1000;
/** Lines forgotten in one transaction: about 20 ms, in which nothing else is written. */
export const RETENTION_STEP_LINES = 500;
/** Rooms remembered: more than anyone sits in, few enough that a list of them is one page. */
export const ROOMS_MAX = 256;
/** Members removed per room. */
export const REMOVED_MEMBERS_MAX = 1024;
/** Incoming files whose outcome is remembered, so that an old offer is not fetched again; 200 bytes a row. */
export const TRANSFER_OUTCOMES_MAX = 10_000;
/**
 * Transfers kept with all that it takes to go on. 1,000 of 1 GB each are 1,000 pages of 8 blocks, 400 bytes a page: 50 MB.
 * Beyond that the oldest that ended goes first.
 */
export const KEPT_TRANSFERS_MAX = 1_000;
/** One that ended so long ago, and whose file is gone, is forgotten. */
export const ENDED_TRANSFER_MS_MAX = 30 * 24 * 3600 * 1000;
/** Rules about files: of more rooms and members than anybody sets by hand. */
export const FILE_RULES_MAX = 1_024;
/** Rooms that were left or that we were removed from, kept until they are forgotten; the oldest goes first. */
export const CLOSED_ROOMS_MAX = 64;
/**
 * Members remembered by name and key, 300 bytes each: 3 MB. Beyond that those go that were seen least lately, of which a
 * crowd of made-up ones drives out each other first; those verified never do.
 */
export const KNOWN_MEMBERS_MAX = 10_000;
/** How long a statement waits for another connection: only a second process that ignores the lock could hold it. */
export const BUSY_TIMEOUT_MS = 2_000;
/** Files up to this size are looked at for damage at every start: a tenth of a second. */
export const CHECKED_ALWAYS_BYTES_MAX = 64 * 1024 * 1024;
/** Larger ones after a crash, and once a week. */
export const CHECK_EVERY_MS = 7 * 24 * 3600 * 1000;

/** Places that are told to be damaged, of 100 characters. */
export const DAMAGES_TOLD_MAX = 100;

/** Bounds and times of the command line. Units last. */

/** How long a one-shot listens before it decides who is present: a first HELLO draws replies within a second. */
export const LISTEN_MS = 1_500;
/** In `classic` every member tells of itself each 5 s, and cannot be asked. */
export const CLASSIC_LISTEN_MS = 5_500;
/** A member says only 3 s after it came whom it does not hear; its HELLOs are a second apart. */
export const DOCTOR_LISTEN_MS = 5_000;
/** Members shown in the matrix: what fits a wide terminal. `--json` has all. */
export const DOCTOR_MATRIX_MAX = 16;
export const SAY_TIMEOUT_S = 10;
/** A transfer that has not moved for this long is over. */
export const STALL_MS_MAX = 30_000;
/** A member that was asked to take a file after all has said something by then: it is asked for 8 s. */
export const ANSWER_MS_MAX = 10_000;
/** The sender asks once more than the last block needs; its question must find somebody. */
export const RECEIVED_LINGER_MS = 1_500;
/** Rows that are not on a terminal are printed this often at most. */
export const PROGRESS_LINE_MS_MIN = 2_000;
export const PROGRESS_DRAW_MS_MIN = 100;
export const PROGRESS_ROWS_MAX = 40;
/** Standard input of `say -`: one byte over the limit tells that it is too long. */
export const STDIN_BYTES_MAX = 64 * 1024 + 1;
/** Largest answer of the local API: a snapshot of full rooms. */
export const FRAME_BYTES_MAX = 256 * 1024 * 1024;
export const CONNECT_MS_MAX = 5_000;
/** Events kept while nobody takes them, between the welcome and the first listener. */
export const EARLY_EVENTS_MAX = 10_000;
/** A host that changed a private room stays until it has said so: what must come is sent again and again for some seconds. */
export const LEAVING_LINGER_MS = 3_000;
/** Until somebody who was let in shows up in the room. */
export const WELCOME_MS_MAX = 8_000;
export const STOP_MS_MAX = 15_000;
/** Files that are sent one by one; more of them go as one pack. */
export const SEPARATE_FILES_MAX = 100;
/** Below the 512 KiB of a request, with room for the rest of it. */
export const REQUEST_PATHS_CHARACTERS_MAX = 500 * 1024;
/** People compare pictures for so long: as the core waits for them (core/limits.ts, EMOJI_SESSION_MS). */
export const EMOJI_MS_MAX = 600_000;

/** Of a file with a passphrase, and of what is typed: more than anybody remembers. */
export const PASSPHRASE_FILE_BYTES_MAX = 1024;
/** Tries at the terminal before a command gives up. */
export const PASSPHRASE_TRIES_MAX = 3;

/** What the original tool fixes, and the bounds of speaking with it (protocol.md §11). Units last in the names. */

/** Its readers take so many bytes of a datagram. */
export const CLASSIC_DATAGRAM_BYTES_MAX = 1024;
export const CLASSIC_UPDATE_MS = 5000;
/** Two lost updates in a row are not a member that is gone, three and a second of delay are. */
export const CLASSIC_SILENT_MS_MAX = 3 * CLASSIC_UPDATE_MS + 1000;
/** Files have no numbers and no repair: what pauses for so long does not go on. */
export const CLASSIC_STALL_MS_MAX = 10_000;
/** Addresses, which anybody can invent: 100 bytes each. */
export const CLASSIC_MEMBERS_MAX = 1024;
/** Files that come at the same time, each with an open file and up to 4 MiB that wait for the disk. */
export const CLASSIC_STREAMS_MAX = 16;

/** Every bound of the daemon, with its arithmetic. Units last. */

// ---- kept in memory ------------------------------------------------------------------------------------------
/** Records of others that wait for the disk: a turn's worth at 10,000 a second and more, and 40 MB where it is full. */
export const UNKEPT_RECORDS_MAX = 8_192;
/** Transfers listed; the oldest that ended goes first. 1,000 with 50 rows each are about 10 MiB. */
export const TRANSFERS_MAX = 1_000;
/** Of the room `classic`, where anybody can begin one. */
export const CLASSIC_TRANSFERS_MAX = 200;
/** Rows of one own transfer. */
export const TRANSFER_MEMBERS_MAX = 2_000;
/** Own records that wait for a disk with space; with those of commands that are on their way, twice as many. */
export const UNSTORED_RECORDS_MAX = 1_000;
/** Own records in one transaction: 20 ms with one wait for the disk, where each alone is 1 to 10 ms. */
export const STORED_AT_ONCE_MAX = 256;
/** With 64 MiB and three passes for each try, eight characters of any kind hold out for years against one machine. */
export const PASSPHRASE_CHARACTERS_MIN = 8;
export const PASSPHRASE_BYTES_MAX = 1024;
/** Commands that wait for the engine. */
export const WAITING_COMMANDS_MAX = 1_000;
/** Problems shown to whoever connects later: one per code and subject. */
export const STANDING_PROBLEMS_MAX = 32;

// ---- times ---------------------------------------------------------------------------------------------------
/** The engine answers a question within microseconds, unless it hashes or the machine sleeps. */
export const ENGINE_ANSWER_MS_MAX = 5_000;
/** Right after a join the core may wait for its own frontier; an open file may be on a slow share. */
export const COMMAND_MS_MAX = 20_000;
/** 200,000 entries at 5 ms each, on a share far away, would be 17 minutes: who has that has to send parts of it. */
export const SCAN_MS_MAX = 180_000;
export const STORE_RETRY_MS = 2_000;
export const ENGINE_START_MS_MAX = 15_000;
/** `io` takes up to 500 ms for the last datagrams. */
export const ENGINE_STOP_MS_MAX = 3_000;
/** The whole member list goes out at most twice a second after a change, and now and then for "last heard". */
export const MEMBERS_EVENT_MS_MIN = 500;
export const MEMBERS_REFRESH_MS = 2_000;
export const TRANSFER_STATE_MS_MIN = 200;
/** A lock that is held by a process without a door yet: it is starting. */
export const ATTACH_MS_MAX = 8_000;
export const ATTACH_RETRY_MS = 100;

/** Own prekeys are looked after this often: a new one comes every few days, an old one goes to the hour. */
export const PREKEYS_TEND_MS = 3_600_000;
/** Members that are seen go to the disk together. */
export const KNOWN_FLUSH_MS = 1_000;
/** Colours of badges in a snapshot, of those seen last: 40 bytes each, so 40 kB at most before the page is painted. */
export const COLOURS_TOLD_MAX = 1_000;
/** "Last seen" is written again after this long. */
export const SEEN_AGAIN_MS = 3_600_000;
/** Who has an invite waits this long for its sponsor; the core gives up before. */
export const JOIN_MS_MAX = 90_000;
/** After a join by invite: until the others' log of members has come. */
export const ARRIVAL_MS_MAX = 8_000;
/** After a direct room is made: until the other is in it. On one network that takes a tenth of a second. */
export const DIRECT_MEETING_MS_MAX = 1_500;

/** A host that only serves its clients looks this often whether the last one has gone. */
export const IDLE_CHECK_MS = 50;

// ---- files ---------------------------------------------------------------------------------------------------
/** Taken without a question, where no rule of the user says otherwise: a file, ten such of one member at a time, fifty a day. */
export const AUTO_ACCEPT_BYTES_MAX = 1024 ** 3;
export const ON_THE_WAY_BYTES_MAX = 10 * AUTO_ACCEPT_BYTES_MAX;
export const DAY_BYTES_MAX = 50 * AUTO_ACCEPT_BYTES_MAX;
export const DAY_MS = 24 * 3600 * 1000;
/** Stays free whatever is accepted by itself, or copied into the spool. */
export const FREE_SPACE_BYTES_MIN = 1024 ** 3;
/** Stays free whatever the user accepts: the store of the profile is often on the same disk. */
export const ACCEPTED_FREE_BYTES_MIN = 16 * 1024 ** 2;
/** How a transfer gets on is written down that often; with the second of `io` a kill costs at most two. */
export const KEEP_MS = 500;
/** Signed pages that wait for the disk: 400 bytes each. */
export const UNKEPT_PAGES_MAX = 10_000;
/** The same file sent again within this is the same sending. */
export const SENT_JUST_NOW_MS = 10 * 60 * 1000;
/** A copied file that nobody fetched for so long goes. */
export const SPOOL_MS_MAX = 7 * DAY_MS;
export const UPLOADS_MAX = 16;
/** Links to files that hold at a time: every picture and film of a page or two, 100 bytes each. */
export const FILE_LINKS_MAX = 512;
export const FILE_LINK_MS_MAX = 60 * 60 * 1000;
export const LOG_BYTES_MAX = 5 * 1024 * 1024;

/** Rooms that we were let into and did not answer yet, and those that we declined: 64 × 300 bytes, one row. */
export const OFFERS_KEPT_MAX = 64;

// ---- local API -----------------------------------------------------------------------------------------------
export const DEFAULT_UI_PORT = 27_410;
/** Several profiles of one machine try these in turn before they take any free one. */
export const UI_PORTS_TRIED = 8;
export const CLIENTS_MAX = 64;
export const CONNECTIONS_MAX = 256;
export const AUTHENTICATE_MS_MAX = 5_000;
export const CLIENT_REQUESTS_MAX = 256;
/** A snapshot of 30 rooms with 200 long messages each stays below; a client this far behind does not read. */
export const CLIENT_BUFFER_BYTES_MAX = 32 * 1024 * 1024;
export const SNAPSHOT_MESSAGES_MAX = 200;
export const SNAPSHOT_MESSAGES_CHARACTERS_MAX = 512 * 1024;
export const TICKETS_MAX = 64;
export const TICKET_MS_MAX = 60_000;
export const TICKET_BODY_BYTES_MAX = 1024;
export const HEADERS_MS_MAX = 10_000;

/**
 * The engine's garbage is of datagrams and short-lived. V8 would let it grow to 48 MB before it collects more often; what it
 * keeps of blocks is in buffers of their own.
 */
export const ENGINE_YOUNG_MB = 16;

// ---- doctor --------------------------------------------------------------------------------------------------
/** Of HELLOs; above that files need visibly more packets. */
export const DOCTOR_LOSS_MAX = 0.15;
/** With up to so much lost, four beats in a row get lost by chance once in 160,000 times. */
export const DOCTOR_FORGETS_LOSS_MAX = 0.05;
/** Times are shown by the minute. */
export const DOCTOR_CLOCK_MS_MAX = 60_000;
/** UDP payload of a full Ethernet packet over IPv4; over IPv6 20 less. */
export const DOCTOR_DATAGRAM_BYTES_GOOD = 1472;
/** In a room of a thousand every pair could have one. */
export const DOCTOR_FINDINGS_MAX = 100;

// ---- history -------------------------------------------------------------------------------------------------
export const TIMELINE_DEFAULT = 100;
export const SEARCH_DEFAULT = 50;
/** Text of one page: what a client takes as one answer, also where every character is escaped. */
export const TIMELINE_CHARACTERS_MAX = 512 * 1024;
/** Shown above an answer. */
export const REPLY_EXCERPT_CHARACTERS = 160;
/** What is too old goes within the hour. */
export const RETENTION_CHECK_MS = 3_600_000;
export const EXPORT_PAGE_LINES = 500;

/** Every bound of the web UI. */

/**
 * Entries of a room's timeline that the page keeps. The daemon keeps fewer for what others said; this bounds a tab
 * that stays open for weeks: 20,000 entries of about 1 kB are 20 MB.
 */
export const TIMELINE_ENTRIES_MAX = 20_000;
/** Entries of one older page: some screens. It is fetched when the beginning is this close. */
export const OLDER_PAGE_ENTRIES = 100;
export const OLDER_PAGE_PIXELS = 1_200;
/** Entries of a stretch around one that was looked for, or of the newest. */
export const STRETCH_ENTRIES = 100;
/** How long the entry that was looked for stands out. */
export const FOCUS_MS = 2_000;
/** What is in sight counts as read after this long, so that a page that is only scrolled through is told once. */
export const READ_DELAY_MS = 400;
/** Others see "is typing" for six seconds after they were told. */
export const TYPING_MS = 6_000;
export const TYPING_TOLD_EVERY_MS = 3_000;
/** Of those who type at once; of more than two, names are not shown. */
export const TYPING_SHOWN_MAX = 20;
/** Members whose marks stand at one entry, and the reactions offered at once. */
export const READERS_SHOWN_MAX = 5;
export const QUICK_REACTIONS = ['👍', '❤️', '😄', '🎉', '😢', '👀'] as const;
/** The network is asked about once a second while somebody looks, and five minutes of that are kept. */
export const NETWORK_SAMPLE_MS = 1_000;
export const NETWORK_SAMPLES_MAX = 300;
/** The doctor reads the rules of a firewall and waits for the engine: seconds on a slow machine. */
export const DOCTOR_MS_MAX = 30_000;
export const PLOT_HEIGHT_PIXELS = 96;
/** Members with a line of their own in a plot. */
export const NETWORK_LINES_MAX = 6;
/** Rows and columns of the picture of who hears whom: beyond that no screen shows cells. The table of links has everybody. */
export const MATRIX_MEMBERS_MAX = 60;
/** What happened since the page was opened: a line is about 200 bytes. */
export const EVENT_LOG_MAX = 1_000;
/** Hits of one page of a search, and how long the user pauses before it begins. */
export const SEARCH_PAGE_HITS = 30;
export const SEARCH_DELAY_MS = 150;
/** Hits that are shown of one search: who wants more narrows it. */
export const SEARCH_HITS_SHOWN_MAX = 600;
/** Characters of a hit around its first word. */
export const SEARCH_EXCERPT_CHARACTERS = 240;
/** Pixels of rows kept beyond what is in sight, above and below: a turn of the wheel shows no gap. */
export const TIMELINE_BUFFER_PIXELS = 600;
/** A longer text is folded behind *Show all*: 64 KiB of text would be some forty screens. */
export const TEXT_FOLDED_CHARACTERS = 2_400;
export const TEXT_FOLDED_LINES = 30;
/** Parsing takes some 30 ms for this many characters of nothing but marks; what is longer is shown as it was written. */
export const MARKDOWN_CHARACTERS_MAX = 4_000;
/** Levels of quotes, lists and emphasis in each other: nobody writes more, and each is a level of recursion. */
export const MARKDOWN_DEPTH_MAX = 12;
/** Stars, brackets and the like in one message; ten times what a page of code has. */
export const MARKDOWN_MARKS_MAX = 600;
/** Parts of one message: as many elements. */
export const MARKDOWN_NODES_MAX = 1_000;
/** Characters of the newest message that are read out when it comes. */
export const ANNOUNCED_CHARACTERS_MAX = 200;
/** Characters of a message in a notification; systems show some two lines. */
export const NOTIFICATION_CHARACTERS_MAX = 160;
/** Characters of a foreign name that are rendered at all; CSS clips what still is too wide. */
export const NAME_CHARACTERS_SHOWN_MAX = 200;

/** Notices on screen; the oldest makes room. */
export const NOTICES_MAX = 4;
/** A notice that offers *Undo* goes by itself; the member list keeps offering *Restore*. */
export const NOTICE_PASSING_MS = 12_000;

/** Wait before the first reconnection, doubled for each further one up to the maximum. */
export const RECONNECT_MS_MIN = 250;
export const RECONNECT_MS_MAX = 5_000;
/** A request that the daemon has not answered by then is reported as failed. */
export const REQUEST_MS_MAX = 30_000;
/** Requests under way at once; a click more is refused, not queued. */
export const REQUESTS_MAX = 256;

/** Members whose colours are remembered: four full rooms. */
export const COLOURS_REMEMBERED_MAX = 4_000;

/** Known people in one list; a part of the name finds the others. */
export const KNOWN_SHOWN_MAX = 100;
/** Files and folders of one drop: the paths of so many are 10 MB, of which the daemon takes 32. */
export const UPLOAD_ENTRIES_MAX = 50_000;
/** Folders within folders; as deep as the daemon takes them. */
export const FOLDER_DEPTH_MAX = 60;
/** More files at once go as one, so that a room is not filled with cards. */
export const FILES_SENT_SINGLY_MAX = 10;
/** Of a file's name, its end first, for it says what the file is. */
export const UPLOAD_NAME_CHARACTERS_MAX = 1_000;
/** Files that wait to be handed to the daemon, one after the other. */
export const UPLOADS_MAX = 500;
/** Pictures up to this size are shown by themselves: 16 MiB is beyond any photo. */
export const PICTURE_BYTES_MAX = 16 * 1024 * 1024;
/** Decoded, a pixel takes four bytes: 64 million are 256 MB, and more than any camera's. A picture of more is not shown. */
export const PICTURE_PIXELS_MAX = 64_000_000;
/** Fetched pictures that are kept while their rows are out of sight. */
export const PICTURES_KEPT_BYTES_MAX = 64 * 1024 * 1024;
/** Members of an own transfer whose names and states stand beside their rings; of more, the rings alone. */
export const TRANSFER_MEMBERS_NAMED = 6;
/** Rings in the timeline; the table behind them has everybody. */
export const TRANSFER_RINGS_SHOWN = 100;

/** An unread count beyond this is shown as `99+`. */
export const UNREAD_SHOWN_MAX = 99;
/** Joining by invite: reading six words takes seconds on a slow machine, and the sponsor is given time to answer. */
export const JOIN_MS_MAX = 120_000;
/** Characters of a name that are compared one by one with another name; names have at most 64 bytes. */
export const NAME_CHARACTERS_COMPARED_MAX = 64;
/** Modules of a QR code along one side that are drawn: version 40, the largest there is. */
export const QR_MODULES_MAX = 177;
/** How long *Copied* stands in a button. */
export const COPIED_MS = 2_000;

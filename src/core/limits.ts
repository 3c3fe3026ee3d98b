/**
 * Every bound of the protocol, with its arithmetic. Units stand last in the name: ms, bytes; a COUNT or MAX without
 * a unit counts things.
 */

// ---- wire ----------------------------------------------------------------------------------------------------

/** UDP port of all multicast; unicast takes the first free one of the fifteen above it. */
export const DEFAULT_PORT = 27420;
/** 20 (IPv4) + 8 (UDP). */
export const IPV4_UDP_HEADER_BYTES = 28;
/** 40 (IPv6) + 8 (UDP). */
export const IPV6_UDP_HEADER_BYTES = 48;
/** Ethernet's 1500 less 20 (IPv4) and 8 (UDP): nothing larger is ever sent or accepted. */
export const DATAGRAM_BYTES_MAX = 1472;
/** The 576 bytes that every IPv4 host must take, less 28. */
export const DATAGRAM_BYTES_MIN = 548;
export const NAME_BYTES_MAX = 64;
/** A file's name as offered: longer than any file system keeps, so that the receiver's rule decides. */
export const FILE_NAME_BYTES_MAX = 1024;
/** 48-bit numbers: sequence, depth, sizes. */
export const U48_MAX = 2 ** 48 - 1;

// ---- rooms and members ---------------------------------------------------------------------------------------

export const ROOMS_MAX = 16;
/** Bounds the roster of a room against invented keys; HELLO traffic itself is bounded by the interval. */
export const MEMBERS_MAX = 2048;
/** Members that left: their last counter is remembered so that an old HELLO cannot bring them back. */
export const DEPARTED_MAX = 1024;
export const HELLO_INTERVAL_MIN_MS = 1000;
/** One HELLO every 50 ms in the whole room: N members send every N × 50 ms. */
export const HELLO_SPACING_MS = 50;
/** An announced interval above this is not believed: MEMBERS_MAX × HELLO_SPACING_MS. */
export const HELLO_INTERVAL_MAX_MS = 102_400;
/** In quiet mode a member says so seldom that it is there. Three intervals are 90 s: so late is it missed. */
export const QUIET_HELLO_INTERVAL_MS = 30_000;
/** In quiet mode heads of private rooms are said so much more seldom. */
export const QUIET_HEADS_FACTOR = 12;
export const AWAY_INTERVALS = 3;
export const GONE_INTERVALS = 10;
/** A member that is silent this long is asked by unicast, three times before it counts as away: at 20 % loss three
 *  lost HELLOs in a row are an everyday event (1 in 125), with three lost pings as well 1 in 2600. */
export const SUSPECT_INTERVALS = 2;
export const SUSPECT_SPACING_INTERVALS = 0.3;
/** A newcomer's HELLO is sent this often (ms after the join), so that loss of one does not hide it. */
export const HELLO_FIRST_AT_MS = [0, 120, 450, 1000] as const;
/** In quiet mode: two, so that the loss of one does not hide it for half a minute. */
export const QUIET_HELLO_FIRST_AT_MS = [0, 450] as const;
/** Replies to a newcomer are spread over 20 ms and 4 ms more for each member, at most a second. */
export const REPLY_SPREAD_BASE_MS = 20;
export const REPLY_SPREAD_MEMBER_MS = 4;
export const REPLY_SPREAD_MAX_MS = 1000;
/** A member answers newcomers at most this often, however many ask. */
export const REPLY_SPACING_MS = 100;
export const HELLO_FRONTIERS_MAX = 40;
export const HELLO_HEARD_MAX = 16;
/** In a HELLO of less than HELLO_SMALL_BYTES: 17 bytes each, and one frontier has to fit, too (wire/hello.ts). */
export const HELLO_HEARD_SMALL_MAX = 7;
export const HELLO_SMALL_BYTES = 1000;
/** Whom one member says it hears: of a thousand members 64 entries of about 100 bytes each are 6 MB. */
export const LINKS_MAX = 64;
/** A HELLO of our own key that is older was ours, before a restart: somebody repeats it. */
export const CLONE_AGE_MS_MAX = 5_000;
/** So many HELLOs of a member must have come otherwise, or not at all, before it does not count as heard by multicast. */
export const MULTICAST_INTERVALS = 5;
/** What share of a member's HELLOs is lost goes by the last sixteen or so; a larger gap in their numbers is a pause or a lie, and no loss. */
export const HELLO_LOSS_WEIGHT = 1 / 16;
export const HELLO_GAP_MAX = 64;
/** Of multicast alone: where so many in a row are missing, nothing passed at all for a while, which says nothing of now: 0.6¹² is 0.2 %. */
export const MULTICAST_GAP_MAX = 12;
/**
 * Whoever is heard by IPv6 and not by IPv4 for so long has no IPv4, or lost it: above one interval with its jitter (1.1), so that
 * one HELLO lost on one of both ways is not enough. Its address follows once two in a row are missing.
 */
export const IPV4_MISSED_INTERVALS = 1.25;
export const IPV4_SILENT_INTERVALS = 2.5;
/**
 * Where more than half of a member's multicasts are lost here, each byte has to be sent more than twice to get through, and one
 * multicast and one copy by unicast are cheaper. Below a quarter copies end: at 60 % loss an average over sixteen HELLOs is 0.6 ± 0.09.
 */
export const MULTICAST_LOSS_MAX = 0.5;
export const MULTICAST_LOSS_GOOD = 0.25;
/** After so many HELLOs by unicast copies end as well where these lose nearly as much, and are not tried again for so long. */
export const UNICAST_SAMPLES_MIN = 16;
export const UNICAST_LOSS_SHARE_MAX = 0.75;
export const UNICAST_TRIED_AGAIN_MS = 300_000;
/**
 * Type, kind, and the first 8 bytes of a member's id: around what one member passes on for another. Nobody knows beforehand which
 * datagram will take that way, so every one that is filled up leaves so much.
 */
export const RELAY_HEADER_BYTES = 10;
export const LEAVE_COPIES = 3;
/** Connection tracking forgets a UDP flow after 30 s; pings stay inside that. */
/** Until a first round trip was measured, with every HELLO. */
export const PING_AGAIN_MS = 500;
export const PING_INTERVAL_MS = 25_000;
/** N × N pings would grow with the square: each member pings at most this many in one interval. */
export const PINGS_PER_INTERVAL_MAX = 64;
/** Signatures verified from ids not yet in the roster: each costs about 0.1 ms, so 5 % of a core. */
export const STRANGER_VERIFIES_PER_S = 500;
/** The wall clock ran on so much further than ours: the machine slept, for clocks are set by less. */
export const SLEPT_MS_MIN = 5_000;
/** Who comes so late to what was due was stopped, or slept: meanwhile it was not the others that were silent. Two HELLO intervals. */
export const STALLED_MS_MIN = 2_000;
/** The same for everything else that is signed: 40 % of a core, above what 50 talking members need. */
export const VERIFIES_PER_S = 4000;
/** Records of members, and those that were asked for: 10,000 of them are here 2 s after a member came back. A bucket of their
 *  own, so that a member who catches up does not lose sight of the others. */
export const RECORD_VERIFIES_PER_S = 6000;
export const RECORD_VERIFIES_BURST = 6000;
/** Of one author, in records of one fragment: two thirds, so that who floods leaves the others theirs. */
export const AUTHOR_RECORDS_PER_S = 4000;
export const AUTHOR_RECORDS_BURST = 3000;
/** Records asked for in a second: what can be verified in one, less what comes unasked. */
export const RECORDS_ASKED_PER_S = 4000;
export const RECORDS_ASKED_BURST = 1024;

// ---- paths (protocol.md §5.4) ----------------------------------------------------------------------------------

/**
 * Packets that a path is tried with where full ones do not get through: PPPoE, VXLAN, WireGuard, most other VPNs, the least of IPv6,
 * the base of RFC 8899 §5.1.2, the least of IPv4. Seven, so that three bits say which one it is. What is taken is at most 10 % below what the path
 * takes, down to 1280.
 */
export const PATH_MTUS = [1492, 1450, 1420, 1400, 1280, 1200, 576] as const;
/** MAX_PROBES of RFC 8899 is 3. Of six, at 20 % loss on both ways, all are lost once in 460 searches, and then the next
 *  smaller size is taken until the next one. */
export const PATH_TRIES_MAX = 6;
/** So many times the full size goes alone: at 5 % loss one of ten is lost, or its answer, and all eight sizes together are 10 kB. */
export const PATH_FULL_TRIES = 2;
/** How long an answer may take, if the round trip is not longer; a search that fails takes six of them, 1.8 s. */
export const PATH_WAIT_MS = 300;
export const PATH_WAIT_MAX_MS = 2000;
/** After a member was first heard, and after its way changed: it must know us to answer, which takes up to a second (HELLO_FIRST_AT_MS). */
export const PATH_FIRST_MS = 1200;
/** Who is due as soon after somebody else is asked along: those that come within this, by one probe instead of one for each. */
export const PATH_TOGETHER_MS = 600;
/** RFC 8899's PMTU_RAISE_TIMER: 64 members say 64 probes of 1.5 kB in it, 160 bytes a second, and 4032 PONGs, 6.7 a second. */
export const PATH_AGAIN_MS = 600_000;
/** The same where less gets through than should, doubling up to that: two rounds of eight sizes, 20 kB, each time. */
export const PATH_RAISE_MS = 60_000;
/** Nothing of a file arrives: asked at once, but not more often than this. */
export const PATH_SUSPECT_MS = 5000;
/** Who is heard at two addresses in turn is not searched more often than this. */
export const PATH_WAY_SPACING_MS = 30_000;
/** Above so many members paths are searched only where files do not arrive: N probes and N² answers in ten minutes. */
export const PATH_ROOM_MEMBERS_MAX = 64;
export const PROBE_NAMES_MAX = 64;
/** Probes whose answers may still come: eight sizes of two rounds of four kinds of ways. */
export const PROBES_KEPT_MAX = 64;
/** PROBEs that one member answers in one room: 64 members that search at once say eight each in a round. */
export const PROBE_ANSWERS_BURST = 512;
export const PROBE_ANSWERS_PER_S = 100;
/** Of a file's symbols so many in a row never arrived, while what is small does: at 60 % loss by chance once in 10⁷. Then two rounds of
 *  probes are enough, 0.6 s in which a sender goes on in vain. */
export const PATH_LOST_SYMBOLS = 32;
/** How old what is known of the members' sizes may be when something is cut. */
export const PATH_LIMITS_AGE_MS = 250;
/** Type, id, and index and count in one byte. */
export const PIECE_HEADER_BYTES = 6;
/** ceil(1472 / (548 − 6 − 10)) = 3; four bits would hold fifteen. */
export const PIECES_PER_DATAGRAM_MAX = 4;
/** Pieces of one datagram leave one right after the other: 16 × 64 × 1.5 kB = 1.5 MB. */
export const PIECES_OPEN_MAX = 64;
export const PIECES_SOURCES_MAX = 16;

// ---- messages ------------------------------------------------------------------------------------------------

export const TEXT_BYTES_MAX = 64 * 1024;
export const PARENTS_MAX = 8;
/** Heads of one chain that forked that an own record joins. */
export const PARENTS_PER_AUTHOR_MAX = 2;
/** Heads of one chain that forked that are told in HELLO, the longest: the rest is learned from records that name them. */
export const BRANCHES_TOLD_MAX = 8;
/** An emoji of several joined parts takes up to 28 bytes. */
export const EMOJI_BYTES_MAX = 32;
/** Text, the target of a reply or edit, eight parents of 54 bytes, name, header and signature: 65,536 + 32 + 432 + 64 + 200,
 *  rounded up. */
export const RECORD_BYTES_MAX = 66 * 1024 + 512;
/** 1152 + 23 of header fits the 1232 bytes that IPv6's least MTU leaves. */
export const FRAGMENT_BYTES = 1152;
/** Header of FRAGMENT, UDP, IPv4 and Ethernet: 23 + 8 + 20 + 38. */
export const FRAGMENT_OVERHEAD_BYTES = 89;
/** ceil(68,096 / 1152) = 60; one 64-bit bitmap. */
export const FRAGMENTS_MAX = 64;
/** A record of at most this many fragments is sent whole twice. */
export const TWICE_FRAGMENTS_MAX = 2;
/**
 * In rooms of up to STREAM_MEMBERS_MAX that holds for so many a second, and half a second's worth at once: in a stream the next record
 * shows soon that one was lost, and second copies would be half of all that listeners have to take. Of 15 that lose 5 % half the
 * time somebody asks for a repair, of 50 nearly always, and then the second copy is cheaper.
 */
export const TWICE_RECORDS_PER_S = 50;
export const TWICE_RECORDS_BURST = 25;
export const STREAM_MEMBERS_MAX = 16;
/** Records kept in memory of each room, and their bytes: what a member can repair for others. */
export const LOG_RECORDS_MAX = 8192;
export const LOG_BYTES_MAX = 16 * 1024 * 1024;
export const AUTHORS_MAX = 2048;
/** Records that wait for an ancestor. */
export const PENDING_RECORDS_MAX = 4096;
export const PENDING_BYTES_MAX = 16 * 1024 * 1024;
/** Of one author half of that. Where all is full, whoever has most waiting gives way to others: a chain with a hole keeps nobody
 *  else's records from waiting. */
export const PENDING_PER_AUTHOR_MAX = 2048;
export const PENDING_BYTES_PER_AUTHOR_MAX = 8 * 1024 * 1024;
/** So many give way at once to records that come sooner: who they are is looked up for all of them. */
export const PARKED_DROPPED_AT_ONCE = 64;
/** Incomplete multi-fragment records: 128 × 66 KiB = 8.6 MB. */
export const REASSEMBLY_MAX = 128;
export const REASSEMBLY_AGE_MAX_MS = 15_000;
/** Asks for one incomplete record; the place in its author's chain is asked for beside that, if anyone vouches for it. */
export const REASSEMBLY_ASKS_MAX = 5;
/** Ids of records that were refused for good, so that they are not asked for again. */
export const REFUSED_MAX = 1024;
/** An unverifiable depth may exceed the deepest known record by this; it bounds what a liar can claim. */
export const DEPTH_JUMP_MAX = 2 ** 20;
/** Own messages that wait for the settle time or the disk. */
export const OWN_QUEUE_MAX = 1024;
/** How long a daemon listens for its own frontier after a join before it writes. */
export const SETTLE_MS = 400;
/** The same where peers have shown own records that the store lacks. */
export const SETTLE_RECOVERY_MAX_MS = 5000;
/** Records on their way to the store, as many as the window holds; beyond that no more are taken until it has caught up. */
export const KEEP_OUTSTANDING_MAX = 8192;
export const KEEP_OUTSTANDING_BYTES_MAX = 16 * 1024 * 1024;
/** Stretches of one author's chain that the store has: 64 × 16 bytes × AUTHORS_MAX = 2 MB. */
export const SPANS_MAX = 64;
/** Records that one `read-records` asks for: 64 × 350 bytes leave in 4 ms, time enough to be heard by other holders. */
export const READ_RECORDS_MAX = 64;
/** Reads on their way at a time, and those that wait to be made: together 4352 records, REPAIRS_MAX. */
export const READS_OUTSTANDING_MAX = 4;
export const READS_WAITING_MAX = 64;
/** What was read a moment ago is on its way out; whoever asks had not heard of it. */
export const READ_HOLDOFF_MS = 40;
/** Old records that others were heard to repair: as many as one member wants at a time, 4096 × 32 digits. */
export const OLD_RECORDS_MAX = 4096;
/** A read that the store does not answer is forgotten. */
export const READ_AGE_MAX_MS = 5000;
/** Sets of members that could read something, of a private room: one for each change of membership, 16 bytes a member. */
export const AUDIENCES_MAX = 1024;
/** `at` of a record is shown as at most this much after our own clock: a day covers every wrong time zone. */
export const FUTURE_MS_MAX = 24 * 3600 * 1000;

// ---- what is said besides messages -----------------------------------------------------------------------------

/** Edits, reactions and deletions that one member writes: ten a second for a while is more than people click. */
export const ANNOTATIONS_PER_S = 10;
export const ANNOTATIONS_BURST = 50;
/** Read marks and typing are for rooms in which somebody looks who it is: 64 members typing are 16 frames a second, and their
 *  read marks at most 6.4 records a second. */
export const SMALL_ROOM_MEMBERS_MAX = 64;
export const READ_MARK_INTERVAL_MS = 10_000;
export const TYPING_INTERVAL_MS = 4000;
/** What comes sooner after the last one is not looked at: half the interval allows for a slow network. */
export const TYPING_HEARD_MS = 2000;

// ---- completeness ----------------------------------------------------------------------------------------------

/** Missing records tracked in one room, and of one author ahead of what it has from it. */
export const WANTS_MAX = 4096;
export const WANTS_PER_AUTHOR_MAX = 512;
/** Places of one chain that are looked at ahead of what is delivered: half of what may wait for an ancestor. */
export const ASK_AHEAD_MAX = PENDING_PER_AUTHOR_MAX / 2;
/** Records asked for that may be on their way: at first what a socket's buffer of 92 packets and a little more takes, at most
 *  half a second of RECORDS_ASKED_PER_S, at least what keeps an answer of 100 ms worth while. */
export const ASK_WINDOW_START = 128;
export const ASK_WINDOW_MAX = 2048;
export const ASK_WINDOW_MIN = 32;
/** What waited so long for us says that we do not keep up. */
export const HOST_LATE_MS = 50;
/** The longest that an answer took is forgotten by halves: a burst of repairs takes a tenth of that. */
export const ANSWER_TIME_HALF_LIFE_MS = 1000;
export const NAK_ITEMS_MAX = 32;
/** NAKs of one gap: spread over up to 3 ms plus 1 ms a member, at most 40. */
export const NAK_SPREAD_BASE_MS = 3;
export const NAK_SPREAD_MAX_MS = 40;
export const NAK_RETRY_MIN_MS = 25;
export const NAK_RETRY_MAX_MS = 2000;
/** After this many unanswered asks and this long, what depends on the missing record is shown without it. */
export const NAK_TRIES_MAX = 10;
export const WAIVE_AFTER_MS = 20_000;
/** Given-up places that one author's chain remembers, so that no receipt covers them. */
export const LOST_MAX = 256;
/** How long a newcomer listens for a lower floor before it takes the lowest heard for the beginning of a chain. */
export const FLOOR_SETTLE_MS = 1500;
/** A waived record that a holder still claims is asked for again after this, doubling. */
export const RECLAIM_AFTER_MS = 10_000;
/** NAK datagrams that one member sends in a second, at most. */
export const NAKS_PER_S = 60;
/** Holders other than the author wait up to this long for somebody else's repair. */
export const REPAIR_DELAY_MIN_MS = 4;
export const REPAIR_DELAY_MAX_MS = 40;
/** More holders, a longer wait: each can be heard, and so stop the rest, before the next begins. */
export const REPAIR_SPREAD_MEMBER_MS = 1.5;
/** Fragments of one record that a repair sends at a time, and the pause after them: 5.5 MB/s, and time to hear others. */
export const REPAIR_BURST_FRAGMENTS = 8;
export const REPAIR_SLOT_MS = 1.7;
/** Bytes of record repair a second that one member sends into one room: 5 % of 1 Gbit/s. */
export const REPAIR_BYTES_PER_S = 6_000_000;
/** Records queued for repair at a time: as many as one member wants at a time. */
export const REPAIRS_MAX = 4096;
/** A record repaired or heard less than this ago is not repaired again. */
export const REPAIR_HOLDOFF_MS = 15;

/** Frontier repeats after an own message: at 1, 2, 4 … ms, twelve times: 4 s in all. */
export const FRONTIER_ROUNDS_MAX = 12;
/** While own records follow each other within so long the next one says what a FRONTIER would: the first repeat waits for it. */
export const FRONTIER_STREAM_MS = 50;
export const FRONTIER_STREAM_DELAY_MS = 10;
/** From this round on a FRONTIER names whom it still misses, at most so many at a time; only they answer. */
export const FRONTIER_NAMING_ROUND = 2;
export const FRONTIER_MISSING_MAX = 16;
/** From this round on, receipts come by multicast: unicast seems not to get through. */
export const RECEIPT_MULTICAST_ROUND = 7;
export const RECEIPT_MEMBERS_MAX = 64;
export const RECEIPT_DELAY_MS = 2;
/** Receipts follow each other no sooner: one signature for all that a stream brings meanwhile. */
export const RECEIPT_SPACING_MS = 20;

/** Control datagrams queued to leave, in each of two queues. 4096 × 1.2 kB = 5 MB. */
export const CONTROL_QUEUE_MAX = 4096;
/** Control output: 6 MB/s is 5 packets of 1.2 kB a millisecond, far under a receiver's 92-packet buffer. */
export const CONTROL_BYTES_PER_MS = 6000;
export const CONTROL_BURST_BYTES = 24_000;

// ---- membership of private rooms (docs/membership.md) --------------------------------------------------------

export const ROOM_NAME_BYTES_MAX = 128;
/** Ten years; who wants more sends it as files. */
export const HISTORY_DAYS_MAX = 3650;
/** Heads that one operation joins besides its author's previous one. */
export const OPERATION_PARENTS_MAX = 8;
/** Format, room, key, sequence, previous, authority, eight parents, depth, kind and signature: 1 + 16 + 32 + 6 + 32 + 32 +
 *  (1 + 256) + 6 + 1 + 64 = 447; the longest body is the genesis: 32 + 32 + (1 + 64) + (1 + 128) + 3 = 261. */
export const OPERATION_BYTES_MAX = 708;
/** Steps from the creator to a member along who let whom in; it bounds what ranks cost: 8192 × 32 numbers. */
export const RANK_STEPS_MAX = 32;
/** Operations of a room: 8192 × 708 bytes = 5.8 MB, and 8192² / 16 bytes = 4.2 MB for who comes after whom. */
export const OPERATIONS_MAX = 8192;
/** Sequence numbers of operations end here, so that everyone refuses the same ones: a thousand people let in and removed. */
export const OPERATIONS_PER_AUTHOR_MAX = 2048;
/** The same for what rests on a mere member's grant, so that it takes 32 members to fill the log: a new prekey a week for
 *  five years. */
export const OPERATIONS_PER_MEMBER_MAX = 256;
/** Two of one author with one sequence number are proof; more are taken only where somebody else built on them. */
export const OPERATION_BRANCHES_MAX = 2;
/** Operations that wait for an ancestor, 360 kB; and of one author, so that no one fills the buffer alone. */
export const OPERATIONS_WAITING_MAX = 512;
export const OPERATIONS_WAITING_PER_AUTHOR_MAX = 64;
/** Ids of operations that were refused for good. */
export const OPERATIONS_REFUSED_MAX = 1024;
/** Missing operations named at a time: 32 × 32 bytes fit every datagram. */
export const OPERATIONS_ASKED_MAX = 32;

// ---- private rooms on the wire (protocol.md §8) --------------------------------------------------------------

/** Private rooms and direct messages open at a time, besides ROOMS_MAX public ones. */
export const PRIVATE_ROOMS_MAX = 64;
/** What a seal adds to a frame: type 1, tag 4, slot 8, incarnation 8, nonce 12, AEAD tag 16, room MAC 8. */
export const SEAL_BYTES = 57;
/** Key 32, incarnation 8, counter 4, kind 1, signature 64, and the seal. */
export const SYNC_FIXED_BYTES = 109 + SEAL_BYTES;
/** Heads named in one SYNC: as many as an epoch's header holds. With 8 epochs 166 + 10 + 24 × 32 = 944 bytes. */
export const SYNC_HEADS_MAX = 16;
export const SYNC_EPOCHS_MAX = 8;
/** 166 + 1024 + 34 = 1224 bytes fit the 1232 that IPv6's least MTU leaves; ceil(53,914 / 1024) fragments. */
export const EPOCH_FRAGMENT_BYTES = 1024;
export const EPOCH_FRAGMENTS_MAX = 53;
/** Announcements that are not whole yet, 8 × 54 kB; and how long one waits for the rest. */
export const EPOCHS_PARTIAL_MAX = 8;
export const EPOCH_PARTIAL_AGE_MAX_MS = 10_000;
/** Announcements that wait for operations that their header names, 8 × 54 kB. */
export const EPOCHS_WAITING_MAX = 8;
/** Epochs kept for reading, and to repeat under them what newcomers may not have. */
export const EPOCHS_KEPT_MAX = 8;
/** Ids of announcements that were refused, or are not for us, so that they are not asked for again. */
export const EPOCHS_REFUSED_MAX = 256;
/** Announcements of one author that are looked at: 32 at once, then one a second; each costs 0.5 ms and a write. */
export const EPOCHS_PER_AUTHOR_BURST = 32;
export const EPOCHS_PER_AUTHOR_PER_S = 1;
/** Authors that this is counted for. */
export const EPOCH_AUTHORS_MAX = 512;
/** Slots sealed in one go, 0.5 ms each: 8 ms, within which 70 packets come at 100 Mbit/s and a default buffer holds 184. */
export const EPOCH_SLOTS_STEP = 16;
/** Who wrote an operation rekeys at once; another member when this much for each member before it has passed. */
export const REKEY_RANK_MS = 200;
/** A process that has just opened a room asks for epochs before it makes one. */
export const REKEY_AFTER_OPENING_MS = 1500;
/** A change is said again after 50, 100, 200 … ms, six times, unless somebody says the same. */
export const HEADS_ROUNDS_MAX = 6;
export const HEADS_FIRST_MS = 50;
/** In quiet times one member of the room speaks every 5 s at most, and each at least every 10 minutes. */
export const HEADS_INTERVAL_MS = 5000;
export const HEADS_INTERVAL_MAX_MS = 600_000;
/** Whose heads differ hears of it after 10 to 40 ms, and 2 ms more for each member. */
export const HEADS_REPLY_MIN_MS = 10;
export const HEADS_REPLY_SPREAD_MS = 30;
export const SYNC_SPREAD_MEMBER_MS = 2;
export const HEADS_SPACING_MS = 40;
/** Asks are spread likewise and repeated after 150, 300 … 4800 ms; what nobody has is forgotten after 12. */
export const WANT_SPREAD_MS = 10;
export const WANT_RETRY_MIN_MS = 150;
export const WANT_RETRY_MAX_MS = 4800;
export const WANT_TRIES_MAX = 12;
/** Heads and epochs that others named and we lack. */
export const HEADS_WANTED_MAX = 64;
/** Answers queued at a time: a whole log. The author of what is asked for is first, others after 8 to 40 ms. */
export const ANSWERS_MAX = 8192;
export const ANSWER_MIN_MS = 8;
export const ANSWER_SPREAD_MS = 32;
/** Bytes of SYNC that one member sends into one room: a log of 1000 operations in 2 s. */
export const SYNC_BYTES_PER_S = 200_000;
export const SYNC_BURST_BYTES = 128_000;
/** Processes whose last SYNC statement is remembered, 60 kB. */
export const SYNC_AUTHORS_MAX = 1024;
/** Own operations that wait for the settle time or the store. */
export const OWN_OPERATIONS_QUEUE_MAX = 64;
/** A holder that may not give somebody a record says so this much later than it would have answered. */
export const WITHHELD_DELAY_MS = 60;
/** Askers that are to be told so at a time. */
export const WITHHELD_ASKERS_MAX = 64;

// ---- direct messages and invites (protocol.md §9, §10) ---------------------------------------------------------

/** The longest direct message, 73,881 bytes (secrecy/direct.ts), in pieces of FRAGMENT_BYTES. */
export const DIRECT_FRAGMENTS_MAX = 65;
/** Repeats of what is not acknowledged: after 150, 300, 600, 1200 ms and then every 2 s, 10 s in all. */
export const DIRECT_TRIES_MAX = 8;
export const DIRECT_RETRY_MIN_MS = 150;
export const DIRECT_RETRY_MAX_MS = 2000;
/** From this try on it goes to the group as well: unicast seems not to get through. */
export const DIRECT_MULTICAST_TRY = 3;
/** Messages that wait for an acknowledgement, and of them to one member: 64 × 74 kB = 4.7 MB at worst. */
export const DIRECT_LETTERS_MAX = 64;
export const DIRECT_LETTERS_PER_MEMBER_MAX = 8;
/** Incomplete messages, and of one host, so that nobody fills the place alone: 32 × 75 kB = 2.4 MB. */
export const DIRECT_PARTIALS_MAX = 32;
export const DIRECT_PARTIALS_PER_HOST_MAX = 8;
export const DIRECT_PARTIAL_AGE_MAX_MS = 15_000;
/** Opening one takes a key agreement and a signature, 0.3 ms: 6 % of a core; and of one host a fifth of that. */
export const DIRECT_OPENS_PER_S = 200;
export const DIRECT_OPENS_PER_HOST_PER_S = 40;
export const DIRECT_HOSTS_MAX = 64;
/** An acknowledgement is sealed and signed as well; a repeat within this time is not answered again. */
export const DIRECT_ACK_SPACING_MS = 50;
/** Ids of messages that were taken, of one member and of how many: 256 × 128 × 32 digits = 1 MB. */
export const DIRECT_SEEN_PER_MEMBER_MAX = 128;
export const DIRECT_SEEN_MEMBERS_MAX = 256;
/** Emoji verifications at a time, and how long people may take for one. */
export const EMOJI_SESSIONS_MAX = 16;
export const EMOJI_SESSION_MS = 600_000;
/** Twice the 10 s for which a direct message is repeated: one asks, and the other just before it hears of it. */
export const EMOJI_CROSSING_MS = 21_000;
/** Members that are owed a welcome: as many as a room may have. */
export const WELCOMES_MAX = 512;
/** Rooms that one member may let us into by itself, in one run. */
export const WELCOMED_PER_MEMBER_MAX = 16;
/** Rooms of two with one member that it may bring about: one, and one that both opened at once, for two lives of each. */
export const DIRECT_ROOMS_OF_ONE_MAX = 4;
/** After so many a no to one room, told to one member, further offers of it are answered without asking our person. */
export const OFFERED_AGAIN_MAX = 3;
/** Of the welcomes that one member was sent, how many of the newest it may answer with a no: one for each time it is seen anew. */
export const WELCOME_LETTERS_KEPT = 4;
/** A welcome that was acknowledged is not sent again for so long: the other fetches the room meanwhile. */
export const WELCOME_GRACE_MS = 30_000;

/** What a meeting frame says, padded: the longest, a sealed welcome, has 357 bytes; all have one size, so that no reply is
 *  larger than what it answers. */
export const MEETING_CONTENT_BYTES = 384;
/** Invites of ours that are open, or were not long ago and are answered with why not. */
export const INVITES_MAX = 16;
/** Rooms that we ask to be let into at a time. */
export const JOINS_MAX = 4;
export const MEETING_RETRY_MS = 500;
/** Nobody answered, or nobody any more: a sponsor that is there answers within a second. */
export const MEETING_PATIENCE_MS = 30_000;
/** Frames at a meeting that we try to open: each an AES-GCM of 400 bytes, 5 µs. */
export const MEETING_OPENS_PER_S = 400;
/** Requests that opened, so that whoever sent them has the invite: two signatures each, 0.3 ms. */
export const MEETING_REQUESTS_PER_S = 40;
/** An invite that is used or expired is answered for so long, while there is room for it. */
export const INVITE_KEPT_MS = 3_600_000;

// ---- files ---------------------------------------------------------------------------------------------------

export const BLOCK_BYTES = 1024 * 1024;
/** AES-GCM tag, coded with the block. */
export const TAG_BYTES = 16;
/** type+version 1, epoch 1, transfer 4, block 3, symbol 3. */
export const DATA_HEADER_BYTES = 12;
/** 24-bit block numbers: 16 TiB. */
export const BLOCKS_MAX = 2 ** 24;
export const FILE_BYTES_MAX = BLOCKS_MAX * BLOCK_BYTES;
/** Files, folders and links of a pack: at some 100 bytes of memory each, 20 MB while it is worked on. */
export const PACK_ENTRIES_MAX = 200_000;
/** 167 bytes for each of the most entries; a path's last name, its place, size and times take 60, a hash 32 more. */
export const PACK_MANIFEST_BYTES_MAX = 32 * 1024 * 1024;
/** With the folder it lands in, far below the 4096 of Linux and macOS. */
export const PACK_PATH_BYTES_MAX = 1024;
export const PACK_DEPTH_MAX = 64;
/** Without news of the search for an earlier copy, and without a page, for so long, its blocks are asked for: a slow disk reads 8 MB in far less. */
export const HOPE_MS_MAX = 5000;
/** NAME_MAX of every common file system, and what one byte of length can say. */
export const PACK_NAME_BYTES_MAX = 255;
export const BULK_SLOTS = 8;
export const PAGE_BLOCKS_MAX = 32;
/** Pages grow 1, 2, 4, 8 so that the first data leaves after one block is hashed. */
export const PAGE_BLOCKS_SENT_MAX = 8;
/** Blocks open at the sender, new ones and re-opened ones for members that lag: 120 ms of 200 MB/s, for the way there, the
 *  poll, the decoding and the disk. */
export const SEND_WINDOW_BLOCKS = 24;
export const REOPEN_BLOCKS_MAX = 4;
/** Blocks read and hashed ahead of the window: with the window 32 MiB. */
export const READ_AHEAD_BLOCKS = 8;
/** Blocks in a receiver's memory (filling, decrypting, being written): above what a sender has open. */
export const RECEIVE_BLOCKS_MAX = 36;
/** A block that nothing came for in so long may be given up for another one: a sender goes round its window in less. */
export const BLOCK_IDLE_MS = 1000;
/** Transfers of a peer that are not over; idle ones are ended, oldest first, to make room. */
export const OUTGOING_MAX = 256;
export const INCOMING_MAX = 1024;
/** Offers whose sender is not there; each is a record that the log holds anyway. */
export const PARKED_MAX = 256;
/** Of these, how many may hold blocks at a time: 6 × 36 MiB = 216 MiB. The rest wait. */
export const INCOMING_ACTIVE_MAX = 6;
/** Block buffers kept for use again: what a fast receiver turns over, 24 MiB. */
export const BLOCK_BUFFERS_KEPT = 24;
/** Hash, cipher: bytes in one step, 0.2 ms at 1.3 GB/s. */
export const SLICE_BYTES = 256 * 1024;
/** Bytes in one call of the cipher: its output is a new buffer each time, which so stays in the processor's cache. */
export const CIPHER_BYTES = 64 * 1024;
export const POLL_BLOCKS_MAX = 16;
/** A fast sender polls when a quarter of its window waits, so that the window never runs dry. */
export const POLL_READY_BLOCKS = 3;
/** Reports of a running transfer are asked for so that no more than 400 come in a second, 1 % of 100 Mbit/s at worst; once
 *  the rate is known, a few members send one each 120 ms. */
export const REPORT_SPACING_MEMBER_MS = 2.5;
/** Symbol hashes in one frame: 128 × 8 + 92 bytes fit the IPv6 minimum. */
export const SYMBOL_HASHES_MAX = 128;
export const STATUS_BLOCKS_MAX = POLL_BLOCKS_MAX;
/** Bits of the block bitmap in a STATUS. */
export const STATUS_BITMAP_BLOCKS = 256;
/** The sender waits this long for the answers of members that are present before its first block. */
export const START_WAIT_MS = 30;
export const POLL_WAIT_MIN_MS = 15;
export const POLL_WAIT_MAX_MS = 250;
/** Members answer a poll within this spread: 0.2 ms each. */
export const STATUS_SPREAD_MEMBER_MS = 0.2;
/** A member that left this many polls and this long unanswered holds nobody up any more. */
export const STALL_POLLS = 8;
export const STALL_MS = 800;
/** What one of few members may ask for, in blocks' worth of symbols, while nothing of it is written: a window, lost three times over
 *  (with 60 % loss a block needs 1.5 of itself again). Then it has to say that it wants the file, at most so often. */
export const ASKED_IN_VAIN_BLOCKS_MAX = 3 * SEND_WINDOW_BLOCKS;
export const BARRED_MAX = 3;
/** Whoever did that too often may once more after this: at worst 72 MiB in five minutes, 0.25 MB/s. */
export const BARRED_AGAIN_MS = 300_000;
/** The window has been full and waits for the disks of a minority: those are left out for a while, ever longer. */
export const WINDOW_FULL_MS = 200;
export const LEFT_OUT_MIN_MS = 1500;
export const LEFT_OUT_MAX_MS = 60_000;
/** Unfinished members are still polled this often while stalled… */
export const STALLED_POLL_MS = 500;
/** …and given up after this. */
export const TRANSFER_GIVE_UP_MS = 30_000;
export const HAVE_RETRY_MIN_MS = 20;
export const HAVE_RETRY_MAX_MS = 2000;
/** Whoever gets nothing from a server that polls for so long says again that it wants the file: the server may have dropped it. */
export const HAVE_UNSERVED_MS = 2 * HAVE_RETRY_MAX_MS;
export const PROGRESS_INTERVAL_MS = 200;

// ---- files that outlive their sender (protocol.md §7.11) -----------------------------------------------------

/** Others who have each block, so that its author may quit. */
export const SAFE_COPIES = 2;
/** How often a page is told what an own file has cost. */
export const COST_TOLD_MS = 500;

/** An ask of an author that a member take a file after all is repeated at 125 ms, 250 ms … 4 s, 8 s in all: at 20 % loss one in
 *  78,000 is lost whole. From the third time on it goes to everybody, for unicast seems not to get through. */
export const RETRY_TRIES = 7;
export const RETRY_REPEAT_MS = 125;
export const RETRY_MULTICAST_TRIES = 3;
/** What a member hears of it: once a minute for a file, so that its repetitions count once, and this often in all. */
export const RETRY_SPACING_MS = 60_000;
export const RETRIES_MAX = 3;
/** Its author asks a little more seldom, since the first repetitions may have been lost: RETRY_SPACING_MS and 8 s. */
export const RETRY_ASK_SPACING_MS = 68_000;
/** Files for which a member, and everybody, may ask in a minute: 256 entries of about 100 bytes. */
export const RETRIES_HEARD_MEMBER_MAX = 16;
export const RETRIES_HEARD_MAX = 256;

/** Ranges of blocks in one HOLD: 128 × 6 + 51 + 64 of signature + 57 of seal = 940 bytes fit the IPv6 minimum. */
export const HOLD_RANGES_MAX = 128;
/** Members of one file whose HOLD is remembered: 64 × 128 ranges of 40 bytes = 330 kB at worst. */
export const HOLDERS_MAX = 64;
/** Of those that have the whole file, how many share the serving: with 8 each has three blocks of the window open. */
export const SERVERS_MAX = 8;
/** While somebody goes without, everybody concerned says HOLD so often, and 50 ms more seldom for each member above 20. */
export const HOLD_INTERVAL_MIN_MS = 1000;
export const HOLD_SPACING_MEMBER_MS = 50;
/** Never more often than this, whatever changes. */
export const HOLD_SPACING_MIN_MS = 200;
/** Who wants a file that nobody serves asks ever more rarely, until somebody comes. */
export const HOLD_LONELY_MAX_MS = 30_000;
/** A HOLD counts for this many intervals: with a loss of 20 % one in 125 is wrongly missed, and is back with the next. */
export const HOLD_LIVE_INTERVALS = 3.5;
/** HOLDs that an event draws are spread over this, and 1 ms more for each member. */
export const HOLD_SPREAD_MS = 20;
export const HOLD_SPREAD_MEMBER_MS = 1;
/** From the first HOLD that wants the file to the first symbol: every holder, and the author, has been heard by then. */
export const SETTLE_HOLDERS_MS = 300;
export const SETTLE_HOLDERS_MAX_MS = 2000;
/** A server of whose blocks none arrived for so long, while somebody lacked them, is passed over for SKIP_MS and then twice
 *  as long each time: at RATE_MIN a block takes 4 s. */
export const SERVER_PATIENCE_MS = 8000;
export const SKIP_MIN_MS = 30_000;
export const SKIP_MAX_MS = 600_000;
/** Blocks that are looked at to see who ought to serve any. */
export const DUTY_BLOCKS = 256;
/** A stream that nothing was heard of so long serves nobody: POLLs come every 500 ms at least. */
export const STREAM_SILENT_MS = 2000;
/** Streams of one file that are listened to, the author's beside them: SERVERS_MAX and as many partial ones. */
export const FEEDS_MAX = 16;
/** A file of which nothing new came in so long is shown as waiting, and gives back its memory. */
export const WAITING_AFTER_MS = 5000;
/** The same where somebody serves it: a slow disk, or a sender that serves the others first. */
export const STALLED_AFTER_MS = 60_000;
/** Offers that nobody who is there is known to have: who has them is asked so often when somebody comes, the newest first. */
export const PARKED_ASKS_MAX = 32;
export const PARKED_ASK_SPACING_MS = 5000;

// ---- files for very many receivers (protocol.md §7.8) --------------------------------------------------------

/** Above this many receivers nobody answers every poll: with 16, 64 MiB and 20 % loss STATUS is 0.9 % of the data, with 32
 *  1.7, and where they are asked by name 0.4. */
export const FEW_RECEIVERS_MAX = 16;
/** How long after the start members that have not decided count as receivers. */
export const UNDECIDED_COUNT_MS = 1000;
/** A sender asks this often at most: 20 asks a second of about 200 bytes, with a page of 400 beside each. */
export const ASK_SPACING_MS = 50;
/** Time for reports: what is heard within a quarter of it (see backoff.ts) suppresses the rest, and is 5 × 2 ms. */
export const ASK_WINDOW_MS = 40;
/** Where nobody holds back: two reports a millisecond, each of about 100 bytes. */
export const ASK_ALONE_MEMBER_MS = 0.5;
/** An ASK's window is not believed above this: MEMBERS_MAX × ASK_ALONE_MEMBER_MS + ASK_WINDOW_MS. */
export const ASK_WINDOW_MAX_MS = 1064;
/** A block is closed after this many asks in a row that nobody answered; with a loss of p on both ways a lone member is
 *  overheard (1 − (1 − p)²) to that power of times: at 20 % 5 %, and then it asks to have the block opened again. */
export const ASK_QUIET_COUNT = 3;
/** …or after so many that somebody answered: at 20 % loss four are enough for a thousand members, so this is for liars. */
export const ASK_ROUNDS_MAX = 24;
/** Members whose reports do not count at present, named in an ASK; where there are more, nobody holds back. */
export const ASK_MUTED_MAX = 8;
/** A member stays muted this long. */
export const MUTED_MS = 2000;
/** Asks that a member has not answered yet. */
export const ASKS_PENDING_MAX = 8;
/** Names in a ROLL: 250 × 4 + 27 bytes fit the IPv6 minimum. */
export const ROLL_NAMES_MAX = 250;
/** Members that are named answer within 0.25 ms each: at most 4 packets a millisecond, under half of a socket buffer in
 *  10 ms, and 4 × 0.11 ms of signature checks. */
export const ROLL_MEMBER_MS = 0.25;
/** STATUS that the sender asks for while it sends: 0.25 % of the data, of 185 bytes each on the wire. */
export const ROLL_STATUS_SHARE = 0.0025;
export const ROLL_STATUS_BYTES = 185;
/** Rolls that ask members whether they want the file: at 20 % loss one in a hundred is overheard in the first three, which
 *  is ten of a thousand, and in all of them nobody. */
export const ROLL_INTRODUCE_ROUNDS = 12;
/** A member that was left behind says so this often at most. */
export const BEHIND_SPACING_MS = 1000;
/** Held blocks of the upper quartile of members at which no new block is opened: a receiver has room for 36, of which a
 *  sender fills at most 24. */
export const HELD_BLOCKS_HIGH = 10;
/** The latest answers that this is judged by. */
export const HELD_SAMPLES = 32;
/** Repair that one member may cause alone, as a share of the new data, with a block saved up, and one of debt. */
export const REPAIR_MEMBER_SHARE = 0.25;
export const REPAIR_MEMBER_BURST_BYTES = BLOCK_BYTES;
/** All repair together, as a share of the new data: that much is needed at 60 % loss. */
export const REPAIR_TOTAL_SHARE = 1.5;
export const REPAIR_TOTAL_BURST_BYTES = 16 * BLOCK_BYTES;

/** Bulk pacing, bytes a millisecond: start at 4 MB/s, never below 0.25 (a block in 4 s) or above 10 Gbit/s. */
export const RATE_START = 4000;
export const RATE_MIN = 250;
export const RATE_MAX = 1_250_000;
/** The least burst: two packets, 2.4 ms at 10 Mbit/s. */
export const BURST_BYTES_MIN = 2 * DATAGRAM_BYTES_MAX;
/** The largest: 40 packets, under half of a default receive buffer (92 packets of 2304 bytes accounted). */
export const BURST_BYTES_MAX = 40 * DATAGRAM_BYTES_MAX;

/** Every bound of the I/O layer, each beside its arithmetic. Units last in the names. */

/** Of a full Ethernet frame's 1514 bytes 1472 are UDP payload: so many of them a millisecond are 1 Mbit/s. */
export const PAYLOAD_BYTES_PER_MS_OF_MEGABIT = 125 * (1472 / 1514);

/** Unicast ports: the first free of P + 1 … P + 15, so that two firewall rules cover every profile of a machine. */
export const UNICAST_PORTS_MAX = 15;

/** Linux lets one socket join 20 groups (`igmp_max_memberships`), and a group socket joins once an interface. */
export const INTERFACES_MAX = 16;
/**
 * One socket each. The core's 16 public rooms of 1 control and 8 bulk groups; the control groups of 64 private rooms, and of
 * as many that we were removed from; the meetings of 16 invites and 4 joins; 48 bulk groups in private rooms at a
 * time: 340. The common limit is 1024 open files.
 */
export const GROUPS_MAX = 16 * 9 + 2 * 64 + 16 + 4 + 48;
/**
 * Sockets of groups by IPv6, one for each group and interface: with those of IPv4, the 64 files and 32 senders still some 200 below
 * 1024. Two interfaces fit with all 164 control groups, more with fewer rooms.
 */
export const IPV6_GROUP_SOCKETS_MAX = 384;
/** The wall clock may be set, and the monotonic one may not run while a machine sleeps: so soon after is that seen. */
export const CLOCK_INTERVAL_MS = 2_000;

/** Asked for, seldom granted: the kernel caps it (`rmem_max`, 212,992 bytes by default, about 92 full packets). */
export const RECEIVE_BUFFER_BYTES_WANTED = 4 * 1024 * 1024;

/** Below the 92 full packets of a default send buffer, with room for control beside a bulk train. */
export const SENDS_IN_FLIGHT_MAX = 64;

/** Of 1472 bytes: 64,768, below the 65,507 of one UDP datagram, which is what a train is until it leaves. */
export const TRAIN_DATAGRAMS_MAX = 44;
/** Datagrams are collected this long for one train; at 1 Gbit/s, 44 of them are 0.53 ms of the link. */
export const TRAIN_COLLECT_MS_MAX = 0.5;

/**
 * Datagrams read from the kernel and not yet given to the core: at most 4096 × 1472 bytes = 6 MB. The kernel's own
 * buffer holds about 1 ms of a full Gbit/s, this one about 50 ms.
 */
export const INBOX_DATAGRAMS_MAX = 4096;
/**
 * With so many unread, 1 to 2 ms of work for the core, no more are read in batches: a long inbox would hide from the
 * sender, which goes by delay and loss, that it is too fast.
 */
export const INBOX_DATAGRAMS_BEHIND = 256;
/**
 * An inbox that was not empty for so long is not a burst: the machine does not keep up, and would answer everything seconds
 * too late, when it has long been asked for again. Then what has waited longer than INBOX_FRESH_MS is dropped: half of the longest
 * wait before something is asked for again.
 */
export const INBOX_STANDING_MS = 500;
export const INBOX_FRESH_MS = 200;
/** No UDP payload over IPv4 is longer; what is longer than DATAGRAM_BYTES_MAX is nothing that Starling sends. */
export const INBOX_DATAGRAM_BYTES_MAX = 2048;

/** Rooms whose group addresses are remembered: deriving them again costs microseconds. */
export const ROOMS_KNOWN_MAX = 64;

/** A rest of the engine's thread: at 100 Mbit/s 17 packets come in it, and nobody notices 2 ms beside a transfer. */
export const NAP_MS_MAX = 2;
/** Shorter is not worth the two calls. */
export const NAP_MS_MIN = 0.05;
/** Datagrams that one rest should gather: a third of that buffer, since others of the machine come late as well. */
export const NAP_DATAGRAMS = 32;
/**
 * The same for `node:dgram`: libuv reads 32 datagrams of a socket at each turn of the event loop, so a rest that gathers as
 * many leaves nothing to catch up with, and 32 for each rest becomes all that is ever received. A third of them.
 */
export const NAP_DATAGRAMS_PORTABLE = 11;

/** One turn of the driver before the sockets are read again: the kernel's buffer holds about 1 ms at 1 Gbit/s. */
export const SLICE_MS_MAX = 1;
/** Longest sleep: a timer of more than 2³¹ ms would fire at once. */
export const TIMER_MS_MAX = 60_000;

/** Members that get everything by unicast as well: so many copies of a file are still sent in a reasonable time. */
export const COPIES_MAX = 16;
/** Addresses that get our HELLOs by unicast: at one a second and 1472 bytes, 0.8 Mbit/s. */
export const INTRODUCTIONS_MAX = 64;
/** Of other rooms, the same: as many as get copies there, and are reached through others. */
export const ELSEWHERE_MAX = 24;
export const INTRODUCTION_BYTES_MAX = 1472;
/** Profiles that are looked for at an address which the user named. */
export const PEER_PORTS = 3;
/** Addresses that the user can name. */
export const PEERS_MAX = 32;
/** Who needs copies is looked at as often as HELLOs come. */
export const WAYS_INTERVAL_MS = 1_000;

/**
 * While nobody is heard by multicast, what is small goes by broadcast as well: so many datagrams a second, and with nobody
 * there at all as many as a lone member has HELLOs. Each wakes every machine of the network.
 */
export const BROADCASTS_PER_S = 20;
export const BROADCASTS_ALONE_PER_S = 2;
/** Networks of one interface that get a broadcast of their own. */
export const BROADCAST_NETWORKS_MAX = 4;

/** So long introductions are tried before somebody else passes on: five HELLOs. */
export const RELAY_AFTER_MS = 5_000;
/** Where none can be, because one of both has IPv6 alone: two HELLOs, which may still come by themselves. */
export const RELAY_AT_ONCE_MS = 2_000;
/** Members that are reached through others, in one room: each costs a copy of everything, twice. */
export const RELAYED_MAX = 8;
/** What a member passes on for others: 100 Mbit/s, so a tenth of a usual cable, and a quarter of a second of it at once. */
export const RELAY_BYTES_PER_S = 12_500_000;
export const RELAY_BURST_BYTES = 256 * 1024;

/** From the start, and from each change of the interfaces, HELLOs go by IPv6 as well: the first four. */
export const ANNOUNCED_MS = 1_500;
/** Who is heard by IPv6 for the first time counts as having that alone for so long: until who is
 * there was looked at again (WAYS_INTERVAL_MS). */
export const STRANGER_MS = 1_500;

/** An own multicast comes back within microseconds; this long is for a machine that is very busy. */
export const ECHO_MS_MAX = 2_500;

/**
 * Snooping switches forget a group after about 260 s without a report, some after 10 s; and a querier that asks too
 * seldom, or is gone, does not remind anybody. Two in a row may be lost.
 */
export const REJOIN_INTERVAL_MS = 4_000;
/** By IPv6, where nobody needs it, once a minute: four packets for each room. */
export const REJOIN_UNNEEDED_EVERY = 15;
/** What a switch forgets shows within some beats: each is 47 bytes of the wire, and of all members 4 a second. */
export const BEAT_MS_MIN = 4_000;
export const BEAT_INTERVAL_S_MAX = 600;
/** In a row, while HELLOs come: where a twentieth of all is lost, by chance once in 160,000 times. */
export const BEATS_MISSED = 4;
export const BEAT_SENDERS_MAX = 256;
/** Without a report for twice the 260 s after which a switch usually forgets, and some more. */
export const RENEW_MS = 600_000;
/**
 * Renewing pauses for so long: 2 s until the last question that it brought, 10 s for its answers, 10 s until a hasty switch
 * forgets, and four beats of the pause, one a second.
 */
export const PAUSE_S_MAX = 30;
export const PAUSE_BEAT_MS = 1_000;
/** With more of them a beat a second each would be too much. */
export const PAUSE_SENDERS_MAX = 20;
/** Four beats that did not come, and some more where the machine is busy. */
export const PAUSE_SHOWS_MS = 10_000;
export const PAUSE_AGAIN_MS = 600_000;
/** Seconds that are looked at, and in how many of them a question was being answered; a usual querier asks every 125 s. */
export const QUERY_SAMPLES = 20;
export const QUERIES_SEEN_MIN = 8;
/** A membership that is new or renewed is reported again for up to 10 s, by itself. */
export const OWN_REPORTS_MS = 12_000;
/** Some 0.1 ms each time. Found after a second, a change is told to others within the five that it may take. */
export const INTERFACE_POLL_MS = 1_000;
/** An interface that carried nobody else for this long gets no bulk data. Ten HELLO intervals of a large room. */
export const HEARD_MS_MAX = 180_000;
/** Source addresses remembered for that: about 100 bytes each. */
export const HEARD_ADDRESSES_MAX = 4096;

/** Parsed public keys kept for verification: about 1 KiB each. A room of 1000 members fits. */
export const VERIFY_KEYS_MAX = 4096;

/** Blocks of 1 MiB: 8 in flight are 8 MiB of one transfer. */
export const FILE_OPERATIONS_MAX = 8;
/** A batch of written blocks is synced after so many or so long: a kill costs at most that, a sync of 64 MiB is worth its wait. */
export const SYNC_BLOCKS_MAX = 64;
export const SYNC_MS_MAX = 1000;
/** Part files and held files that are open at a time; the rest are opened again when they are needed. */
export const FILES_OPEN_MAX = 64;
/** Files that can be served to others, by path: the core's 1024 incoming and 256 outgoing transfers. */
export const HELD_FILES_MAX = 1280;
/** Files of the same name that are looked at for one that a killed process had just given its name. */
export const NAMED_CANDIDATES_MAX = 16;
/** Names of offered files kept until the transfer ends: at most 4096 × 1 KiB. */
export const OFFERED_NAMES_MAX = 4096;
/** Own offers whose record is being stored: each holds an open file. */
export const PENDING_OFFERS_MAX = 64;
/** NAME_MAX of every common file system, in bytes of UTF-8. */
export const FILE_NAME_BYTES_MAX = 255;
/** `name (N).ext`: one more would be a folder with a thousand files of one name. */
export const NAME_ATTEMPTS_MAX = 10_000;
/**
 * A transfer may rest for days before somebody who has the file is back, so a part of another profile is left alone for a
 * month; its own profile removes what it needs no more at each start.
 */
export const FOREIGN_PART_AGE_MS_MAX = 30 * 24 * 3600 * 1000;
/** Looked at when stale part files are searched for. */
export const FOLDER_ENTRIES_MAX = 100_000;

/** Files of packs that are read in several parts and stay open meanwhile: above the blocks that are asked for at a time. */
export const PACK_FILES_OPEN_MAX = 32;
/** Blocks of an incoming pack that are noted beyond a gap: at 100 bytes each 6 MB, and a receiver's window is far below. */
export const PACK_BLOCKS_AHEAD_MAX = 65_536;
/** Packs that are held and open at a time: of the most entries each takes the pack thread some 60 MB. */
export const PACKS_OPEN_MAX = 4;
/** Blocks of an earlier copy that are read and hashed before what was found is told: some 10 ms. */
export const SEARCH_BLOCKS_MAX = 8;
/** Earlier copies that are looked at, the newest first, and how many names are tried for them. */
export const EARLIER_COPIES_MAX = 4;
export const EARLIER_NAMES_MAX = 64;
/** What a scan reports by name of what it leaves out. */
export const SCAN_REPORTED_MAX = 20;
/** Of these, named in one sentence. */
export const SCAN_NAMED_MAX = 3;
/** Of the part file, read in one go when it is unpacked: a hundred small files. */
export const UNPACK_WINDOW_BYTES = 1024 * 1024;
/** Unpacked in one go, before other requests of the pack thread have their turn: about 10 ms. */
export const UNPACK_SLICE_BYTES = 8 * 1024 * 1024;
export const UNPACK_SLICE_ENTRIES = 256;
/** Where each file is synced by itself: what the four threads for that are kept busy with. */
export const SYNCS_AT_ONCE_MAX = 16;

/** The fast path's proof takes about 5 ms; a machine on which it fails so often in so long gets the portable one. */
export const SELF_TEST_MS_MAX = 200;
export const SELF_TEST_ATTEMPTS_MAX = 3;

/** At the end of the process: this long for the last datagrams to leave. */
export const SHUTDOWN_MS_MAX = 500;

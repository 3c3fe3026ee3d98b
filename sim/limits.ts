/** Every bound of the simulator, with its arithmetic. The protocol's own are in src/core/limits.ts. */

/** Ethernet (14 + 4, preamble 8, gap 12), IPv4 (20) and UDP (8) around each datagram. */
export const DATAGRAM_HEADER_BYTES = 66;

/** A qdisc of 1000 full packets at 100 Mbit/s; what does not fit is dropped. */
export const EGRESS_QUEUE_MS_MAX = 120;

/** A switch port with 256 full packets at 100 Mbit/s. */
export const INGRESS_QUEUE_MS_MAX = 31;

/** A default socket receive buffer (212,992 bytes) holds 92 full packets: what a stopped process keeps. */
export const SOCKET_BUFFER_PACKETS_MAX = 92;

/** Calls at one instant of virtual time before a node counts as spinning; real work needs far fewer. */
export const CALLS_PER_INSTANT_MAX = 20_000;

/** Remembered signatures: 64 MiB of messages, so that verifying once serves all nodes of the process. */
export const REMEMBERED_SIGNATURE_BYTES_MAX = 64 * 1024 * 1024;

/** Observations kept to explain a failure. */
export const RECENT_OBSERVATIONS_MAX = 400;

/** The inbox of a busy host: as in src/io/limits.ts, which says why. */
export const INBOX_DATAGRAMS_MAX = 4096;
export const INBOX_STANDING_MS = 500;
export const INBOX_FRESH_MS = 200;

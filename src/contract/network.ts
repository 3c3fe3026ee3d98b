/** How this profile uses the network, as far as people set it: for multicast that is routed between networks. */
import * as v from 'valibot';
import type { DoctorReport } from './doctor.ts';

export const HOPS_DEFAULT = 1;
export const HOPS_MAX = 255;
/** The first half of every room's group: administratively scoped addresses (RFC 2365). */
export const GROUP_RANGE_DEFAULT = '239.255';

/** More than a machine has; Starling uses at most 16 of them at a time. */
const INTERFACES_CHOSEN_MAX = 64;

const hops = v.pipe(v.number(), v.integer(), v.minValue(HOPS_DEFAULT), v.maxValue(HOPS_MAX));
const groupRange = v.pipe(v.string(), v.regex(/^239\.(\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])$/));

/** Names of the interfaces that are used; none: every usable one. */
const interfaces = v.pipe(
  v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(64))),
  v.maxLength(INTERFACES_CHOSEN_MAX),
);

/** What is left out stays. All count from the next start on. */
const setNetworkSchema = v.object({
  hops: v.optional(hops),
  groupRange: v.optional(groupRange),
  interfaces: v.optional(interfaces),
  quiet: v.optional(v.boolean()),
});
export type SetNetwork = v.InferOutput<typeof setNetworkSchema>;

const host = v.pipe(v.string(), v.minLength(1), v.maxLength(255));

/** Parameters of the methods about the network; `NetworkResults` says what each returns. */
export const networkSchemas = {
  /** Machines to write to where multicast does not pass: an IPv4 address, or a name that has one. */
  peers: v.object({}),
  'add-peer': v.object({ host }),
  'remove-peer': v.object({ host }),
  /** What is left out stays; answers with what is set. */
  'set-network': setNetworkSchema,
  /** How much moves, and how each member is reached, at this moment. */
  'network-now': v.object({}),
  /** What works and what does not on this network. */
  doctor: v.object({}),
} as const;

export interface NetworkResults {
  peers: readonly PeerInfo[];
  'add-peer': readonly PeerInfo[];
  'remove-peer': readonly PeerInfo[];
  'set-network': NetworkSettings;
  'network-now': NetworkNow;
  doctor: DoctorReport;
}

export interface NetworkSettings {
  /** Routers that a multicast may pass is one less. */
  readonly hops: number;
  /** Two octets; all members of a room need the same. */
  readonly groupRange: string;
  /** Nothing is said that nobody asked for, but for a HELLO every 30 s: others are seen, and missed, later. */
  readonly quiet: boolean;
  /** By name; empty: every usable one. `--interface` goes before them for its run. */
  readonly interfaces: readonly string[];
  /** What the machine has now to choose from. */
  readonly available: readonly AvailableInterface[];
  /** It differs from what this run of the daemon uses. */
  readonly fromNextStart: boolean;
}

export interface AvailableInterface {
  readonly name: string;
  readonly address: string;
  readonly loopback: boolean;
}

/** A machine that the user named; `address` is empty while the name leads nowhere. */
export interface PeerInfo {
  readonly host: string;
  readonly address: string;
}

export const isGroupRange = (text: string): boolean => v.is(groupRange, text);

/**
 * How two members reach each other: `unicast` where multicast does not pass in one direction or both, `broadcast` where what
 * is small comes that way (files go by unicast), `relay` where only another member reaches both.
 */
export type Way = 'multicast' | 'broadcast' | 'unicast' | 'relay';

/** How we and one member reach each other, over all rooms that both are in. */
export interface LinkInfo {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly away: boolean;
  readonly silentMs: number;
  readonly way: Way;
  /** Share of its HELLOs that we miss, 0…1. */
  readonly loss: number;
  readonly roundTripMs?: number;
  /** The longest packet that gets through to it, where that is less than it should be. */
  readonly narrowBytes?: number;
  /** False: our packets do not reach it. */
  readonly hearsUs?: boolean;
}

/** The network at this moment; whoever wants a rate asks twice. */
export interface NetworkNow {
  /** Unix milliseconds. */
  readonly at: number;
  /** UDP payloads since the daemon began, every copy counted. */
  readonly sentBytes: number;
  readonly sentDatagrams: number;
  readonly receivedBytes: number;
  readonly receivedDatagrams: number;
  /** By name. */
  readonly links: readonly LinkInfo[];
}

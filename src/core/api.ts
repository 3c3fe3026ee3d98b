/**
 * What crosses the border of the core: the ports it is given, the commands it takes, the datagrams it wants sent
 * and the events it reports. Everything here is data; nothing waits. Times named `now` are milliseconds of a
 * monotonic clock with fractions; `at` is Unix milliseconds and is only ever shown.
 */
import type { BufferPool } from '../base/buffer-pool.ts';
import type { Bytes } from '../base/bytes.ts';
import type { MemberId, RoomId, TransferId } from '../base/ids.ts';
import type { Random } from '../base/prng.ts';
import type { Datagram } from './datagram.ts';
import type { FecKernel } from './fec/port.ts';
import type { LogApi, LogEvent, RoomHistory } from './log-api.ts';
import type { DiskFault, FileNews, FileView, RestoredTransfer } from './file-api.ts';
import type { PrivateApi, PrivateNews } from './private-api.ts';
import type { OwnPrekey } from './secrecy/prekeys.ts';
import type { AssemblyFactory } from './transfer/assembly.ts';
import type { HeardEntry } from './wire/heard.ts';

export type {
  DiskFault,
  FileView,
  PackView,
  RestoredTransfer,
  TransferFailure,
  TransferWait,
} from './file-api.ts';

// ---- ports ---------------------------------------------------------------------------------------------------

/** Synchronous cryptography. `src/io/crypto.ts` is the real one. */
export interface CryptoPort {
  sha256(bytes: Bytes): Bytes;
  /** Incremental SHA-256, so that a block can be hashed in slices. */
  sha256Stream(): { update(bytes: Bytes): void; digest(): Bytes };
  /** Ed25519 signature (64 bytes) with this profile's key. */
  sign(message: Bytes): Bytes;
  /** Ed25519 verification; false for a malformed key or signature, never a throw. */
  verify(publicKey: Bytes, message: Bytes, signature: Bytes): boolean;
  /** The Ed25519 key that 32 secret bytes stand for (RFC 8032 §5.1.5), beside this profile's own: an invite's. */
  ed25519(seed: Bytes): { readonly publicKey: Bytes; sign(message: Bytes): Bytes };
  /** HKDF-SHA-256 (RFC 5869) with an empty salt. */
  hkdf(secret: Bytes, info: Bytes, lengthBytes: number): Bytes;
  /** HMAC-SHA-256 (RFC 2104), of which HKDF's two halves are made (core/secrecy/hkdf.ts). */
  hmac(key: Bytes, message: Bytes): Bytes;
  /** The X25519 public key (32 bytes) of 32 private bytes, which it clamps (RFC 7748 §5). */
  x25519PublicKey(privateKey: Bytes): Bytes;
  /**
   * The X25519 shared secret (RFC 7748 §6.1). Undefined where the public key is no key or is of small order, so that the
   * secret would be all zeros (RFC 9180 §7.1.4): it comes from the network, so it never throws.
   */
  x25519(privateKey: Bytes, publicKey: Bytes): Bytes | undefined;
  /** AES-256-GCM at once: ciphertext, then the 16-byte tag. Key and nonce (12 bytes) together must be used once only. */
  seal(key: Bytes, nonce: Bytes, additional: Bytes, plaintext: Bytes): Bytes;
  /** The reverse; undefined where the tag does not match, for input of any length. */
  open(key: Bytes, nonce: Bytes, additional: Bytes, sealed: Bytes): Bytes | undefined;
  /** Whether both hold the same bytes, in a time that does not tell where they differ. */
  equalSecrets(a: Bytes, b: Bytes): boolean;
  /** AES-256-GCM with a 12-byte zero nonce, in slices: the key must be used once only. */
  sealStream(key: Bytes): { update(plaintext: Bytes): Bytes; tag(): Bytes };
  /** The reverse; `final` is false where the tag does not match. */
  openStream(key: Bytes, tag: Bytes): { update(ciphertext: Bytes): Bytes; final(): boolean };
  /** Cryptographically secure random bytes. */
  randomBytes(lengthBytes: number): Bytes;
}

export interface PeerConfig {
  readonly crypto: CryptoPort;
  readonly kernel: FecKernel;
  /** Where blocks are put together: real ones unless the simulator only counts what a thousand members have. */
  readonly assemble?: AssemblyFactory;
  /** For jitter only. */
  readonly random: Random;
  /** Ed25519 public key, 32 bytes. */
  readonly publicKey: Bytes;
  /** Shared with what reads and writes blocks for the core; its own where absent. */
  readonly buffers?: BufferPool;
  readonly name: string;
  /** Of the own badge, 1…15. */
  readonly colour?: number | undefined;
  /** Newest first; without any, nobody can let us into a private room. `setPrekeys` replaces them. */
  readonly prekeys?: readonly OwnPrekey[];
  /** The UDP port on which this process takes unicast. */
  readonly unicastPort: number;
  /** Largest UDP payload that fits every path this process sends on: 1472 on Ethernet with IPv4. */
  readonly datagramBytesMax: number;
  /** For networks that treat beacons as an attack: HELLO every 30 s, no ping that nobody asked for. */
  readonly quiet?: boolean;
}

export type { Annotation, KeptRecord, LogApi, LogEvent, RoomHistory, StoredChain } from './log-api.ts';
export type {
  AudienceEntry,
  CommandFailure,
  PrivateApi,
  PrivateChain,
  PrivateEntry,
  PrivateKind,
  PrivateMemberView,
  PrivateRoomView,
  RoomOffer,
} from './private-api.ts';

// ---- wire ----------------------------------------------------------------------------------------------------

export interface Address {
  /** Textual IP address. */
  readonly host: string;
  readonly port: number;
  /** Of where a datagram came from: it was sent to a group. */
  readonly byMulticast?: boolean;
  /** It was sent to everybody on the network. */
  readonly byBroadcast?: boolean;
  /** Another member passed it on. */
  readonly byRelay?: boolean;
}

export type Destination =
  | { readonly kind: 'control'; readonly room: RoomId }
  | { readonly kind: 'bulk'; readonly room: RoomId; readonly slot: number }
  | { readonly kind: 'unicast'; readonly address: Address };

/** The core never changes its bytes afterwards; see `Datagram` for its payload. */
export interface Transmit extends Datagram {
  readonly to: Destination;
}

// ---- events --------------------------------------------------------------------------------------------------

/**
 * How two members reach each other: `unicast` where multicast does not pass in one direction or both, `broadcast` where what
 * is small comes that way, `relay` where only another member reaches both.
 */
export type Way = 'multicast' | 'broadcast' | 'unicast' | 'relay';

export interface MemberView {
  readonly id: MemberId;
  readonly name: string;
  /** Of its badge, 1…15, where it chose one. */
  readonly colour?: number;
  readonly address: string;
  /** True for this profile's own row. */
  readonly self: boolean;
  readonly away: boolean;
  /** Milliseconds since it was last heard; 0 for self. */
  readonly silentMs: number;
  /** Smoothed round-trip time of unicast pings, where one was measured. */
  readonly roundTripMs?: number;
  /** False where the member says whom it hears and we are not among them: one-way visibility. */
  readonly hearsUs?: boolean;
  /** How we reach each other. */
  readonly way?: Way;
  /** Ed25519, whose hash the id is; empty where it is not known. */
  readonly publicKey: Bytes;
  /** Its prekey is known: it can be let into a private room, and written to directly. */
  readonly canBeReached: boolean;
}

/** One member as the network shows it. */
export interface LinkView {
  readonly id: MemberId;
  readonly name: string;
  readonly address: Address;
  readonly away: boolean;
  readonly silentMs: number;
  /** Share of its HELLOs that we miss, 0…1. */
  readonly loss: number;
  readonly roundTripMs?: number;
  readonly hearsUs?: boolean;
  readonly datagramBytesMax: number;
  /** The largest packet, IP header included, that was answered for on the way to it. */
  readonly pathMtu?: number;
  /** That is less than both ends take. */
  readonly isPathLimited?: boolean;
  readonly clockAheadMs?: number;
  /** Two processes take turns with its key. */
  readonly isCloned: boolean;
  /** Whom it says it hears. */
  readonly heard: readonly HeardEntry[];
  /** Its HELLOs come by multicast. */
  readonly byMulticast: boolean;
  /** Where its multicasts come from, if they come by IPv6 alone. */
  readonly ipv6Alone?: string;
  /** It does not hear us by multicast. */
  readonly needsCopies: boolean;
  /** Undefined before it could be known. */
  readonly way?: Way;
  /** HELLOs of it came otherwise than through another member not long ago. */
  readonly straight: boolean;
  /** It is heard through another member alone. */
  readonly relayed: boolean;
}

export interface LinksView {
  readonly members: readonly LinkView[];
  /** Where another process with our own key is. */
  readonly ownCloneAt?: string;
}

/** What somebody is to a room: in a public one, and in one whose log is not here yet, that cannot be said, and anybody may come. */
export type Standing = 'member' | 'former' | 'stranger' | 'unknown';

export type PeerEvent =
  // groups that the I/O layer must be a member of
  | { readonly type: 'subscribe' | 'unsubscribe'; readonly to: Destination }
  // rooms and members
  | { readonly type: 'room-joined' | 'room-quit'; readonly room: RoomId }
  | {
      readonly type: 'member-joined' | 'member-away' | 'member-back' | 'member-renamed';
      readonly room: RoomId;
      readonly member: MemberView;
    }
  | {
      readonly type: 'member-left';
      readonly room: RoomId;
      readonly member: MemberView;
      /** Removed: from a private room, for everybody. */
      readonly reason: 'quit' | 'expired' | 'removed';
    }
  | {
      readonly type: 'member-removed' | 'member-restored';
      readonly room: RoomId;
      readonly member: MemberView;
    }
  // private rooms
  | PrivateNews
  // messages
  | LogEvent
  // files
  | FileNews
  /** A signed page or root was accepted or signed: to be kept for `restoreTransfer`. Nobody waits for it. */
  | {
      readonly type: 'store-page';
      readonly transfer: TransferId;
      readonly kind: 'page' | 'root';
      /** First block of a page; 0 of a root. */
      readonly first: number;
      readonly frame: Bytes;
    }
  // work for the disk; each is answered by the command of the same name
  /** Of an own file, or of one that we have, whole or in part, and serve to others. */
  | {
      readonly type: 'read-block';
      readonly transfer: TransferId;
      readonly block: number;
      readonly offset: number;
      readonly length: number;
    }
  | {
      readonly type: 'write-block';
      readonly transfer: TransferId;
      readonly block: number;
      readonly offset: number;
      readonly bytes: Bytes;
    }
  /**
   * Of a pack that was sent before: look for its blocks in earlier copies, by the hashes that `store-page` brings, and answer with
   * `blocksFound` as often as there is news.
   */
  | { readonly type: 'find-blocks'; readonly transfer: TransferId }
  /** Every block is written and the root verified: sync, give the file its name, then `fileFinished`. */
  | { readonly type: 'finish-file'; readonly transfer: TransferId }
  /** The transfer ended without a file: drop what was written, close what is open. */
  | { readonly type: 'discard-file'; readonly transfer: TransferId }
  /** It came to an end for now: close what is open and keep what was written, for `retry` or `restoreTransfer`. */
  | { readonly type: 'suspend-file'; readonly transfer: TransferId }
  /** The source of an own transfer is not needed any more. */
  | { readonly type: 'release-source'; readonly transfer: TransferId };

/** Counters of what was refused and why; a snapshot, keyed by stable English identifiers. */
export type Counters = Readonly<Record<string, number>>;

/**
 * The core. Four kinds of method: commands, `handle*`, `poll*`, and views. The driver calls one that mutates, then
 * drains all three polls, then may call the next. Commands that name a room which is not joined, or a transfer
 * that is not known, throw UsageError.
 */
export interface PeerApi extends LogApi, PrivateApi {
  readonly id: MemberId;
  rename(now: number, name: string): void;
  /** Of the own badge, 1…15; undefined: none chosen. */
  setColour(now: number, colour: number | undefined): void;
  /** Idempotent. Public room: the id is `publicRoomId(name)`. */
  join(now: number, room: RoomId, history: RoomHistory): void;
  /** Idempotent. Sends LEAVE, unsubscribes, forgets members and log; of a private room that we are out of, listens no more. */
  quit(now: number, room: RoomId): void;
  /** Draws a HELLO from everyone in the room, as a newcomer does. */
  probe(now: number, room: RoomId): void;
  /** The network is another one: as `probe`, in every room. Nothing in quiet mode. */
  networkChanged(now: number): void;
  /** LEAVE in every room, for the end of the process; after the drain the driver may close. */
  shutdown(now: number): void;
  /**
   * Offers a file. `token` (> 0) comes back in `store-record`, whose id begins with the new TransferId, so that the
   * caller can match its file to it before the first `read-block`. `bytesPerMsMax`: UDP payload a millisecond that it may
   * take at most; found by itself below that.
   */
  offer(now: number, room: RoomId, file: FileView, at: number, token: number, bytesPerMsMax?: number): void;
  accept(now: number, transfer: TransferId): void;
  /** With `reason`: it cannot be taken, and the sender is told why. */
  decline(now: number, transfer: TransferId, reason?: 'disk-full'): void;
  /** By the sender: for all. By a receiver: for itself. */
  cancel(now: number, transfer: TransferId): void;
  /**
   * After the `join` of its room, or once a private room is joined: goes on with a file of an earlier process. Draws no
   * `transfer-offered`. Idempotent; what cannot be (the offer was ended since, or does not parse) is a UsageError.
   */
  restoreTransfer(now: number, room: RoomId, restored: RestoredTransfer): void;
  /** Holds an own file back from everybody, or an incoming one for us. Idempotent. */
  pause(now: number, transfer: TransferId): void;
  unpause(now: number, transfer: TransferId): void;
  /** One that failed goes on with what was written, its part file open again; one that was declined is taken after all. */
  retry(now: number, transfer: TransferId): void;
  /** One that was declined, or failed: our person is asked once more, and its author is told so. After it `accept` or `decline`. */
  reoffer(now: number, transfer: TransferId): void;
  /** An own file: a member that is there is asked to take it after all. What comes of it, its HAVE says. */
  askMember(now: number, transfer: TransferId, member: MemberId): void;
  /** `bytes` is the core's from now on. */
  blockRead(now: number, transfer: TransferId, block: number, bytes: Bytes | DiskFault): void;
  /** The bytes of the `write-block` are not used any more. */
  blockWritten(now: number, transfer: TransferId, block: number, fault?: DiskFault): void;
  /**
   * After `find-blocks`. `found` are on the disk now, and have the hash that their page says; `missing` are not to be found, nor
   * are all others once that is said of the `rest`.
   */
  blocksFound(
    now: number,
    transfer: TransferId,
    found: readonly number[],
    missing: readonly number[] | 'rest',
  ): void;
  fileFinished(now: number, transfer: TransferId, fault?: DiskFault): void;
  /** A local, reversible block of a member of a public room. */
  removeMember(now: number, room: RoomId, member: MemberId): void;
  restoreMember(now: number, room: RoomId, member: MemberId): void;

  /**
   * `bytes` may serve again afterwards where `isBulk` or `isPiece` says so; otherwise they are the core's. `arrivedAt` is when they
   * reached this machine, now where that is not known: the engine may have been kept waiting.
   */
  handleDatagram(now: number, from: Address, bytes: Bytes, arrivedAt?: number): void;
  handleTimeout(now: number): void;

  /** The next datagram that may leave now. The core never queues more than it could send within one train. */
  pollTransmit(now: number): Transmit | undefined;
  pollEvent(): PeerEvent | undefined;
  /** When `handleTimeout` (or a further `pollTransmit`) is next due; Infinity where never. */
  pollTimeout(): number;

  members(now: number, room: RoomId): readonly MemberView[];
  /** Who hears whom. */
  links(now: number, room: RoomId): LinksView;
  standing(room: RoomId, member: MemberId): Standing;
  counters(): Counters;
}

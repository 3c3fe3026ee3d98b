/** What the daemon and the engine worker say to each other: structured-clone data, one union for each direction. */
import type { Bytes } from '../base/bytes.ts';
import type { MemberId, OperationId, RecordId, RoomId, TransferId } from '../base/ids.ts';
import type {
  Annotation,
  Counters,
  DiskFault,
  FileView,
  KeptRecord,
  MemberView,
  PeerEvent,
  PrivateChain,
  PrivateKind,
  RestoredTransfer,
  RoomHistory,
  RoomOffer,
} from '../core/api.ts';
import type { OwnPrekey } from '../core/secrecy/prekeys.ts';
import type { HistoryPolicy, Role } from '../core/wire/operation-body.ts';
import type { FileStamp } from './files/file-stamp.ts';
import type { ScanFault } from './pack/scan.ts';
import type { NetworkFacts } from './network-facts.ts';
import type { ClassicCommand, ClassicEvent, ClassicMemberView } from './classic/messages.ts';

export interface EngineConfig {
  /** Ed25519 key pair: public key raw (32 bytes), private key as PKCS #8 DER. */
  readonly publicKey: Bytes;
  readonly privateKeyPkcs8: Bytes;
  readonly name: string;
  /** Of the own badge. */
  readonly colour?: number | undefined;
  /** Newest first. */
  readonly prekeys?: readonly OwnPrekey[];
  /** UDP port of all multicast; unicast takes the first free of the fifteen above it. */
  readonly port: number;
  /** Names given with --interface; empty: every usable one. */
  readonly interfaces: readonly string[];
  /** Of multicast, where it is not 1. */
  readonly hops?: number;
  /** Nothing is said that nobody asked for, but for a HELLO now and then. */
  readonly quiet?: boolean;
  /** First two octets of every group, where they are not 239.255. */
  readonly groupRange?: string;
  /** Addresses that the user named, for networks without multicast. */
  readonly peers?: readonly string[];
  /** Absolute path of the folder where verified files appear. */
  readonly downloads: string;
  /** Transfers whose parts in that folder go on; all other ones of this profile are removed at the start. */
  readonly keepParts?: readonly TransferId[];
  /** Absolute path of the folder where manifests of received packs are kept. */
  readonly manifests: string;
}

export interface NetworkInterfaceView {
  readonly name: string;
  readonly address: string;
  /** Beside an IPv4 one. */
  readonly ipv6?: string;
  readonly loopback: boolean;
}

/** Commands; each becomes one call of the core with the worker's clock. */
export type EngineCommand =
  | { readonly type: 'rename'; readonly name: string }
  | { readonly type: 'set-colour'; readonly colour: number | undefined }
  /** Where files that are accepted from now on appear. */
  | { readonly type: 'set-downloads'; readonly folder: string }
  | { readonly type: 'join'; readonly room: RoomId; readonly history: RoomHistory }
  | { readonly type: 'quit' | 'probe'; readonly room: RoomId }
  | {
      readonly type: 'say';
      readonly room: RoomId;
      readonly text: string;
      readonly at: number;
      readonly token: number;
      readonly replyTo?: RecordId;
    }
  | {
      readonly type: 'annotate';
      readonly room: RoomId;
      readonly target: RecordId;
      readonly what: Annotation;
      readonly at: number;
      readonly token: number;
    }
  | { readonly type: 'typing'; readonly room: RoomId }
  | { readonly type: 'record-stored'; readonly room: RoomId; readonly id: RecordId }
  | { readonly type: 'records-kept'; readonly room: RoomId; readonly serial: number }
  | {
      readonly type: 'records-read';
      readonly room: RoomId;
      readonly request: number;
      readonly records: readonly KeptRecord[];
    }
  /** The worker opens and stats the path; `offer-refused` where it can't. `token` as in PeerApi.offer. */
  | {
      readonly type: 'offer';
      readonly room: RoomId;
      readonly path: string;
      /** What is there, as one pack, in place of `path`. */
      readonly paths?: readonly string[];
      /** It was sent before: whoever has an earlier copy gets only the rest. */
      readonly again?: boolean;
      readonly name: string;
      readonly at: number;
      readonly token: number;
      /** On the wire, headers counted, at most. */
      readonly megabitsPerSecondMax?: number;
    }
  | {
      readonly type: 'cancel' | 'pause' | 'unpause' | 'reoffer';
      readonly transfer: TransferId;
    }
  | { readonly type: 'ask-member'; readonly transfer: TransferId; readonly member: MemberId }
  | ({ readonly type: 'accept' } & TakenFile)
  | ({ readonly type: 'retry' } & TakenFile)
  | { readonly type: 'decline'; readonly transfer: TransferId; readonly reason?: 'disk-full' }
  /** After the room was joined. Answered by `restore-refused`, or by what the core says of the transfer. */
  | {
      readonly type: 'restore-transfer';
      readonly room: RoomId;
      readonly transfer: TransferId;
      readonly restored: RestoredTransfer;
      readonly file: RestoredFile;
    }
  /** What `file-saved` said is on the disk. */
  | { readonly type: 'file-kept'; readonly transfer: TransferId }
  /** Of a transfer that the core does not know. */
  | { readonly type: 'remove-part'; readonly transfer: TransferId; readonly folder: string }
  | { readonly type: 'remove-member' | 'restore-member'; readonly room: RoomId; readonly member: MemberId }
  | PrivateCommand
  | ClassicCommand
  | { readonly type: 'set-peers'; readonly peers: readonly string[] }
  | { readonly type: 'ask-classic-members'; readonly request: number }
  | { readonly type: 'ask-network'; readonly rooms: readonly RoomId[]; readonly request: number }
  | { readonly type: 'ask-members'; readonly room: RoomId; readonly request: number }
  | { readonly type: 'ask-counters'; readonly request: number }
  /** LEAVE everywhere, close sockets and files; answered by `stopped`. */
  | { readonly type: 'stop' };

/** It appears in `folder`; where absent, in the downloads folder of the moment. `file`: as it was offered. */
export interface TakenFile {
  readonly transfer: TransferId;
  readonly folder?: string;
  readonly file?: FileView;
}

/** Where the bytes of a restored transfer are. */
export type RestoredFile =
  /** Not all of them: in the hidden part in `folder`, to be called `name` there, which is as it was offered. */
  | ({ readonly kind: 'part'; readonly folder: string } & FileView)
  | { readonly kind: 'whole'; readonly path: string; readonly stamp: FileStamp }
  /** A folder that arrived. */
  | { readonly kind: 'folder'; readonly path: string; readonly stamp: FileStamp }
  /** What an own pack was made of. */
  | {
      readonly kind: 'sources';
      readonly paths: readonly string[];
      readonly name: string;
      readonly stamp: FileStamp;
    }
  /** Nowhere: the core is only to say that it is over. */
  | { readonly kind: 'gone' };

/** About private rooms, people and their keys: as the methods of the same names in `PrivateApi`. */
export type PrivateCommand =
  | {
      readonly type: 'create-room';
      readonly name: string;
      readonly history: HistoryPolicy;
      readonly kind: PrivateKind;
      readonly token: number;
    }
  | {
      readonly type: 'open-room';
      readonly room: RoomId;
      readonly history: RoomHistory;
      readonly chain: PrivateChain;
    }
  | { readonly type: 'open-direct'; readonly member: MemberId; readonly token: number }
  | {
      readonly type: 'add-member' | 'set-role';
      readonly room: RoomId;
      readonly member: MemberId;
      readonly role: Role;
      readonly token: number;
    }
  | {
      readonly type: 'remove-from-room';
      readonly room: RoomId;
      readonly member: MemberId;
      readonly token: number;
    }
  | { readonly type: 'rename-room'; readonly room: RoomId; readonly name: string; readonly token: number }
  | {
      readonly type: 'set-history';
      readonly room: RoomId;
      readonly history: HistoryPolicy;
      readonly token: number;
    }
  | { readonly type: 'leave-room'; readonly room: RoomId; readonly token: number }
  | {
      readonly type: 'invite';
      readonly room: RoomId;
      readonly root: Bytes;
      readonly expiresAt: number;
      readonly token: number;
    }
  | {
      readonly type: 'revoke-invite';
      readonly room: RoomId;
      readonly invite: OperationId;
      readonly token: number;
    }
  | { readonly type: 'accept-room'; readonly offer: RoomOffer; readonly token: number }
  | { readonly type: 'decline-room'; readonly room: RoomId; readonly by: MemberId }
  | { readonly type: 'join-by-invite'; readonly root: Bytes; readonly at: number; readonly token: number }
  | { readonly type: 'cancel-join'; readonly token: number }
  | { readonly type: 'set-prekeys'; readonly ring: readonly OwnPrekey[] }
  | {
      readonly type: 'private-stored';
      readonly room: RoomId;
      readonly serial: number;
      /** Where the `store-private` opens the room. */
      readonly history?: RoomHistory;
    }
  | { readonly type: 'verify-by-emoji'; readonly member: MemberId }
  | {
      readonly type: 'answer-emoji';
      readonly member: MemberId;
      readonly what: 'accept' | 'same' | 'different' | 'cancel';
    };

/** Events of the core that concern the daemon: all but those that the worker itself serves. */
export type ForwardedEvent = Exclude<
  PeerEvent,
  {
    type:
      | 'subscribe'
      | 'unsubscribe'
      | 'read-block'
      | 'write-block'
      | 'find-blocks'
      | 'finish-file'
      | 'discard-file'
      | 'suspend-file'
      | 'release-source'
      | 'offer-parked';
  }
>;

export type EngineEvent =
  | {
      readonly type: 'started';
      readonly unicastPort: number;
      readonly interfaces: readonly NetworkInterfaceView[];
      /** Which kind of sockets: the Linux kernel's batched calls, or `node:dgram`. */
      readonly path: 'fast' | 'portable';
      /** Why not the fast ones. */
      readonly pathReason?: string;
    }
  /** The engine cannot run at all; the worker ends. `code`: port-in-use, interface-unknown, … */
  | {
      readonly type: 'start-failed';
      readonly code: string;
      readonly values: Readonly<Record<string, string | number>>;
    }
  | { readonly type: 'interfaces'; readonly interfaces: readonly NetworkInterfaceView[] }
  | { readonly type: 'core'; readonly event: ForwardedEvent }
  /** It has its name. Sent before the core tells that the transfer is done. */
  | {
      readonly type: 'file-saved';
      readonly transfer: TransferId;
      readonly path: string;
      readonly mediaType?: string | undefined;
      readonly stamp: FileStamp;
    }
  /** These blocks are in the part, and would be after a power cut. */
  | { readonly type: 'blocks-durable'; readonly transfer: TransferId; readonly blocks: readonly number[] }
  /** Less of a restored part was there than the store knew: block i is bit i % 8 of byte i >> 3. */
  | { readonly type: 'part-checked'; readonly transfer: TransferId; readonly written: Bytes }
  /** A source or part of an earlier run is not what it was, or cannot be read. */
  | {
      readonly type: 'restore-refused';
      readonly transfer: TransferId;
      readonly fault: DiskFault;
      readonly detail: string;
    }
  /** Sent before the `store-record` of the offer with this token. */
  | { readonly type: 'source-opened'; readonly token: number; readonly stamp: FileStamp }
  | {
      readonly type: 'offer-refused';
      readonly token: number;
      readonly fault: DiskFault | ScanFault['fault'];
      /** Within a folder, where it is not the path that was given. */
      readonly path?: string;
      readonly detail: string;
    }
  | {
      readonly type: 'problem';
      readonly code: string;
      readonly values: Readonly<Record<string, string | number>>;
    }
  | { readonly type: 'members'; readonly request: number; readonly members: readonly MemberView[] }
  | { readonly type: 'counters'; readonly request: number; readonly counters: Counters }
  | { readonly type: 'classic'; readonly event: ClassicEvent }
  | { readonly type: 'network'; readonly request: number; readonly facts: NetworkFacts }
  | {
      readonly type: 'classic-members';
      readonly request: number;
      readonly members: readonly ClassicMemberView[];
    }
  | { readonly type: 'stopped' };

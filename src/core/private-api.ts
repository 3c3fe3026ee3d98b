/**
 * What the core and whoever runs it say of private rooms, of who comes into them and of what two say to each other alone, beside
 * what is common to all rooms (`api.ts`). All of it is data.
 */
import type { Bytes } from '../base/bytes.ts';
import type { MemberId, OperationId, RecordId, RoomId } from '../base/ids.ts';
import type { RoomHistory } from './log-api.ts';
import type { EpochId } from './secrecy/epoch.ts';
import type { OwnPrekey } from './secrecy/prekeys.ts';
import type { HistoryPolicy, Role } from './wire/operation-body.ts';

export type PrivateKind = 'private' | 'direct';

/** What the store knows of a private room. A newcomer has the genesis secret only: the rest comes from the others. */
export interface PrivateChain {
  readonly genesisSecret: Bytes;
  readonly kind: PrivateKind;
  /** In the order in which they were stored. */
  readonly operations: readonly Bytes[];
  readonly epochs: readonly { readonly bytes: Bytes; readonly secret: Bytes }[];
  readonly audiences: readonly AudienceEntry[];
  /** Invites that we made and that are still open: who comes with one asks us. */
  readonly invites: readonly {
    readonly root: Bytes;
    readonly operation: OperationId;
    readonly expiresAt: number;
  }[];
}

/** Whom the `audience` of a record stands for: those who could read it when it first came, sorted. */
export interface AudienceEntry {
  readonly id: string;
  readonly members: readonly MemberId[];
}

/** One thing that the store keeps of a private room, or forgets. */
export type PrivateEntry =
  | ({ readonly kind: 'audience' } & AudienceEntry)
  | { readonly kind: 'genesis-secret'; readonly secret: Bytes }
  | { readonly kind: 'operation'; readonly id: OperationId; readonly bytes: Bytes }
  | { readonly kind: 'epoch'; readonly id: EpochId; readonly bytes: Bytes; readonly secret: Bytes }
  | { readonly kind: 'epoch-dropped'; readonly id: EpochId }
  | {
      readonly kind: 'invite';
      readonly operation: OperationId;
      readonly root: Bytes;
      readonly expiresAt: number;
    }
  | { readonly kind: 'invite-dropped'; readonly operation: OperationId };

export interface PrivateMemberView {
  readonly id: MemberId;
  readonly name: string;
  /** Ed25519. */
  readonly publicKey: Bytes;
  readonly role: Role;
  readonly self: boolean;
}

export interface PrivateRoomView {
  readonly room: RoomId;
  readonly kind: PrivateKind;
  readonly name: string;
  readonly history: HistoryPolicy;
  /** Ours; undefined where we are no member, or do not know it yet. */
  readonly role: Role | undefined;
  /** Senior first, whether or not they are there. */
  readonly members: readonly PrivateMemberView[];
  readonly departed: readonly {
    readonly id: MemberId;
    readonly name: string;
    readonly reason: 'removed' | 'left';
    readonly by?: MemberId;
  }[];
  readonly openInvites: readonly {
    readonly operation: OperationId;
    readonly by: MemberId;
    /** Unix milliseconds. */
    readonly expiresAt: number;
  }[];
  /** There is an epoch of exactly the present members: what is said now, they and nobody else can read. */
  readonly secured: boolean;
  /** Bytes of the membership log. */
  readonly size: number;
}

/** A private room that somebody let us into without our asking. Whoever keeps it can hand it back at any time. */
export interface RoomOffer {
  readonly room: RoomId;
  readonly genesisSecret: Bytes;
  /** As whoever let us in calls it. */
  readonly name: string;
}

/** Why a command about a private room, named by its token, was not done. */
export type CommandFailure =
  | 'not-allowed'
  | 'unknown-member'
  | 'no-prekey'
  | 'room-full'
  | 'room-closed'
  | 'too-many'
  | 'forked'
  /** Nobody else has the rights that would be given up. */
  | 'last-admin'
  | 'invite-unknown'
  | 'invite-used'
  | 'invite-expired'
  /** Made here: it is for somebody else. */
  | 'invite-own'
  | 'no-answer'
  | 'cancelled';

/** Among `PeerEvent`. */
export type PrivateNews =
  /**
   * Must be durable before any of it may leave: answer with `privateStored`. `token` is that of the command it comes from, 0
   * for what others did.
   */
  | {
      readonly type: 'store-private';
      readonly room: RoomId;
      readonly serial: number;
      readonly token: number;
      readonly kind: PrivateKind;
      /** The room's name, for whoever lists rooms that are not open. */
      readonly name: string;
      readonly entries: readonly PrivateEntry[];
      /** The room opens with the answer: give `privateStored` what the store has of it from an earlier time. */
      readonly opens: boolean;
    }
  /** Something in the view of the room changed. */
  | { readonly type: 'room-changed'; readonly room: RoomId; readonly view: PrivateRoomView }
  /** We are no member any more: what was said stays to be read, nothing comes in or goes out. */
  | {
      readonly type: 'room-closed';
      readonly room: RoomId;
      readonly reason: 'removed' | 'left';
      readonly by?: MemberId;
    }
  /** Nothing of it is kept here: `acceptRoom` with the same offer opens it. Comes again when `from` is seen anew. */
  | { readonly type: 'room-offered'; readonly offer: RoomOffer; readonly from: MemberId }
  /** Whom we let in by name said no. It is removed from the room, where we may. */
  | { readonly type: 'member-declined'; readonly room: RoomId; readonly member: MemberId }
  /** After `declineRoom`: the member that offered the room knows. A `room-offered` of it from now on is a new offer. */
  | { readonly type: 'decline-told'; readonly room: RoomId; readonly to: MemberId }
  /** `room`: that an invite was for, where we are in it already. */
  | { readonly type: 'command-done'; readonly token: number; readonly room?: RoomId }
  | { readonly type: 'command-failed'; readonly token: number; readonly reason: CommandFailure }
  | {
      readonly type: 'invite-progress';
      readonly token: number;
      readonly stage: 'asking' | 'answered';
      readonly roomName?: string;
    }
  /** Shown already, and said by somebody after its removal: to be hidden. */
  | {
      readonly type: 'messages-cut';
      readonly room: RoomId;
      readonly member: MemberId;
      readonly ids: readonly RecordId[];
      /** What is in the store only counts as well: everything of the member above this sequence. */
      readonly above: number;
    }
  /** Proof that the member, or whoever holds its key, shows different people different things. */
  | { readonly type: 'member-forked'; readonly room: RoomId; readonly member: MemberId }
  | {
      readonly type: 'emoji';
      readonly member: MemberId;
      readonly stage: 'asked' | 'waiting' | 'compare' | 'done' | 'failed';
      /** Seven numbers below 64. */
      readonly emoji?: readonly number[];
      readonly reason?: string;
    };

/**
 * Private rooms and direct messages.
 * `token` (> 0) comes back in `command-done` or `command-failed`.
 */
export interface PrivateApi {
  /** → `store-private` with this token, and once that is stored `room-joined` and `command-done`. */
  createRoom(now: number, name: string, history: HistoryPolicy, kind: PrivateKind, token: number): void;
  /** Opens a room that the store knows, or that we were just let into; one that we were removed from is listened to. Idempotent. */
  openRoom(now: number, room: RoomId, history: RoomHistory, chain: PrivateChain): void;
  /** A room of two. As `createRoom`, with that member added; → `room-joined` at once where there is one already. */
  openDirect(now: number, member: MemberId, token: number): void;
  /** `member` is seen in some joined room. */
  addMember(now: number, room: RoomId, member: MemberId, role: Role, token: number): void;
  removeFromRoom(now: number, room: RoomId, member: MemberId, token: number): void;
  /** Promotes, demotes, or steps down, which the last one with rights over members cannot. */
  setRole(now: number, room: RoomId, member: MemberId, role: Role, token: number): void;
  renameRoom(now: number, room: RoomId, name: string, token: number): void;
  setHistory(now: number, room: RoomId, history: HistoryPolicy, token: number): void;
  /** As `joinByInvite`, of a room that we were offered. */
  acceptRoom(now: number, offer: RoomOffer, token: number): void;
  /**
   * Tells the member that offered it: → `decline-told` once it knows. Where it cannot be told now, `room-offered` comes again
   * when it sees us, and asks for this again.
   */
  declineRoom(now: number, room: RoomId, by: MemberId): void;
  /**
   * For good, and said so to the others; `quit` only closes the room for now. → `room-closed`. Who is the last
   * owner, or the last that may let in and remove, hands that on to the most senior member first.
   */
  leaveRoom(now: number, room: RoomId, token: number): void;
  /** `root`: of the link or the words, stretched (secrecy.md §9). */
  invite(now: number, room: RoomId, root: Bytes, expiresAt: number, token: number): void;
  /** Nobody comes in by this one any more, whoever of the admins made it. */
  revokeInvite(now: number, room: RoomId, invite: OperationId, token: number): void;
  joinByInvite(now: number, root: Bytes, at: number, token: number): void;
  cancelJoin(now: number, token: number): void;
  setPrekeys(now: number, ring: readonly OwnPrekey[]): void;
  /** Our own wall clock reads `at`, Unix milliseconds: told at the start and every minute, since invites expire by it. */
  setClock(now: number, at: number): void;
  /** The `store-private` of that number, and all before it, are durable. `history`: where it `opens` the room. */
  privateStored(now: number, room: RoomId, serial: number, history?: RoomHistory): void;
  verifyByEmoji(now: number, member: MemberId): void;
  answerEmoji(now: number, member: MemberId, what: 'accept' | 'same' | 'different' | 'cancel'): void;
  /** Throws UsageError where it is not open. */
  privateRoom(room: RoomId): PrivateRoomView;
}

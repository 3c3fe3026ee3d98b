/**
 * The part of the core's border that is about what people say: what the store keeps of it and hands back, the commands,
 * and the events. The core's own memory of a room is a window of the newest records; the store has everything.
 */
import type { Bytes } from '../base/bytes.ts';
import type { MemberId, RecordId, RoomId } from '../base/ids.ts';

/** A record as the store has it. */
export interface KeptRecord {
  /** The whole signed record. */
  readonly bytes: Bytes;
  /** As `keep-record` or `store-record` gave it. */
  readonly audience: string;
}

/** A stretch of an author's chain of which the store has every record: `floor` and `head` are the sequences at its ends. */
export interface StoredChain {
  readonly author: MemberId;
  readonly floor: number;
  readonly head: number;
}

/** What the store knows of a room; handed back at every join. Draws no events: whoever has it has shown it. */
export interface RoomHistory {
  /**
   * Ascending in the one order (depth, author, sequence, id), own ones among them: the newest, some
   * thousand at most, and the newest one of each author that is not among those. They are
   * parsed at the join, so not more than that.
   */
  readonly records: readonly KeptRecord[];
  /** Of every author in the store. Where a chain has gaps there may be one for each stretch, or the newest stretch alone. */
  readonly floors: readonly StoredChain[];
  /** What the store dropped on purpose, as its retention says: of these authors nothing up to `upTo` is fetched again. */
  readonly forgotten?: readonly { readonly author: MemberId; readonly upTo: number }[];
  /** Fetch what was said before we came, as far back as others hold it. False for a process that only speaks. */
  readonly catchUp: boolean;
}

export const NO_HISTORY: RoomHistory = { records: [], floors: [], catchUp: true };

/** What is said about an earlier record, its target. Who may is decided where it is shown, in the one order. */
export type Annotation =
  /** The target's author corrects it. */
  | { readonly kind: 'edit'; readonly text: string }
  | { readonly kind: 'reaction'; readonly emoji: string; readonly on: boolean }
  /** The target's author takes it back. */
  | { readonly kind: 'delete' }
  /** Everything up to the target was read. */
  | { readonly kind: 'read' };

/** Position in the one causal order: compare (depth, from, sequence, id). */
interface Placed {
  readonly id: RecordId;
  readonly from: MemberId;
  readonly name: string;
  /** By the author's clock, but never more than a day ahead of ours. */
  readonly at: number;
  readonly own: boolean;
  readonly depth: number;
  readonly sequence: number;
}

export type LogEvent =
  /**
   * An own record that must be durable before it may leave: answer with `recordStored`. `token` is the one given to
   * `say`, `annotate` or `offer`; 0 for a record that the core wrote by itself (the end of a transfer) or got back from
   * peers after the own store lost it.
   */
  | {
      readonly type: 'store-record';
      readonly room: RoomId;
      readonly id: RecordId;
      readonly sequence: number;
      readonly depth: number;
      readonly at: number;
      readonly bytes: Bytes;
      /** Opaque, at most 32 characters: who may be given it again. */
      readonly audience: string;
      readonly token: number;
    }
  /**
   * A record of somebody else was delivered: to be kept, and once it is durable, with all that have a lower serial,
   * `recordsKept` says so. Others are told that we have it then, and not before. Its own event (`message`,
   * `annotation`, …) follows. May come again for one that is kept already.
   */
  | {
      readonly type: 'keep-record';
      readonly room: RoomId;
      /** Counts up over all rooms of the process. */
      readonly serial: number;
      readonly id: RecordId;
      readonly author: MemberId;
      readonly sequence: number;
      readonly depth: number;
      readonly at: number;
      readonly bytes: Bytes;
      readonly audience: string;
    }
  /** Somebody lacks what only the store still has: answer with `recordsRead`. At most READ_RECORDS_MAX in one request. */
  | {
      readonly type: 'read-records';
      readonly room: RoomId;
      readonly request: number;
      readonly author: MemberId;
      /** Sequences, both included. */
      readonly from: number;
      readonly to: number;
    }
  | (Placed & {
      readonly type: 'message';
      readonly room: RoomId;
      readonly text: string;
      readonly replyTo?: RecordId;
    })
  | (Placed & {
      readonly type: 'annotation';
      readonly room: RoomId;
      readonly target: RecordId;
      readonly what: Annotation;
    })
  /** `member` is writing something; fades when nothing more is heard of it for a few seconds. */
  | { readonly type: 'typing'; readonly room: RoomId; readonly member: MemberId }
  /** `member` has every own record up to and including `sequence`, on its disk. */
  | { readonly type: 'receipt'; readonly room: RoomId; readonly member: MemberId; readonly sequence: number };

export interface LogApi {
  /** The text becomes a record; `store-record` follows at once or, right after a join, within SETTLE_MS. */
  say(now: number, room: RoomId, text: string, at: number, token: number, replyTo?: RecordId): void;
  /**
   * As `say`. Of `read` marks one in 10 s becomes a record (the others: no record, no event), of several the last; none in
   * rooms of more than 64.
   */
  annotate(now: number, room: RoomId, target: RecordId, what: Annotation, at: number, token: number): void;
  /** The user is typing: call it as often as you like, others are told every 4 s at most. */
  typing(now: number, room: RoomId): void;
  /** The `store-record` of `id` is durable: it may leave. */
  recordStored(now: number, room: RoomId, id: RecordId): void;
  /** Every `keep-record` of the room up to that serial is durable. */
  recordsKept(now: number, room: RoomId, serial: number): void;
  /** What the store has of what `read-records` asked for; may be empty. */
  recordsRead(now: number, room: RoomId, request: number, records: readonly KeptRecord[]): void;
}

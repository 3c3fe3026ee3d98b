/** What goes into the history of a room, and what comes out of it. */
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, RecordId, RoomId, TransferId } from '../../base/ids.ts';
import type { Place } from './order.ts';

/** What a record is about, as far as the history shows it. */
export type Content =
  | { readonly kind: 'message'; readonly text: string; readonly replyTo?: RecordId }
  | {
      readonly kind: 'file';
      readonly transfer: TransferId;
      readonly fileName: string;
      /** Bytes. */
      readonly size: number;
      /** Of a packed folder. */
      readonly entries?: number;
    }
  | { readonly kind: 'edit'; readonly target: RecordId; readonly text: string }
  | { readonly kind: 'reaction'; readonly target: RecordId; readonly emoji: string; readonly on: boolean }
  | { readonly kind: 'delete'; readonly target: RecordId }
  | { readonly kind: 'read'; readonly target: RecordId };

/** A record on its way to the disk. */
export interface Entry extends Place {
  readonly room: RoomId;
  /** Unix milliseconds. */
  readonly at: number;
  readonly own: boolean;
  /** The author's name at the time. */
  readonly name: string;
  /** Opaque: who may be given the record again. */
  readonly audience: string;
  /** The whole signed record. */
  readonly bytes: Bytes;
  /** Absent for what is not shown. */
  readonly content?: Content;
}

export interface KeptBytes {
  readonly bytes: Bytes;
  readonly audience: string;
}

/** From floor to head the store has every record of the author. */
export interface Stretch {
  readonly author: MemberId;
  readonly floor: number;
  readonly head: number;
}

export interface Reaction {
  readonly emoji: string;
  readonly author: MemberId;
  readonly name: string;
}

/** One line of a timeline: a message or a file, as it stands now. */
export interface Line extends Place {
  /** Counts up as lines come in. */
  readonly serial: number;
  readonly room: RoomId;
  readonly kind: 'message' | 'file';
  readonly name: string;
  readonly at: number;
  readonly own: boolean;
  /** After edits; empty where deleted. Of a file, its name. */
  readonly text: string;
  readonly editedAt?: number;
  readonly deleted: boolean;
  readonly replyTo?: RecordId;
  readonly transfer?: TransferId;
  readonly size?: number;
  readonly entries?: number;
  readonly reactions: readonly Reaction[];
}

/** What `keep` did to timelines. */
export interface Kept {
  /** New lines, and lines that are not what they were. */
  readonly added: readonly Line[];
  readonly changed: readonly Line[];
  /** Rooms in which somebody read further. */
  readonly read: readonly RoomId[];
}

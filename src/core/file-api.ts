/** What the core and whoever runs it say of files, beside the events and commands themselves (`api.ts`). All of it is data. */
import type { Bytes } from '../base/bytes.ts';

export interface FileView {
  readonly name: string;
  /** Bytes; of a pack, with its manifest. */
  readonly size: number;
  /** It is a folder, or several files that belong together, packed into one stream. */
  readonly pack?: PackView;
}

export interface PackView {
  /** Files, folders and links in it. */
  readonly entries: number;
  /** The folder was sent before: receivers look for an earlier copy, and are sent only what they lack. */
  readonly again?: true;
}

export type TransferFailure =
  | 'cancelled-by-sender'
  | 'cancelled-by-receiver'
  | 'declined'
  | 'file-changed'
  | 'file-unreadable'
  | 'disk-full'
  | 'disk-error'
  | 'sender-left'
  | 'member-left'
  /** From a private room, for everybody. */
  | 'removed'
  | 'stalled'
  | 'corrupt'
  | 'pack-refused'
  | 'room-quit';

/** `pack-refused`: its manifest breaks a rule, so it is not unpacked. */
export type DiskFault = 'disk-full' | 'disk-error' | 'file-unreadable' | 'file-changed' | 'pack-refused';

/** What the store knows of a file that an earlier process offered, received or has; handed back after the join. */
export interface RestoredTransfer {
  /** The signed record of the offer. */
  readonly offer: Bytes;
  /** We offered it, and its source is open. Else the part file, or the finished one, is there to be read. */
  readonly own: boolean;
  readonly state: 'receiving' | 'complete';
  /** Signed frames, as `store-page` gave them, in any order. */
  readonly pages: readonly Bytes[];
  readonly root?: Bytes;
  /** Blocks on the disk: block i is bit i % 8 of byte i >> 3. Not looked at where all are there. */
  readonly written: Bytes;
  readonly paused?: boolean;
}

/**
 * Why a file that was accepted does not come in. `sender-gone`: nobody who is there has more of it. `sender-paused`: its
 * sender holds it back, and nobody else has more. `stalled`: somebody serves it, and nothing arrives.
 */
export type TransferWait = 'sender-gone' | 'sender-paused' | 'stalled';

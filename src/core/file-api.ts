/** What the core and whoever runs it say of files, beside the commands and the work for the disk (`api.ts`). All of it is data. */
import type { Bytes } from '../base/bytes.ts';
import type { MemberId, RecordId, RoomId, TransferId } from '../base/ids.ts';

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
  /** `offered`: it was over, and whoever is there is asked once more (`PeerApi.reoffer`). */
  readonly state: 'receiving' | 'complete' | 'offered';
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

/** What becomes of files that were offered. */
export type FileNews =
  | {
      readonly type: 'transfer-offered';
      readonly room: RoomId;
      readonly transfer: TransferId;
      readonly message: RecordId;
      /** The signed record, for `restoreTransfer`. */
      readonly record: Bytes;
      readonly file: FileView;
      readonly from: MemberId;
      readonly name: string;
      readonly at: number;
      readonly own: boolean;
      readonly depth: number;
      readonly sequence: number;
    }
  /**
   * An offer was delivered whose sender is not there, at least not as the process that made it. `transfer-offered` follows
   * if that process shows up.
   */
  | { readonly type: 'offer-parked'; readonly room: RoomId; readonly message: RecordId }
  /** Own transfer: `member` is the receiver it is about. Incoming: `member` is absent. At most 5 a second each. */
  | {
      readonly type: 'transfer-progress';
      readonly room: RoomId;
      readonly transfer: TransferId;
      readonly member?: MemberId;
      readonly bytesDone: number;
    }
  | {
      readonly type: 'transfer-accepted';
      readonly room: RoomId;
      readonly transfer: TransferId;
      readonly member: MemberId;
    }
  | {
      readonly type: 'transfer-done';
      readonly room: RoomId;
      readonly transfer: TransferId;
      readonly member?: MemberId;
    }
  | {
      readonly type: 'transfer-failed';
      readonly room: RoomId;
      readonly transfer: TransferId;
      readonly member?: MemberId;
      readonly reason: TransferFailure;
    }
  /** A receiver holds an own transfer back for a while; `transfer-accepted` follows when it goes on. */
  | {
      readonly type: 'transfer-paused';
      readonly room: RoomId;
      readonly transfer: TransferId;
      readonly member: MemberId;
    }
  /** A receiver that had declined, or failed, was asked once more, and its person has not answered yet. */
  | {
      readonly type: 'transfer-asked';
      readonly room: RoomId;
      readonly transfer: TransferId;
      readonly member: MemberId;
    }
  /**
   * The author of an incoming file that is over asks for it once more; at most once a minute for a file. `isKnown`: this process
   * knows the file, and `from` is its author; else it may be one of an earlier process, or none, and `from` anybody in the room.
   */
  | {
      readonly type: 'transfer-asked-again';
      readonly room: RoomId;
      readonly transfer: TransferId;
      readonly from: MemberId;
      readonly isKnown: boolean;
    }
  /** Nothing of an incoming file comes in at present; it goes on by itself, with the next `transfer-progress`. */
  | {
      readonly type: 'transfer-waiting';
      readonly room: RoomId;
      readonly transfer: TransferId;
      readonly reason: TransferWait;
    }
  /** Of an own file: how many blocks fewer than two others who are there are known to have. At 0 we may quit. */
  | {
      readonly type: 'transfer-safety';
      readonly room: RoomId;
      readonly transfer: TransferId;
      readonly blocksAtRisk: number;
    }
  /** Of an own file: the bytes of UDP payload that left here for it, for all who take it. Told now and then, and at the end. */
  | {
      readonly type: 'transfer-cost';
      readonly room: RoomId;
      readonly transfer: TransferId;
      readonly wireBytes: number;
    };

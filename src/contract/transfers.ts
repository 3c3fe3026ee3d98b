/** Files on their way, as the local API shows them, and the rules by which they are taken. */

/**
 * `asking`: for a decision. `waiting`: nothing moves, because nobody who has it is there, or a member has not decided; it
 * goes on by itself. `paused`: by us.
 */
export type TransferState =
  | 'asking'
  | 'waiting'
  | 'running'
  | 'paused'
  | 'done'
  | 'failed'
  | 'declined'
  | 'cancelled'
  /** In the room `classic`: an own file has left, and nobody says who has it. */
  | 'sent';

export interface TransferMember {
  readonly id: string;
  readonly name: string;
  readonly state: TransferState;
  readonly bytesDone: number;
  readonly reason?: string;
  /**
   * What `retry` with this member would do. `retry`: its Starling tries again by itself, within its rules. `question`: whoever sits there
   * is asked once more. `enough`: nothing, for it was asked as often as may be. Absent: there is nothing to ask for.
   */
  readonly ask?: 'retry' | 'question' | 'enough';
  /** It was asked then (Unix ms), and has not answered. */
  readonly askedAt?: number;
  /** Not before then (Unix ms) can it be asked again. */
  readonly askableAt?: number;
}

/** A folder, or several files that were sent as one: how many files, folders and links there are in it. */
export interface FolderInfo {
  readonly entries: number;
}

export interface TransferInfo {
  readonly room: string;
  readonly transfer: string;
  /** Of a folder, its name and the bytes of all that is in it. */
  readonly file: { readonly name: string; readonly size: number };
  readonly folder?: FolderInfo;
  readonly from: { readonly id: string; readonly name: string };
  readonly own: boolean;
  /** Own: `running` until every wanting member is done. Incoming: `asking` until accepted or declined. */
  readonly state: TransferState;
  readonly bytesDone: number;
  readonly reason?: string;
  /** Incoming, while it asks: its sender asked for it once more after we had declined it or it had failed. */
  readonly askedAgain?: true;
  readonly at: number;
  readonly depth: number;
  readonly sequence: number;
  /** The message id of the offer. */
  readonly message: string;
  /** Where the verified file is. Only in answers to clients of this machine. */
  readonly path?: string;
  /** Sniffed from the first bytes: raster images, sounds and films that the UI may show inline. */
  readonly mediaType?: string;
  /** May `open` run it? False for executable types. */
  readonly openable: boolean;
  /** From or to the room `classic`: nobody can say whether it is whole, or whose it is. Its size is known at its end. */
  readonly unverified?: true;
  /** Own transfers: one row per member. */
  readonly members: readonly TransferMember[];
  /** Own transfers: bytes that fewer than two others have. Above 0, they are lost to the others when we go. */
  readonly atRiskBytes?: number;
  /** Own transfers: bytes that this run of the daemon has put on the network for it, for all members together. */
  readonly wireBytes?: number;
}

/** What is taken without a question; beyond it, we are asked. */
export interface FileRule {
  /** The largest file. 0: always ask. */
  readonly acceptBytes: number;
  /** What one member may have on its way to us at a time. */
  readonly onTheWayBytes: number;
  /** What one member may send us within 24 hours. */
  readonly dayBytes: number;
}

/** A rule of a room or member; `null`: as the next one says. That of a member goes before that of the room. */
export type FileRuleSet = { readonly [K in keyof FileRule]: FileRule[K] | null };

export interface FileRules {
  readonly everywhere: FileRule;
  /** What `everywhere` is where nothing was set. */
  readonly defaults: FileRule;
  readonly rooms: readonly ({ readonly room: string } & FileRuleSet)[];
  readonly members: readonly ({
    readonly member: { readonly id: string; readonly name: string };
  } & FileRuleSet)[];
}

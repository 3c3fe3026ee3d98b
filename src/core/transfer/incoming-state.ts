/** What an incoming file can be, what is restored of it, and what it is lent by the hub. */
import type { Bytes } from '../../base/bytes.ts';
import type { TransferFailure } from '../api.ts';
import type { FeedsHost } from './feeds.ts';
import type { HeldBlocks } from './held-source.ts';
import type { HeldStream } from './holding.ts';

export type IncomingState =
  | 'offered'
  | 'queued'
  | 'receiving'
  | 'paused'
  | 'finishing'
  | 'complete'
  | 'declined'
  | 'failed';

/** Reasons after which what was written is of use to nobody. */
export const FOR_GOOD: ReadonlySet<TransferFailure> = new Set([
  'cancelled-by-sender',
  'cancelled-by-receiver',
  'file-changed',
  'file-unreadable',
  'removed',
  'sender-left',
  'corrupt',
  'pack-refused',
]);

/** Its author may ask for it once more, where it has not ended it. */
export const REOFFERABLE: ReadonlySet<IncomingState> = new Set(['declined', 'failed']);

/** What an earlier process had of it. */
export interface IncomingBefore {
  readonly state: 'receiving' | 'complete' | 'offered';
  readonly pages: readonly Bytes[];
  readonly root?: Bytes;
  readonly written: Bytes;
}

/** What all files share. */
export interface IncomingHost extends FeedsHost {
  /** One more may have blocks in memory. */
  hasSlot(): boolean;
  openStream(now: number, file: HeldBlocks): HeldStream;
  closeStream(stream: HeldStream): void;
}

/** What an incoming file can be, what is restored of it, and what it is lent by the hub. */
import type { Bytes } from '../../base/bytes.ts';
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

/** What an earlier process had of it. */
export interface IncomingBefore {
  readonly state: 'receiving' | 'complete';
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

/** What a stream takes its blocks from: the author's source, or what a holder has (protocol.md §7.11). */
import type { Bytes } from '../../base/bytes.ts';
import type { DiskFault } from '../api.ts';
import type { SignedPage } from './pages.ts';
import type { TransferEpoch } from './transfer-keys.ts';

export interface SourceListener {
  /** A page or the root was signed. */
  signed(frame: Bytes): void;
  /** A block that was read again is sealed and unchanged. */
  reread(block: number, sealed: Bytes): void;
}

export interface SourcePort {
  /** What the blocks that are handed out are sealed under, as DATA names it. */
  readonly epoch: number;
  /** A block that was read again differs from what its page says. */
  readonly changed: boolean;
  readonly root: Bytes | undefined;
  /** Blocks from here on have not been handed out for the first time. */
  readonly nextBlock: number;
  /** Blocks being read again. */
  readonly rereading: number;
  /** Blocks that may be open at a time. */
  readonly windowBlocks: number;
  /** The next block in order, once it is sealed and its page signed. */
  takeNext(): { readonly block: number; readonly sealed: Bytes } | undefined;
  readAhead(): void;
  /** Reads a block again; `reread` follows. */
  read(block: number): void;
  /** Whether a block that a member lacks is ours to send again. */
  mayReopen(block: number): boolean;
  isReading(block: number): boolean;
  /** Every block has been handed out. */
  isExhausted(): boolean;
  blocksHeld(): number;
  /** The signed page that lists a block. */
  pageOf(block: number): SignedPage | undefined;
  /** What a stream begins with. */
  signedFrames(): Bytes[];
  /** What the disk gave; the reason where that ends the stream. */
  blockRead(block: number, bytes: Bytes | DiskFault): DiskFault | undefined;
  /** From now on blocks are sealed under that epoch: those that wait, and these which were handed out. */
  reseal(under: TransferEpoch | undefined, handedOut: Iterable<number>): void;
  /** Gives the memory back; what was not handed out is read again when somebody wants it. */
  release(): void;
}

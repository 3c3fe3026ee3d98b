/**
 * A holder's blocks: what is on our disk of somebody else's file, under the pages that its author signed. Nothing is sent
 * on our own account: a block is read when a member lacks it and it is ours to serve by the plan that all holders share
 * (`holders.ts`). A block that does not fit its page any more ends the holding.
 */
import { equalBytes } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { DiskFault } from '../api.ts';
import type { Context } from '../context.ts';
import { BlockReader } from './block-reader.ts';
import type { Sealed } from './block-reader.ts';
import type { FileOffer } from './file.ts';
import type { JobQueue } from './jobs.ts';
import type { Pages, SignedPage } from './pages.ts';
import type { SourceListener, SourcePort } from './source-port.ts';
import type { TransferEpoch } from './transfer-keys.ts';

/** What a holder has, and what of it the plan gives to it. */
export interface HeldBlocks {
  readonly offer: FileOffer;
  /** Signed by the author. */
  readonly index: { readonly pages: Pages; readonly rootFrame: Bytes | undefined };
  isMine(block: number): boolean;
  readonly windowBlocks: number;
}

export class HeldSource implements SourcePort {
  private readonly held: HeldBlocks;
  private readonly listener: SourceListener;
  private readonly reader: BlockReader;
  changed = false;

  constructor(
    held: HeldBlocks,
    context: Context,
    jobs: JobQueue,
    listener: SourceListener,
    under: TransferEpoch | undefined,
  ) {
    this.held = held;
    this.listener = listener;
    this.reader = new BlockReader(held.offer, context, jobs, under, (block, result) =>
      this.sealed(block, result),
    );
  }

  get epoch(): number {
    return this.reader.epoch;
  }
  get root(): Bytes | undefined {
    return this.held.index.rootFrame;
  }
  /** All of them went out before, by whoever served them then. */
  get nextBlock(): number {
    return this.held.offer.blockCount;
  }
  get rereading(): number {
    return this.reader.size;
  }
  get windowBlocks(): number {
    return this.held.windowBlocks;
  }

  takeNext(): undefined {
    return undefined;
  }
  readAhead(): void {
    this.reader.resume();
  }
  read(block: number): void {
    this.reader.read(block);
  }
  mayReopen(block: number): boolean {
    return this.held.isMine(block) && this.held.index.pages.of(block) !== undefined;
  }
  isReading(block: number): boolean {
    return this.reader.isReading(block);
  }
  isExhausted(): boolean {
    return true;
  }
  blocksHeld(): number {
    return this.reader.size;
  }
  pageOf(block: number): SignedPage | undefined {
    return this.held.index.pages.of(block);
  }
  /** Pages go ahead of the blocks that are opened. */
  signedFrames(): Bytes[] {
    return this.root === undefined ? [] : [this.root];
  }
  blockRead(block: number, bytes: Bytes | DiskFault): DiskFault | undefined {
    return this.reader.blockRead(block, bytes);
  }
  reseal(under: TransferEpoch | undefined, handedOut: Iterable<number>): void {
    this.reader.reseal(under, handedOut);
  }
  release(): void {
    this.reader.release();
  }

  private sealed(block: number, { hash, sealed }: Sealed): void {
    const known = this.held.index.pages.hashOf(block);
    if (known === undefined || !equalBytes(known, hash)) this.changed = true;
    else this.listener.reread(block, sealed);
  }
}

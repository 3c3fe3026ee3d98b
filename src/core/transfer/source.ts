/**
 * The author's side of the file itself: reads blocks ahead, has them hashed and sealed, signs pages and root, and hands
 * out sealed blocks in order. Reads closed blocks again where members lag, and notices when they changed. After a restart
 * it goes on with the first block that no page lists; those before it count as handed out.
 */
import { equalBytes } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { DiskFault } from '../api.ts';
import type { Context } from '../context.ts';
import { PAGE_BLOCKS_SENT_MAX, READ_AHEAD_BLOCKS, SEND_WINDOW_BLOCKS } from '../limits.ts';
import { decodePage, encodePage, encodeRoot } from '../wire/page.ts';
import { signFrame } from '../wire/signing.ts';
import { BlockReader } from './block-reader.ts';
import type { Sealed } from './block-reader.ts';
import { rootOf } from './file.ts';
import type { FileOffer } from './file.ts';
import type { JobQueue } from './jobs.ts';
import { Pages } from './pages.ts';
import type { SignedPage } from './pages.ts';
import type { SourceListener, SourcePort } from './source-port.ts';
import type { TransferEpoch } from './transfer-keys.ts';

/** What an earlier process signed. */
export interface SignedBefore {
  readonly pages: Pages;
  readonly root: Bytes | undefined;
}

export class BlockSource implements SourcePort {
  private readonly offer: FileOffer;
  private readonly context: Context;
  private readonly listener: SourceListener;
  private readonly reader: BlockReader;
  private readonly hashes: Bytes[] = [];
  private readonly pages: Pages;
  /** Sealed for the first time, waiting for a place in the window. */
  private readonly ahead = new Map<number, Sealed>();
  private nextRead = 0;
  private nextPageFirst = 0;
  /** The next block that `takeNext` hands out. */
  nextBlock = 0;
  /** Set where a block that was read again differs from what its page says. */
  changed = false;
  root: Bytes | undefined;
  readonly windowBlocks = SEND_WINDOW_BLOCKS;

  /** `under`: the epoch to seal under, if there is one. */
  constructor(
    offer: FileOffer,
    context: Context,
    jobs: JobQueue,
    listener: SourceListener,
    under: TransferEpoch | undefined,
    before?: SignedBefore,
  ) {
    this.offer = offer;
    this.context = context;
    this.listener = listener;
    this.pages = before?.pages ?? new Pages();
    this.reader = new BlockReader(offer, context, jobs, under, (block, result) => this.sealed(block, result));
    this.restore();
    if (before?.root !== undefined && this.hashes.length === offer.blockCount) this.root = before.root;
    else if (this.hashes.length === offer.blockCount) this.signRoot();
    // The first block is made ready while members decide, and no more: nobody may want the file.
    if (this.nextRead < offer.blockCount) this.read(this.nextRead);
  }

  read(block: number): void {
    if (block === this.nextRead) this.nextRead++;
    this.reader.read(block);
  }

  readAhead(): void {
    // While nothing can be sealed there is nothing to be read.
    if (!this.reader.resume()) return;
    while (
      this.nextRead < this.offer.blockCount &&
      this.ahead.size + this.reader.size - this.rereading < READ_AHEAD_BLOCKS
    ) {
      this.read(this.nextRead);
    }
  }

  blockRead(block: number, bytes: Bytes | DiskFault): DiskFault | undefined {
    return this.reader.blockRead(block, bytes);
  }

  reseal(under: TransferEpoch | undefined, handedOut: Iterable<number>): void {
    const again = [...handedOut, ...this.ahead.keys()];
    // Nothing of these was sent.
    for (const { sealed } of this.ahead.values()) this.context.buffers.give(sealed);
    this.ahead.clear();
    this.reader.reseal(under, again);
  }
  get epoch(): number {
    return this.reader.epoch;
  }

  takeNext(): { readonly block: number; readonly sealed: Bytes } | undefined {
    const block = this.nextBlock;
    const next = this.ahead.get(block);
    if (next === undefined || this.hashes[block] === undefined) return undefined;
    this.ahead.delete(block);
    this.nextBlock++;
    return { block, sealed: next.sealed };
  }

  /** One that went out before. */
  mayReopen(block: number): boolean {
    return block < this.nextBlock;
  }
  isReading(block: number): boolean {
    return this.reader.isReading(block);
  }
  get rereading(): number {
    return this.reader.countBelow(this.nextBlock);
  }
  isExhausted(): boolean {
    return this.nextBlock === this.offer.blockCount;
  }
  blocksHeld(): number {
    return this.ahead.size + this.reader.size;
  }
  pageOf(block: number): SignedPage | undefined {
    return this.pages.of(block);
  }
  signedFrames(): Bytes[] {
    return this.root === undefined ? this.pages.frames() : [...this.pages.frames(), this.root];
  }
  release(): void {
    this.ahead.clear();
    this.reader.release();
    this.nextRead = this.nextBlock;
  }

  /** Goes on behind the pages of an earlier process, as far as they follow each other. */
  private restore(): void {
    for (;;) {
      const page = this.pages.of(this.hashes.length);
      const listed = page === undefined ? undefined : decodePage(page.frame)?.hashes;
      if (page === undefined || listed === undefined) break;
      this.hashes.push(...listed.slice(this.hashes.length - page.first));
    }
    this.nextPageFirst = this.hashes.length;
    this.nextBlock = this.nextPageFirst;
    this.nextRead = this.nextPageFirst;
  }

  private sealed(block: number, result: Sealed): void {
    const known = this.hashes[block];
    if (known !== undefined && !equalBytes(known, result.hash)) this.changed = true;
    else if (block < this.nextBlock) this.listener.reread(block, result.sealed);
    else {
      this.ahead.set(block, result);
      this.signPages();
      if (this.offer.pack?.again === true) this.skipListed();
    }
  }

  /** Of a folder that was sent before nothing goes out unasked: what is listed counts as handed out. */
  private skipListed(): void {
    for (; this.nextBlock < this.nextPageFirst; this.nextBlock++) {
      const listed = this.ahead.get(this.nextBlock);
      if (listed !== undefined) this.context.buffers.give(listed.sealed);
      this.ahead.delete(this.nextBlock);
    }
  }

  /** Signs each next page once all of its blocks are hashed. */
  private signPages(): void {
    if (this.root !== undefined) return;
    for (let first = this.nextPageFirst; first < this.offer.blockCount; first = this.nextPageFirst) {
      const count = pageBlocks(this.offer, first);
      const hashes = Array.from({ length: count }, (_, i) => this.ahead.get(first + i)?.hash).filter(
        (hash) => hash !== undefined,
      );
      if (hashes.length < count) return;
      this.hashes.push(...hashes);
      this.nextPageFirst = first + count;
      const { room, id: transfer } = this.offer;
      const frame = encodePage(room, { transfer, first, hashes });
      const signed = signFrame(this.context.crypto, 'page', room, frame);
      this.pages.add({ first, count, frame: signed });
      this.context.emit({ type: 'store-page', transfer, kind: 'page', first, frame: signed });
      this.listener.signed(signed);
    }
    this.signRoot();
  }

  private signRoot(): void {
    const { room, id: transfer, blockCount } = this.offer;
    const frame = encodeRoot(room, { transfer, blockCount, root: rootOf(this.context.crypto, this.hashes) });
    this.root = signFrame(this.context.crypto, 'root', room, frame);
    this.context.emit({ type: 'store-page', transfer, kind: 'root', first: 0, frame: this.root });
    this.listener.signed(this.root);
  }
}

/** Pages cover 1, 1, 2, 4 and then 8 blocks, so that the first data leaves after one block is hashed. */
function pageBlocks(offer: FileOffer, first: number): number {
  return Math.min(offer.blockCount - first, PAGE_BLOCKS_SENT_MAX, Math.max(1, first));
}

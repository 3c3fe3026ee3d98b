/**
 * The sender's side of the file itself: reads blocks ahead, has them hashed and sealed, signs pages and root, and hands
 * out sealed blocks in order. Reads closed blocks again where members lag, and notices when they changed.
 */
import { equalBytes } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { DiskFault } from '../api.ts';
import type { Context } from '../context.ts';
import { BLOCK_BYTES, PAGE_BLOCKS_SENT_MAX, READ_AHEAD_BLOCKS } from '../limits.ts';
import { encodePage, encodeRoot } from '../wire/page.ts';
import { signFrame } from '../wire/signing.ts';
import { blockBytes, rootOf } from './file.ts';
import type { FileOffer } from './file.ts';
import { SealJob } from './jobs.ts';
import type { JobQueue } from './jobs.ts';

interface Sealed {
  readonly hash: Bytes;
  readonly sealed: Bytes;
}

export interface SourceListener {
  /** A page or the root was signed. */
  signed(frame: Bytes): void;
  /** A block that was read again is sealed and unchanged. */
  reread(block: number, sealed: Bytes): void;
}

export class BlockSource {
  private readonly offer: FileOffer;
  private readonly context: Context;
  private readonly jobs: JobQueue;
  private readonly listener: SourceListener;
  private readonly hashes: Bytes[] = [];
  private readonly pages = new Map<number, Bytes>();
  private readonly reading = new Set<number>();
  /** Sealed for the first time, waiting for a place in the window. */
  private readonly ahead = new Map<number, Sealed>();
  private nextRead = 0;
  private nextPageFirst = 0;
  /** The next block that `takeNext` hands out. */
  nextBlock = 0;
  /** Set where a block that was read again differs from what its page says. */
  changed = false;
  root: Bytes | undefined;

  constructor(offer: FileOffer, context: Context, jobs: JobQueue, listener: SourceListener) {
    this.offer = offer;
    this.context = context;
    this.jobs = jobs;
    this.listener = listener;
    if (offer.blockCount === 0) this.signRoot();
    // The first block is made ready while members decide, and no more: nobody may want the file.
    else this.read(0);
  }

  read(block: number): void {
    this.reading.add(block);
    if (block === this.nextRead) this.nextRead++;
    const offset = block * BLOCK_BYTES;
    const length = blockBytes(this.offer, block);
    this.context.emit({ type: 'read-block', transfer: this.offer.id, block, offset, length });
  }

  readAhead(): void {
    while (
      this.nextRead < this.offer.blockCount &&
      this.ahead.size + this.reading.size - this.rereading < READ_AHEAD_BLOCKS
    ) {
      this.read(this.nextRead);
    }
  }

  blockRead(block: number, bytes: Bytes | DiskFault): DiskFault | undefined {
    if (!this.reading.has(block)) return undefined;
    if (typeof bytes === 'string') return bytes;
    if (bytes.length !== blockBytes(this.offer, block)) return 'file-changed';
    const done = (hash: Bytes, sealed: Bytes): void => this.sealed(block, { hash, sealed });
    this.jobs.add(new SealJob(this.context, this.offer, block, bytes, done));
    return undefined;
  }

  /** The next block in order, once it is sealed and its page signed. */
  takeNext(): { readonly block: number; readonly sealed: Bytes } | undefined {
    const block = this.nextBlock;
    const next = this.ahead.get(block);
    if (next === undefined || this.hashes[block] === undefined) return undefined;
    this.ahead.delete(block);
    this.nextBlock++;
    return { block, sealed: next.sealed };
  }

  isReading(block: number): boolean {
    return this.reading.has(block);
  }
  /** Blocks being read again. */
  get rereading(): number {
    let count = 0;
    for (const block of this.reading) if (block < this.nextBlock) count++;
    return count;
  }
  /** Every block has been handed out. */
  isExhausted(): boolean {
    return this.nextBlock === this.offer.blockCount;
  }
  blocksHeld(): number {
    return this.ahead.size + this.reading.size;
  }
  /** The signed page that lists a block. */
  pageOf(block: number): { readonly first: number; readonly frame: Bytes } | undefined {
    for (const [first, frame] of this.pages) {
      if (block >= first && block < first + pageBlocks(this.offer, first)) return { first, frame };
    }
    return undefined;
  }
  signedFrames(): Bytes[] {
    return this.root === undefined ? [...this.pages.values()] : [...this.pages.values(), this.root];
  }
  /** Gives the memory back; what was not handed out is read again when somebody wants it. */
  release(): void {
    this.ahead.clear();
    this.reading.clear();
    this.nextRead = this.nextBlock;
  }

  private sealed(block: number, result: Sealed): void {
    // It may have been released while it was hashed.
    if (!this.reading.delete(block)) return;
    const known = this.hashes[block];
    if (known !== undefined && !equalBytes(known, result.hash)) this.changed = true;
    else if (block < this.nextBlock) this.listener.reread(block, result.sealed);
    else {
      this.ahead.set(block, result);
      this.signPages();
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
      const frame = encodePage(this.offer.room, { transfer: this.offer.id, first, hashes });
      const signed = signFrame(this.context.crypto, 'page', this.offer.room, frame);
      this.pages.set(first, signed);
      this.listener.signed(signed);
    }
    this.signRoot();
  }

  private signRoot(): void {
    const { room, id: transfer, blockCount } = this.offer;
    const frame = encodeRoot(room, { transfer, blockCount, root: rootOf(this.context.crypto, this.hashes) });
    this.root = signFrame(this.context.crypto, 'root', room, frame);
    this.listener.signed(this.root);
  }
}

/** Pages cover 1, 1, 2, 4 and then 8 blocks, so that the first data leaves after one block is hashed. */
function pageBlocks(offer: FileOffer, first: number): number {
  return Math.min(offer.blockCount - first, PAGE_BLOCKS_SENT_MAX, Math.max(1, first));
}

/**
 * The sender's side of the file itself: reads blocks ahead, has them hashed and sealed, signs pages and root, and hands
 * out sealed blocks in order. Reads closed blocks again where members lag, and notices when they changed.
 */
import { equalBytes } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { DiskFault } from '../api.ts';
import type { Context } from '../context.ts';
import { BLOCK_BYTES, PAGE_BLOCKS_SENT_MAX, READ_AHEAD_BLOCKS } from '../limits.ts';
import { PUBLIC_EPOCH } from '../wire/data.ts';
import { encodePage, encodeRoot } from '../wire/page.ts';
import { signFrame } from '../wire/signing.ts';
import { blockBytes, rootOf } from './file.ts';
import type { FileOffer } from './file.ts';
import { SealJob } from './jobs.ts';
import type { JobQueue } from './jobs.ts';
import type { TransferEpoch } from './transfer-keys.ts';

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
  /** To be read again for another epoch, once there is one. */
  private readonly again = new Set<number>();
  private under: TransferEpoch | undefined;
  private nextRead = 0;
  private nextPageFirst = 0;
  /** The next block that `takeNext` hands out. */
  nextBlock = 0;
  /** Set where a block that was read again differs from what its page says. */
  changed = false;
  root: Bytes | undefined;

  /** `under`: the epoch to seal under, if there is one. */
  constructor(
    offer: FileOffer,
    context: Context,
    jobs: JobQueue,
    listener: SourceListener,
    under: TransferEpoch | undefined,
  ) {
    this.under = under;
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
    // While nothing can be sealed there is nothing to be read.
    if (this.under === undefined) return;
    for (const block of this.again) this.read(block);
    this.again.clear();
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
    const { under } = this;
    if (under === undefined) {
      this.context.buffers.give(bytes);
      this.reading.delete(block);
      this.again.add(block);
      return undefined;
    }
    const done = (hash: Bytes, sealed: Bytes): void => this.sealed(block, under, { hash, sealed });
    this.jobs.add(new SealJob(this.context, under.secret(this.offer.id), block, bytes, done));
    return undefined;
  }

  /** From now on blocks are sealed under that epoch: those that wait, and these which were handed out. */
  reseal(under: TransferEpoch | undefined, handedOut: Iterable<number>): void {
    this.under = under;
    for (const [block, { sealed }] of this.ahead) {
      // Nothing of it was sent.
      this.context.buffers.give(sealed);
      this.again.add(block);
    }
    this.ahead.clear();
    for (const block of handedOut) if (!this.reading.has(block)) this.again.add(block);
  }
  /** What the blocks that are handed out are sealed under, as DATA names it. */
  get epoch(): number {
    return this.under?.epoch ?? PUBLIC_EPOCH;
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
    return this.reading.has(block) || this.again.has(block);
  }
  /** Blocks being read again. */
  get rereading(): number {
    let count = 0;
    for (const block of this.reading) if (block < this.nextBlock) count++;
    for (const block of this.again) if (block < this.nextBlock) count++;
    return count;
  }
  /** Every block has been handed out. */
  isExhausted(): boolean {
    return this.nextBlock === this.offer.blockCount;
  }
  blocksHeld(): number {
    return this.ahead.size + this.reading.size + this.again.size;
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
    this.again.clear();
    this.nextRead = this.nextBlock;
  }

  private sealed(block: number, under: TransferEpoch, result: Sealed): void {
    // It may have been released while it was hashed.
    if (!this.reading.delete(block)) return;
    if (under !== this.under) {
      this.context.buffers.give(result.sealed);
      this.again.add(block);
      return;
    }
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

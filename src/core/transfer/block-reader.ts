/**
 * Reads blocks from the disk and has them hashed and sealed. While there is no epoch to seal under, or when it changes on
 * the way, a block is read again for the next one.
 */
import type { Bytes } from '../../base/bytes.ts';
import type { DiskFault } from '../api.ts';
import type { Context } from '../context.ts';
import { BLOCK_BYTES } from '../limits.ts';
import { PUBLIC_EPOCH } from '../wire/data.ts';
import { blockBytes } from './file.ts';
import type { FileOffer } from './file.ts';
import { SealJob } from './jobs.ts';
import type { JobQueue } from './jobs.ts';
import type { TransferEpoch } from './transfer-keys.ts';

export interface Sealed {
  readonly hash: Bytes;
  readonly sealed: Bytes;
}

export class BlockReader {
  private readonly offer: FileOffer;
  private readonly context: Context;
  private readonly jobs: JobQueue;
  private readonly done: (block: number, result: Sealed) => void;
  private readonly reading = new Set<number>();
  /** To be read for another epoch, once there is one. */
  private readonly again = new Set<number>();
  private under: TransferEpoch | undefined;

  /** `under`: the epoch to seal under, if there is one. `done` gets each block that is sealed under the current one. */
  constructor(
    offer: FileOffer,
    context: Context,
    jobs: JobQueue,
    under: TransferEpoch | undefined,
    done: (block: number, result: Sealed) => void,
  ) {
    this.offer = offer;
    this.context = context;
    this.jobs = jobs;
    this.under = under;
    this.done = done;
  }

  read(block: number): void {
    this.reading.add(block);
    const offset = block * BLOCK_BYTES;
    const length = blockBytes(this.offer, block);
    this.context.emit({ type: 'read-block', transfer: this.offer.id, block, offset, length });
  }

  /** Reads what waits for an epoch; false where there is none. */
  resume(): boolean {
    if (this.under === undefined) return false;
    for (const block of this.again) this.read(block);
    this.again.clear();
    return true;
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

  /** The epoch is another one; these blocks are wanted under it. */
  reseal(under: TransferEpoch | undefined, wanted: Iterable<number>): void {
    this.under = under;
    for (const block of wanted) if (!this.reading.has(block)) this.again.add(block);
  }
  get epoch(): number {
    return this.under?.epoch ?? PUBLIC_EPOCH;
  }

  isReading(block: number): boolean {
    return this.reading.has(block) || this.again.has(block);
  }
  get size(): number {
    return this.reading.size + this.again.size;
  }
  /** How many of them are below `end`. */
  countBelow(end: number): number {
    let count = 0;
    for (const block of this.reading) if (block < end) count++;
    for (const block of this.again) if (block < end) count++;
    return count;
  }
  release(): void {
    this.reading.clear();
    this.again.clear();
  }

  private sealed(block: number, under: TransferEpoch, result: Sealed): void {
    // It may have been released while it was hashed.
    if (!this.reading.delete(block)) return;
    if (under === this.under) return this.done(block, result);
    this.context.buffers.give(result.sealed);
    this.again.add(block);
  }
}

/**
 * Tells which written blocks would survive a power cut. One sync stands for a batch of blocks, so that it costs each a
 * fraction, and a block is reported only after a sync that began when it was written: what was reported is there.
 */
import type { DiskFault } from '../../core/api.ts';
import { SYNC_BLOCKS_MAX, SYNC_MS_MAX } from '../limits.ts';

export class DurableBlocks {
  readonly #sync: () => Promise<DiskFault | undefined>;
  readonly #report: (blocks: readonly number[]) => void;
  #pending: number[] = [];
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #dropped = false;

  constructor(sync: () => Promise<DiskFault | undefined>, report: (blocks: readonly number[]) => void) {
    this.#sync = sync;
    this.#report = report;
  }

  wrote(block: number): void {
    this.#pending.push(block);
    this.#schedule();
  }

  /** Everything written so far is synced and reported when it resolves. */
  async flush(): Promise<void> {
    // One at a time: what came meanwhile goes into the next batch.
    while (this.#running !== undefined) await this.#running;
    if (this.#pending.length === 0) return;
    this.#running = this.#flushNow();
    await this.#running;
  }

  /** Nothing more is reported. */
  drop(): void {
    this.#dropped = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pending = [];
  }

  #schedule(): void {
    if (this.#running !== undefined || this.#dropped || this.#pending.length === 0) return;
    if (this.#pending.length >= SYNC_BLOCKS_MAX) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), SYNC_MS_MAX);
  }

  async #flushNow(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#pending;
    this.#pending = [];
    const fault = await this.#sync();
    this.#running = undefined;
    // A sync that failed says nothing about which block is lost: none of them is claimed.
    if (fault === undefined && !this.#dropped) this.#report(batch);
    this.#schedule();
  }
}

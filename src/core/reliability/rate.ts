/**
 * The sending rate of bulk data. Loss alone is not congestion: radio loses without being full. So the rate climbs
 * while loss stays near its own floor, and falls when loss rises above that floor, that is, when sending faster no
 * longer delivers more. One report comes from the first pass of every block.
 */
import { BURST_BYTES_MAX, BURST_BYTES_MIN, RATE_MAX, RATE_MIN, RATE_START } from '../limits.ts';
import { TokenBucket } from './bucket.ts';

/** Loss this far above its floor means that the link or a receiver is full: over the sampling noise of 719 symbols. */
const EXCESS = 0.05;
/** Growth in one step while no limit is near, and as many per cent in each 100 ms where one was met. */
const FAST_GROWTH = 1.6;
const SLOW_GROWTH = 1.06;
const SLOW_GROWTH_MS = 100;
const GROWTH_MAX = 2;
/** Below this share of where it backed off, no limit counts as near. */
const KNEE_SHARE = 0.6;
/** Above this even the floor is taken for congestion. */
const FLOOR_MAX = 0.35;

export class BulkRate {
  readonly bucket = new TokenBucket(RATE_START, BURST_BYTES_MIN);
  private floor = FLOOR_MAX;
  /** Where it last had to back off: far below, it climbs fast again. */
  private knee = Infinity;
  private steppedAt = -Infinity;

  constructor() {
    this.set(RATE_START);
  }

  get bytesPerMs(): number {
    return this.bucket.rate;
  }

  /**
   * `loss`: the share of a block's first pass that the unluckiest active member missed, 0…1. `roundTripMs` spaces the
   * steps: a report of what left before the last step says nothing about it.
   */
  report(now: number, loss: number, roundTripMs: number): void {
    const sinceMs = now - this.steppedAt;
    if (sinceMs < roundTripMs) return;
    this.steppedAt = now;
    const excess = loss - this.floor;
    if (loss > FLOOR_MAX || excess > EXCESS) {
      this.knee = this.bucket.rate;
      // Send what arrived, and a little less, so that a queue that filled can drain.
      this.set(this.bucket.rate * Math.max(0.5, 0.95 - Math.max(0, excess)));
      // The floor itself may have risen: it follows slowly, so that lasting radio loss is accepted in time.
      this.floor = Math.min(FLOOR_MAX, this.floor + 0.004);
      return;
    }
    this.floor = loss < this.floor ? loss : this.floor + (loss - this.floor) / 16;
    this.set(this.bucket.rate * this.growth(sinceMs));
  }

  /**
   * One report comes with each block, so a slow sender hears few: what it may grow is counted in time. After a receiver
   * was starved for a moment the rate must not stay down for minutes.
   */
  private growth(sinceMs: number): number {
    if (this.bucket.rate < KNEE_SHARE * this.knee) return FAST_GROWTH;
    return Math.min(GROWTH_MAX, SLOW_GROWTH ** Math.max(1, sinceMs / SLOW_GROWTH_MS));
  }

  private set(bytesPerMs: number): void {
    this.bucket.rate = Math.min(RATE_MAX, Math.max(RATE_MIN, bytesPerMs));
    this.bucket.burst = Math.min(BURST_BYTES_MAX, Math.max(BURST_BYTES_MIN, this.bucket.rate));
  }
}

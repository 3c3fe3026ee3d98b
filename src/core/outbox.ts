/** The queue of control datagrams on their way out, paced so that a receiver's socket buffer can take it. */
import { CONTROL_BURST_BYTES, CONTROL_BYTES_PER_MS, CONTROL_QUEUE_MAX } from './limits.ts';
import type { Transmit } from './api.ts';
import { TokenBucket } from './reliability/bucket.ts';

export class Outbox {
  private readonly queue: Transmit[] = [];
  private head = 0;
  private readonly bucket = new TokenBucket(CONTROL_BYTES_PER_MS, CONTROL_BURST_BYTES);

  /** False where the queue is full; whatever it was, its own repair will send it again. */
  push(transmit: Transmit): boolean {
    if (this.size >= CONTROL_QUEUE_MAX) return false;
    this.queue.push(transmit);
    return true;
  }

  poll(now: number): Transmit | undefined {
    const next = this.queue[this.head];
    if (next === undefined || !this.bucket.take(now, next.bytes.length)) return undefined;
    this.head++;
    if (this.head === this.queue.length || this.head >= 1024) {
      this.queue.splice(0, this.head);
      this.head = 0;
    }
    return next;
  }

  readyAt(now: number): number {
    return this.size === 0 ? Infinity : this.bucket.readyAt(now);
  }

  get size(): number {
    return this.queue.length - this.head;
  }
}

/** The queue of control datagrams on their way out, paced so that a receiver's socket buffer can take it. */
import type { Bytes } from '../base/bytes.ts';
import { CONTROL_BURST_BYTES, CONTROL_BYTES_PER_MS, CONTROL_QUEUE_MAX } from './limits.ts';
import { TokenBucket } from './reliability/bucket.ts';

interface Queued {
  readonly bytes: Bytes;
}

export class Outbox<Item extends Queued> {
  /** What must not wait behind anything else. */
  private readonly urgent = new Queue<Item>();
  private readonly rest = new Queue<Item>();
  private readonly bucket = new TokenBucket(CONTROL_BYTES_PER_MS, CONTROL_BURST_BYTES);

  /** False where the queue is full; whatever it was, its own repair will send it again. */
  push(item: Item, isUrgent = false): boolean {
    const queue = isUrgent ? this.urgent : this.rest;
    if (queue.size >= CONTROL_QUEUE_MAX) return false;
    queue.push(item);
    return true;
  }

  poll(now: number): Item | undefined {
    const queue = this.urgent.size > 0 ? this.urgent : this.rest;
    const next = queue.peek();
    if (next === undefined || !this.bucket.take(now, next.bytes.length)) return undefined;
    queue.shift();
    return next;
  }

  readyAt(now: number): number {
    return this.size === 0 ? Infinity : this.bucket.readyAt(now);
  }

  get size(): number {
    return this.urgent.size + this.rest.size;
  }
}

/** First in, first out, without moving what is left at every step. */
class Queue<Item> {
  private readonly items: Item[] = [];
  private head = 0;

  push(item: Item): void {
    this.items.push(item);
  }
  peek(): Item | undefined {
    return this.items[this.head];
  }
  shift(): void {
    this.head++;
    if (this.head < this.items.length && this.head < 1024) return;
    this.items.splice(0, this.head);
    this.head = 0;
  }
  get size(): number {
    return this.items.length - this.head;
  }
}

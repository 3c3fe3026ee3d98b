/**
 * Virtual time: a binary heap of what happens next. Time only moves when an event is taken, so an hour of silence
 * costs nothing; events of the same instant run in the order in which they were scheduled, so a run is a function
 * of its seed.
 */
import { assert } from '../src/base/assert.ts';

interface Scheduled {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

const isBefore = (a: Scheduled, b: Scheduled): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

export class EventQueue {
  /** Virtual milliseconds since the start of the run. */
  now = 0;
  private readonly heap: Scheduled[] = [];
  private nextOrder = 0;

  get pendingCount(): number {
    return this.heap.length;
  }

  schedule(at: number, run: () => void): void {
    assert(at >= this.now, `scheduled ${at}, which is before ${this.now}`);
    const { heap } = this;
    const item: Scheduled = { at, order: this.nextOrder++, run };
    let index = heap.length;
    heap.push(item);
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex]!;
      if (!isBefore(item, parent)) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = item;
  }

  after(delayMs: number, run: () => void): void {
    this.schedule(this.now + delayMs, run);
  }

  /** Runs everything that is due up to and including `end`, and leaves the clock there. */
  runUntil(end: number): void {
    for (;;) {
      const first = this.heap[0];
      if (first === undefined || first.at > end) break;
      this.removeFirst();
      this.now = first.at;
      first.run();
    }
    this.now = end;
  }

  private removeFirst(): void {
    const { heap } = this;
    const last = heap.pop()!;
    const count = heap.length;
    if (count === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= count) break;
      if (child + 1 < count && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
  }
}

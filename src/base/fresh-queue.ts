/**
 * First in, first out, without a standing queue: once it has not been empty for `standingMs`, what has waited longer than
 * `freshMs` is dropped. So a burst is dealt with whole, and whoever is overloaded for long answers few questions soon
 * rather than all of them too late (the rule of CoDel, RFC 8289 §3.2: not the length of a queue is bad but that it stays).
 */

export interface Waiting {
  readonly arrivedAt: number;
}

export class FreshQueue<Item extends Waiting> {
  readonly #standingMs: number;
  readonly #freshMs: number;
  #items: Item[] = [];
  /** Taken from here on; the taken part is cut off now and then. */
  #head = 0;
  #emptyAt = -Infinity;
  #droppedCount = 0;

  constructor(standingMs: number, freshMs: number) {
    this.#standingMs = standingMs;
    this.#freshMs = freshMs;
  }

  push(now: number, item: Item): void {
    if (this.size === 0) this.#emptyAt = now;
    this.#items.push(item);
  }

  take(now: number): Item | undefined {
    const isStanding = now - this.#emptyAt > this.#standingMs;
    for (let next = this.#shift(); next !== undefined; next = this.#shift()) {
      if (!isStanding || now - next.arrivedAt <= this.#freshMs) return next;
      this.#droppedCount++;
    }
    return undefined;
  }

  get size(): number {
    return this.#items.length - this.#head;
  }

  /** What was dropped for having waited too long. */
  get droppedCount(): number {
    return this.#droppedCount;
  }

  #shift(): Item | undefined {
    const next = this.#items[this.#head];
    if (next === undefined) return undefined;
    this.#head++;
    if (this.#head === this.#items.length || this.#head >= CUT_OFF_ITEMS) {
      this.#items.splice(0, this.#head);
      this.#head = 0;
    }
    return next;
  }
}

const CUT_OFF_ITEMS = 1024;

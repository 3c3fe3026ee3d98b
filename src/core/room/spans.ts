/** Which sequences of one author's chain the store has: disjoint stretches, ascending, a bounded number of them. */
import { SPANS_MAX } from '../limits.ts';

export interface Span {
  readonly from: number;
  readonly to: number;
}

export class Spans {
  private spans: { from: number; to: number }[] = [];

  add(from: number, to: number): void {
    // The common case: the chain goes on.
    const last = this.spans.at(-1);
    if (last !== undefined && from >= last.from && from <= last.to + 1) {
      last.to = Math.max(last.to, to);
      return;
    }
    const merged = { from, to };
    const apart = this.spans.filter((span) => {
      if (span.to + 1 < from || span.from > to + 1) return true;
      merged.from = Math.min(merged.from, span.from);
      merged.to = Math.max(merged.to, span.to);
      return false;
    });
    this.spans = [...apart, merged].toSorted((a, b) => a.from - b.from);
    // What is forgotten here is only not offered to others.
    if (this.spans.length > SPANS_MAX) this.spans.shift();
  }

  has(sequence: number): boolean {
    return this.spans.some(({ from, to }) => from <= sequence && sequence <= to);
  }

  /** The end of the stretch that it lies in. */
  endOf(sequence: number): number | undefined {
    return this.spans.find(({ from, to }) => from <= sequence && sequence <= to)?.to;
  }

  /** The lowest sequence from which everything is here up to `sequence`; undefined where that itself is not. */
  floorOf(sequence: number): number | undefined {
    return this.spans.find(({ from, to }) => from <= sequence && sequence <= to)?.from;
  }

  /** What of `from`…`to` is here. */
  within(from: number, to: number): Span[] {
    const cut = this.spans.map((span) => ({ from: Math.max(from, span.from), to: Math.min(to, span.to) }));
    return cut.filter((span) => span.from <= span.to);
  }
}

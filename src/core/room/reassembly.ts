/** Puts records together from their fragments. Unauthenticated until whole, so bounded in count and age. */
import type { Bytes } from '../../base/bytes.ts';
import { FRAGMENT_BYTES, REASSEMBLY_AGE_MAX_MS, REASSEMBLY_ASKS_MAX, REASSEMBLY_MAX } from '../limits.ts';
import type { FragmentFrame } from '../wire/fragment.ts';
import type { NakFragments } from '../wire/nak.ts';
import type { RecordPrefix } from '../wire/id-bytes.ts';

interface Partial {
  readonly pieces: (Bytes | undefined)[];
  missing: number;
  readonly since: number;
  /** When a piece of it, or an ask for it, was last heard. */
  heardAt: number;
  /** Asks in a row without a piece. */
  asks: number;
}

export class Reassembly {
  private readonly partials = new Map<RecordPrefix, Partial>();

  /** The record's bytes once the last piece is here, else undefined. */
  add(now: number, frame: FragmentFrame): Bytes | undefined {
    if (frame.count === 1) return frame.payload.slice();
    const partial = this.partialOf(now, frame);
    if (partial.pieces.length !== frame.count) return undefined;
    partial.heardAt = now;
    if (partial.pieces[frame.index] !== undefined) return undefined;
    partial.pieces[frame.index] = frame.payload.slice();
    partial.missing--;
    partial.asks = 0;
    if (partial.missing > 0) return undefined;
    this.partials.delete(frame.record);
    return join(partial.pieces);
  }

  /** Incomplete records that nothing was heard of for `quietMs`, doubled with every ask; with what they lack. */
  stalled(now: number, quietMs: number): NakFragments[] {
    const stalled: NakFragments[] = [];
    for (const [record, partial] of this.partials) {
      const wait = quietMs * 2 ** partial.asks;
      if (now - partial.since > REASSEMBLY_AGE_MAX_MS) this.partials.delete(record);
      else if (partial.asks < REASSEMBLY_ASKS_MAX && now - partial.heardAt >= wait)
        stalled.push({ record, ...bitmapOf(partial.pieces) });
    }
    return stalled;
  }

  /** Somebody, we perhaps, asked for what is missing of it. */
  asked(now: number, record: RecordPrefix): void {
    const partial = this.partials.get(record);
    if (partial === undefined) return;
    partial.asks++;
    partial.heardAt = now;
  }

  has(record: RecordPrefix): boolean {
    return this.partials.has(record);
  }
  drop(record: RecordPrefix): void {
    this.partials.delete(record);
  }
  get size(): number {
    return this.partials.size;
  }

  private partialOf(now: number, frame: FragmentFrame): Partial {
    const known = this.partials.get(frame.record);
    if (known !== undefined) return known;
    if (this.partials.size >= REASSEMBLY_MAX) {
      const oldest = this.partials.keys().next().value;
      if (oldest !== undefined) this.partials.delete(oldest);
    }
    const pieces = Array.from<Bytes | undefined>({ length: frame.count });
    const partial = { pieces, missing: frame.count, since: now, heardAt: now, asks: 0 };
    this.partials.set(frame.record, partial);
    return partial;
  }
}

function join(pieces: readonly (Bytes | undefined)[]): Bytes {
  const total = pieces.reduce((sum, piece) => sum + (piece?.length ?? 0), 0);
  const whole = new Uint8Array(total);
  pieces.forEach((piece, index) => piece !== undefined && whole.set(piece, index * FRAGMENT_BYTES));
  return whole;
}

function bitmapOf(pieces: readonly (Bytes | undefined)[]): { low: number; high: number } {
  let low = 0;
  let high = 0;
  pieces.forEach((piece, index) => {
    if (piece !== undefined) return;
    if (index < 32) low |= 1 << index;
    else high |= 1 << (index - 32);
  });
  return { low: low >>> 0, high: high >>> 0 };
}

/** Puts announcements together from the fragments of one sender: another's could spoil them. Bounded in count and age. */
import { concatBytes } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId } from '../../base/ids.ts';
import { EPOCH_PARTIAL_AGE_MAX_MS, EPOCHS_PARTIAL_MAX } from '../limits.ts';
import type { SyncBody } from '../wire/sync.ts';

interface Partial {
  readonly since: number;
  readonly pieces: (Bytes | undefined)[];
  missing: number;
}

export class EpochAssembly {
  private readonly partials = new Map<string, Partial>();

  get size(): number {
    return this.partials.size;
  }

  /** The whole announcement where this was the last piece of it. */
  add(now: number, sender: MemberId, piece: Extract<SyncBody, { kind: 'epoch' }>): Bytes | undefined {
    if (piece.count === 1) return piece.payload;
    const key = `${sender}/${piece.epoch}`;
    const partial = this.partials.get(key) ?? this.begin(now, key, piece.count);
    if (partial.pieces.length !== piece.count || partial.pieces[piece.index] !== undefined) return undefined;
    partial.pieces[piece.index] = piece.payload;
    partial.missing--;
    if (partial.missing > 0) return undefined;
    this.partials.delete(key);
    return concatBytes(...(partial.pieces as Bytes[]));
  }

  private begin(now: number, key: string, count: number): Partial {
    for (const [other, { since }] of this.partials)
      if (now - since > EPOCH_PARTIAL_AGE_MAX_MS) this.partials.delete(other);
    const [oldest] = this.partials.keys();
    if (this.partials.size >= EPOCHS_PARTIAL_MAX && oldest !== undefined) this.partials.delete(oldest);
    const pieces = Array.from<Bytes | undefined>({ length: count });
    const partial = { since: now, pieces, missing: count };
    this.partials.set(key, partial);
    return partial;
  }
}

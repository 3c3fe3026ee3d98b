/** One author's chain as a member has it in memory: a window of its newest records (protocol.md §6.6). */
import type { MemberId, RecordId } from '../../base/ids.ts';
import type { LogRecord, RecordRef } from '../wire/record.ts';
import type { Spans } from './spans.ts';

export type StoredPart = Pick<Spans, 'endOf' | 'floorOf'>;

export interface Chain {
  /** Nothing below this sequence is held, wanted or waited for. */
  base: number;
  /** Nothing above this one is taken, wanted or waited for: its author was removed by then. */
  top: number;
  /** Places that were given up for lost; receipts stop before the first. */
  readonly lost: Set<number>;
  /** Every place from `base` to this one is filled; `base - 1` where the first is empty. */
  contiguous: number;
  /** Lowest value that `base` may be lowered to: what was dropped for room stays dropped. */
  baseMin: number;
  readonly bySequence: Map<number, RecordId[]>;
  /** What the store has of it: held, though it is not in memory. */
  readonly stored: StoredPart;
  /** Delivered records of this author without a delivered successor by it. */
  readonly heads: Map<RecordId, number>;
}

/** A chain of which nothing is known yet and everything from `base` on is wanted. */
export const emptyChain = (base: number, stored: StoredPart): Chain => ({
  stored,
  base,
  top: Infinity,
  baseMin: 1,
  lost: new Set(),
  contiguous: base - 1,
  bySequence: new Map(),
  heads: new Map(),
});

/** Its heads, the longest branch first. */
export const headsOf = (chain: Readonly<Chain>): [RecordId, number][] =>
  [...chain.heads].toSorted(([a, first], [b, second]) => second - first || (a < b ? -1 : 1));

export const placeKey = (author: MemberId, sequence: number): string => `${author}:${sequence}`;

/** It lies where nothing is waited for: below the base, above a cut, or in the store. */
export const isOutside = (chain: Chain | undefined, sequence: number): boolean =>
  sequence < (chain?.base ?? 1) ||
  sequence > (chain?.top ?? Infinity) ||
  (chain !== undefined && !chain.bySequence.has(sequence) && chain.stored.endOf(sequence) !== undefined);

export function setBase(chain: Chain, base: number): void {
  chain.base = base;
  chain.contiguous = base - 1;
  advance(chain);
}

export function advance(chain: Chain): void {
  for (;;) {
    const next = chain.contiguous + 1;
    if (chain.bySequence.has(next)) chain.contiguous = next;
    else {
      const end = chain.stored.endOf(next);
      if (end === undefined) return;
      chain.contiguous = end;
    }
  }
}

/** Everything a record names: its author's previous record first. */
export function refsOf(record: LogRecord): RecordRef[] {
  if (record.previous === undefined) return [...record.parents];
  return [{ author: record.author, sequence: record.sequence - 1, id: record.previous }, ...record.parents];
}

/** Places in the one order that everyone shares: (depth, author, sequence, id) (protocol.md §6.6). */
import type { MemberId, RecordId } from '../../base/ids.ts';

export interface Place {
  readonly depth: number;
  readonly author: MemberId;
  readonly sequence: number;
  readonly id: RecordId;
}

/** Before everything, and after everything. */
export const FIRST_PLACE: Place = { depth: 0, author: '' as MemberId, sequence: 0, id: '' as RecordId };
export const LAST_PLACE: Place = {
  depth: Number.MAX_SAFE_INTEGER,
  author: '' as MemberId,
  sequence: 0,
  id: '' as RecordId,
};

const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

export function comparePlaces(a: Place, b: Place): number {
  return (
    a.depth - b.depth || compareText(a.author, b.author) || a.sequence - b.sequence || compareText(a.id, b.id)
  );
}

/** A place as clients hold it: opaque to them, at most 130 characters. */
export function encodeCursor({ depth, author, sequence, id }: Place): string {
  return `${depth}.${author}.${sequence}.${id}`;
}

const CURSOR = /^(\d{1,16})\.([0-9a-f]{0,64})\.(\d{1,16})\.([0-9a-f]{0,64})$/;

/** Undefined for what `encodeCursor` never gave. */
export function decodeCursor(text: string): Place | undefined {
  const [, depth, author, sequence, id] = CURSOR.exec(text) ?? [];
  if (depth === undefined) return undefined;
  const place = {
    depth: Number(depth),
    author: author as MemberId,
    sequence: Number(sequence),
    id: id as RecordId,
  };
  return Number.isSafeInteger(place.depth) && Number.isSafeInteger(place.sequence) ? place : undefined;
}

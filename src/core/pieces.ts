/**
 * Puts datagrams together that came in pieces (protocol.md §4.1). What is in them is checked afterwards, as if it had come by itself.
 * Invariants: PIECES_SOURCES_MAX sources of PIECES_OPEN_MAX unfinished datagrams each; of both the oldest gives way.
 */
import { concatBytes } from '../base/bytes.ts';
import type { Bytes } from '../base/bytes.ts';
import type { Address } from './api.ts';
import { DATAGRAM_BYTES_MAX, PIECES_OPEN_MAX, PIECES_SOURCES_MAX } from './limits.ts';
import { decodePiece, isPiece } from './wire/piece.ts';

interface Unfinished {
  readonly parts: (Bytes | undefined)[];
  missing: number;
}

export class Pieces {
  readonly #sources = new Map<string, Map<number, Unfinished>>();

  /** The whole datagram, where this piece was the last that lacked; it is the caller's own. */
  take(from: Address, datagram: Bytes): Bytes | undefined {
    const piece = decodePiece(datagram);
    if (piece === undefined) return undefined;
    const open = this.#openOf(from);
    let unfinished = open.get(piece.id);
    if (unfinished?.parts.length !== piece.count) {
      open.delete(piece.id);
      makeRoom(open, PIECES_OPEN_MAX);
      unfinished = { parts: Array.from({ length: piece.count }), missing: piece.count };
      open.set(piece.id, unfinished);
    }
    if (unfinished.parts[piece.index] !== undefined) return undefined;
    unfinished.parts[piece.index] = piece.bytes.slice();
    if (--unfinished.missing > 0) return undefined;
    open.delete(piece.id);
    const whole = concatBytes(...(unfinished.parts as Bytes[]));
    // None is in another: so what comes in costs one round, whatever is in it.
    return whole.length > DATAGRAM_BYTES_MAX || isPiece(whole) ? undefined : whole;
  }

  get size(): number {
    let count = 0;
    for (const open of this.#sources.values()) count += open.size;
    return count;
  }

  #openOf({ host, port }: Address): Map<number, Unfinished> {
    const key = `${host} ${port}`;
    const known = this.#sources.get(key);
    if (known !== undefined) return known;
    makeRoom(this.#sources, PIECES_SOURCES_MAX);
    const open = new Map<number, Unfinished>();
    this.#sources.set(key, open);
    return open;
  }
}

function makeRoom<Key>(map: Map<Key, unknown>, countMax: number): void {
  if (map.size < countMax) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}

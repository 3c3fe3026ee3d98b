/**
 * PIECE: a part of a datagram that is longer than the path of somebody whom it is for (protocol.md §4.1). As fragments of IP, but small
 * enough to pass where nobody says that a packet was too long.
 */
import { concatBytes } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import { PIECE_HEADER_BYTES, PIECES_PER_DATAGRAM_MAX } from '../limits.ts';
import { firstByte, FRAME } from './header.ts';

export interface Piece {
  /** Of the datagram, u32: of one sender's, the next has the next. */
  readonly id: number;
  readonly index: number;
  readonly count: number;
  /** A view into the datagram. */
  readonly bytes: Bytes;
}

export const isPiece = (datagram: Bytes): boolean => datagram[0] === firstByte(FRAME.piece);

/** Cut into as few as fit, all of one size but the last, so that they leave as one train; they are the caller's own. */
export function cutDatagram(datagram: Bytes, id: number, lengthBytesMax: number): Bytes[] {
  const count = Math.ceil(datagram.length / (lengthBytesMax - PIECE_HEADER_BYTES));
  const size = Math.ceil(datagram.length / count);
  return Array.from({ length: count }, (_, index) => {
    const header = new Uint8Array(PIECE_HEADER_BYTES);
    new DataView(header.buffer).setUint32(1, id);
    header[0] = firstByte(FRAME.piece);
    header[5] = (index << 4) | count;
    return concatBytes(header, datagram.subarray(index * size, (index + 1) * size));
  });
}

export function decodePiece(datagram: Bytes): Piece | undefined {
  if (datagram.length <= PIECE_HEADER_BYTES) return undefined;
  const id = new DataView(datagram.buffer, datagram.byteOffset).getUint32(1);
  const places = datagram[5] as number;
  const index = places >>> 4;
  const count = places & 15;
  if (count < 2 || count > PIECES_PER_DATAGRAM_MAX || index >= count) return undefined;
  return { id, index, count, bytes: datagram.subarray(PIECE_HEADER_BYTES) };
}

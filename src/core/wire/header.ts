/** The first byte of every datagram: three bits of version, five of type (protocol.md §4). */
import type { RoomId } from '../../base/ids.ts';
import { toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import { Writer } from './codec.ts';
import type { Reader } from './codec.ts';
import { roomIdBytes } from './id-bytes.ts';

export const WIRE_VERSION = 1;

export const FRAME = {
  /** Never in a room: to the group that nobody renews (io/sockets/beats.ts). */
  beat: 0,
  hello: 1,
  leave: 2,
  fragment: 3,
  nak: 4,
  frontier: 5,
  receipt: 6,
  ping: 7,
  pong: 8,
  page: 9,
  root: 10,
  poll: 11,
  status: 12,
  have: 13,
  hold: 14,
  symbols: 15,
  data: 16,
  repair: 17,
  tick: 18,
  retry: 19,
  ask: 20,
  report: 21,
  roll: 22,
  sealed: 23,
  sync: 24,
  direct: 25,
  meeting: 26,
  withheld: 27,
  typing: 28,
  /** Never in a room: around what goes by broadcast or through a member (io/envelope.ts). */
  envelope: 29,
  /** Never in a room: a part of any datagram (wire/piece.ts). */
  piece: 30,
  probe: 31,
} as const;

export const firstByte = (type: number): number => (WIRE_VERSION << 5) | type;
export const versionOf = (byte: number): number => byte >>> 5;
export const typeOf = (byte: number): number => byte & 31;

export const ROOM_TAG_BYTES = 4;
export const SIGNATURE_BYTES = 64;

/** Eight hexadecimal digits: what control frames carry of the room, to tell rooms on one group apart. */
export const roomTag = (room: RoomId): string => room.slice(0, 2 * ROOM_TAG_BYTES);

/** A control frame begins with its type and the first four bytes of the room's id. */
export function controlFrame(type: number, room: RoomId): Writer {
  return new Writer().u8(firstByte(type)).bytes(roomIdBytes(room).subarray(0, ROOM_TAG_BYTES));
}

/** Skips the two fields that `frame.ts` has already looked at. */
export function skipControlHeader(reader: Reader): void {
  reader.bytes(1 + ROOM_TAG_BYTES);
}

/** The room tag of a control frame. */
export function readRoomTag(datagram: Bytes): string {
  return toHex(datagram.subarray(1, 1 + ROOM_TAG_BYTES));
}

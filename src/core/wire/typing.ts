/** TYPING: I am writing something (protocol.md §6.8). Signed; not in the log, because nobody needs it a few seconds later. */
import { toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, RoomId } from '../../base/ids.ts';
import { Reader } from './codec.ts';
import { controlFrame, FRAME, SIGNATURE_BYTES, skipControlHeader } from './header.ts';
import { fromHexExact } from './hex.ts';
import { memberIdBytes, readMemberId } from './id-bytes.ts';

export interface TypingFrame {
  readonly type: 'typing';
  readonly member: MemberId;
  readonly incarnation: string;
  /** Of the statements of its author, so that a replay says nothing. */
  readonly counter: number;
}

/** The frame without its signature. */
export function encodeTyping(room: RoomId, typing: Omit<TypingFrame, 'type'>): Bytes {
  return controlFrame(FRAME.typing, room)
    .bytes(memberIdBytes(typing.member))
    .bytes(fromHexExact(typing.incarnation, 8))
    .u32(typing.counter)
    .finish();
}

export function decodeTyping(datagram: Bytes): TypingFrame | undefined {
  const reader = new Reader(datagram);
  skipControlHeader(reader);
  const member = readMemberId(reader);
  const incarnation = toHex(reader.bytes(8));
  const counter = reader.u32();
  reader.bytes(SIGNATURE_BYTES);
  return reader.done() ? { type: 'typing', member, incarnation, counter } : undefined;
}

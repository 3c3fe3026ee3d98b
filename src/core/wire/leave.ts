/** LEAVE: I am gone, at once (protocol.md §5.2). Signed; it names the incarnation so that it can't end a later one. */
import { toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, RoomId } from '../../base/ids.ts';
import { Reader } from './codec.ts';
import { controlFrame, FRAME, SIGNATURE_BYTES, skipControlHeader } from './header.ts';
import { fromHexExact } from './hex.ts';
import { memberIdBytes, readMemberId } from './id-bytes.ts';

export interface LeaveFrame {
  readonly type: 'leave';
  readonly member: MemberId;
  readonly incarnation: string;
  readonly counter: number;
}

/** The frame without its signature. */
export function encodeLeave(room: RoomId, leave: Omit<LeaveFrame, 'type'>): Bytes {
  return controlFrame(FRAME.leave, room)
    .bytes(memberIdBytes(leave.member))
    .bytes(fromHexExact(leave.incarnation, 8))
    .u32(leave.counter)
    .finish();
}

export function decodeLeave(datagram: Bytes): LeaveFrame | undefined {
  const reader = new Reader(datagram);
  skipControlHeader(reader);
  const member = readMemberId(reader);
  const incarnation = toHex(reader.bytes(8));
  const counter = reader.u32();
  reader.bytes(SIGNATURE_BYTES);
  return reader.done() ? { type: 'leave', member, incarnation, counter } : undefined;
}

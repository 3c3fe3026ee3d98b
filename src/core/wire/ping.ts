/** PING and PONG: keep a firewall's memory of the pair warm and measure the round trip (protocol.md §5.3). Equal sizes. */
import { toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, RoomId } from '../../base/ids.ts';
import { Reader } from './codec.ts';
import { controlFrame, FRAME, skipControlHeader } from './header.ts';
import { fromHexExact } from './hex.ts';
import { memberIdBytes, readMemberId } from './id-bytes.ts';

export interface PingFrame {
  readonly type: 'ping' | 'pong';
  /** The speaker. */
  readonly member: MemberId;
  /** Eight random bytes as 16 digits; a PONG returns those of its PING. */
  readonly nonce: string;
}

export function encodePing(room: RoomId, ping: PingFrame): Bytes {
  const type = ping.type === 'ping' ? FRAME.ping : FRAME.pong;
  return controlFrame(type, room)
    .bytes(memberIdBytes(ping.member))
    .bytes(fromHexExact(ping.nonce, 8))
    .finish();
}

export function decodePing(datagram: Bytes, type: 'ping' | 'pong'): PingFrame | undefined {
  const reader = new Reader(datagram);
  skipControlHeader(reader);
  const member = readMemberId(reader);
  const nonce = toHex(reader.bytes(8));
  return reader.done() ? { type, member, nonce } : undefined;
}

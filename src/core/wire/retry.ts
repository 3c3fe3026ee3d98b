/** RETRY: the author of a file asks one member to take it after all (protocol.md §7.12). Signed. */
import { toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, RoomId, TransferId } from '../../base/ids.ts';
import { Reader } from './codec.ts';
import { controlFrame, FRAME, SIGNATURE_BYTES, skipControlHeader } from './header.ts';
import { fromHexExact } from './hex.ts';
import { memberIdBytes, readMemberId, readTransferId, transferIdBytes } from './id-bytes.ts';

export interface RetryFrame {
  readonly type: 'retry';
  readonly transfer: TransferId;
  /** Who asks. */
  readonly member: MemberId;
  readonly incarnation: string;
  /** The statement counter (§2), another one at each repetition, so that a recording says nothing. */
  readonly counter: number;
  /** Who is asked. */
  readonly asked: MemberId;
}

/** The frame without its signature. */
export function encodeRetry(room: RoomId, retry: Omit<RetryFrame, 'type'>): Bytes {
  return controlFrame(FRAME.retry, room)
    .bytes(transferIdBytes(retry.transfer))
    .bytes(memberIdBytes(retry.member))
    .bytes(fromHexExact(retry.incarnation, 8))
    .u32(retry.counter)
    .bytes(memberIdBytes(retry.asked))
    .finish();
}

export function decodeRetry(datagram: Bytes): RetryFrame | undefined {
  const reader = new Reader(datagram);
  skipControlHeader(reader);
  const transfer = readTransferId(reader);
  const member = readMemberId(reader);
  const incarnation = toHex(reader.bytes(8));
  const counter = reader.u32();
  const asked = readMemberId(reader);
  reader.bytes(SIGNATURE_BYTES);
  return reader.done() ? { type: 'retry', transfer, member, incarnation, counter, asked } : undefined;
}

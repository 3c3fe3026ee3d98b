/**
 * DIRECT: one piece of a sealed message for one member (protocol.md §9). It names no room and no sender; by the
 * recipient's prekey id everybody else drops it at once where it came to a group.
 */
import { toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import { DIRECT_FRAGMENTS_MAX, FRAGMENT_BYTES } from '../limits.ts';
import { Reader, Writer } from './codec.ts';
import { firstByte, FRAME } from './header.ts';
import { fromHexExact } from './hex.ts';

/** First 16 bytes of SHA-256 of the whole sealed message, 32 digits. */
export type MessageId = string;
export const MESSAGE_ID_BYTES = 16;
const RECIPIENT_BYTES = 8;

export interface DirectFrame {
  readonly type: 'direct';
  /** Id of the recipient's prekey, 16 digits. */
  readonly to: string;
  readonly message: MessageId;
  readonly index: number;
  readonly count: number;
  readonly payload: Bytes;
}

export const directFragmentCount = (messageBytes: number): number => Math.ceil(messageBytes / FRAGMENT_BYTES);

/** Fragment `index` of a sealed message. */
export function encodeDirect(to: string, message: MessageId, sealed: Bytes, index: number): Bytes {
  return new Writer()
    .u8(firstByte(FRAME.direct))
    .bytes(fromHexExact(to, RECIPIENT_BYTES))
    .bytes(fromHexExact(message, MESSAGE_ID_BYTES))
    .u8(index)
    .u8(directFragmentCount(sealed.length))
    .bytes(sealed.subarray(index * FRAGMENT_BYTES, (index + 1) * FRAGMENT_BYTES))
    .finish();
}

export function decodeDirect(datagram: Bytes): DirectFrame | undefined {
  const reader = new Reader(datagram);
  reader.u8();
  const to = toHex(reader.bytes(RECIPIENT_BYTES));
  const message = toHex(reader.bytes(MESSAGE_ID_BYTES));
  const index = reader.u8();
  const count = reader.u8();
  const payload = reader.rest();
  reader.require(count >= 1 && count <= DIRECT_FRAGMENTS_MAX && index < count);
  // Every fragment but the last is full, as those of records are.
  reader.require(payload.length > 0 && payload.length <= FRAGMENT_BYTES);
  reader.require(index === count - 1 || payload.length === FRAGMENT_BYTES);
  return reader.done() ? { type: 'direct', to, message, index, count, payload } : undefined;
}

/** FRAGMENT: one piece of a signed record (protocol.md §6.2). A record of up to 1152 bytes is one fragment. */
import type { Bytes } from '../../base/bytes.ts';
import type { RoomId } from '../../base/ids.ts';
import { FRAGMENT_BYTES, FRAGMENTS_MAX } from '../limits.ts';
import { Reader } from './codec.ts';
import { controlFrame, FRAME, skipControlHeader } from './header.ts';
import { readRecordPrefix, recordPrefixBytes } from './id-bytes.ts';
import type { RecordPrefix } from './id-bytes.ts';

export interface FragmentFrame {
  readonly type: 'fragment';
  readonly record: RecordPrefix;
  readonly index: number;
  readonly count: number;
  readonly payload: Bytes;
}

export const fragmentCount = (recordBytes: number): number =>
  Math.max(1, Math.ceil(recordBytes / FRAGMENT_BYTES));

/** Fragment `index` of a record's bytes. */
export function encodeFragment(room: RoomId, record: RecordPrefix, recordBytes: Bytes, index: number): Bytes {
  return controlFrame(FRAME.fragment, room)
    .bytes(recordPrefixBytes(record))
    .u8(index)
    .u8(fragmentCount(recordBytes.length))
    .bytes(recordBytes.subarray(index * FRAGMENT_BYTES, (index + 1) * FRAGMENT_BYTES))
    .finish();
}

export function decodeFragment(datagram: Bytes): FragmentFrame | undefined {
  const reader = new Reader(datagram);
  skipControlHeader(reader);
  const record = readRecordPrefix(reader);
  const index = reader.u8();
  const count = reader.u8();
  const payload = reader.rest();
  reader.require(count >= 1 && count <= FRAGMENTS_MAX && index < count);
  // Every fragment but the last is full, so that any holder cuts a record into the same pieces.
  reader.require(payload.length > 0 && payload.length <= FRAGMENT_BYTES);
  reader.require(index === count - 1 || payload.length === FRAGMENT_BYTES);
  return reader.done() ? { type: 'fragment', record, index, count, payload } : undefined;
}

/** NAK: what I lack of the room's log (protocol.md §6.3; after RFC 5740 §5.3, negative acknowledgement with suppression). */
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, RoomId } from '../../base/ids.ts';
import { NAK_ITEMS_MAX } from '../limits.ts';
import { Reader } from './codec.ts';
import { controlFrame, FRAME, skipControlHeader } from './header.ts';
import { memberIdBytes, readMemberId, readRecordPrefix, recordPrefixBytes } from './id-bytes.ts';
import type { RecordPrefix } from './id-bytes.ts';

/** Sequence numbers `from`…`to` of one author, both included. */
export interface NakRange {
  readonly author: MemberId;
  readonly from: number;
  readonly to: number;
}

/** Pieces of one record; bit i of the two words (low word first) asks for fragment i. */
export interface NakFragments {
  readonly record: RecordPrefix;
  readonly low: number;
  readonly high: number;
}

export interface NakFrame {
  readonly type: 'nak';
  readonly member: MemberId;
  readonly ranges: readonly NakRange[];
  readonly fragments: readonly NakFragments[];
}

export function encodeNak(room: RoomId, nak: Omit<NakFrame, 'type'>): Bytes {
  const writer = controlFrame(FRAME.nak, room).bytes(memberIdBytes(nak.member)).u8(nak.ranges.length);
  for (const range of nak.ranges) writer.bytes(memberIdBytes(range.author)).u48(range.from).u48(range.to);
  writer.u8(nak.fragments.length);
  for (const item of nak.fragments) writer.bytes(recordPrefixBytes(item.record)).u32(item.low).u32(item.high);
  return writer.finish();
}

export function decodeNak(datagram: Bytes): NakFrame | undefined {
  const reader = new Reader(datagram);
  skipControlHeader(reader);
  const member = readMemberId(reader);
  const ranges = reader.list(NAK_ITEMS_MAX, () => {
    const range = { author: readMemberId(reader), from: reader.u48(), to: reader.u48() };
    reader.require(range.from >= 1 && range.to >= range.from);
    return range;
  });
  const fragments = reader.list(NAK_ITEMS_MAX, () => ({
    record: readRecordPrefix(reader),
    low: reader.u32(),
    high: reader.u32(),
  }));
  reader.require(ranges.length + fragments.length <= NAK_ITEMS_MAX);
  return reader.done() ? { type: 'nak', member, ranges, fragments } : undefined;
}

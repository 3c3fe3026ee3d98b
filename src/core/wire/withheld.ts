/**
 * WITHHELD: a holder tells who asked for old records that it may not give them to it (protocol.md §8.4), so that the asker
 * does not wait for what was said before it came. In private rooms only, so always sealed.
 */
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, RoomId } from '../../base/ids.ts';
import { NAK_ITEMS_MAX } from '../limits.ts';
import { Reader } from './codec.ts';
import { controlFrame, FRAME, skipControlHeader } from './header.ts';
import { memberIdBytes, readMemberId } from './id-bytes.ts';
import type { NakRange } from './nak.ts';

export interface WithheldFrame {
  readonly type: 'withheld';
  /** Who asked. */
  readonly asker: MemberId;
  readonly ranges: readonly NakRange[];
}

export function encodeWithheld(room: RoomId, withheld: Omit<WithheldFrame, 'type'>): Bytes {
  const writer = controlFrame(FRAME.withheld, room).bytes(memberIdBytes(withheld.asker));
  writer.u8(withheld.ranges.length);
  for (const { author, from, to } of withheld.ranges) writer.bytes(memberIdBytes(author)).u48(from).u48(to);
  return writer.finish();
}

export function decodeWithheld(datagram: Bytes): WithheldFrame | undefined {
  const reader = new Reader(datagram);
  skipControlHeader(reader);
  const asker = readMemberId(reader);
  const ranges = reader.list(NAK_ITEMS_MAX, () => {
    const range = { author: readMemberId(reader), from: reader.u48(), to: reader.u48() };
    reader.require(range.from >= 1 && range.to >= range.from);
    return range;
  });
  return reader.done() ? { type: 'withheld', asker, ranges } : undefined;
}

/** FRONTIER: the newest record of its author, repeated until everyone has it (protocol.md §6.4). A hint, unsigned. */
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, RoomId } from '../../base/ids.ts';
import { Reader } from './codec.ts';
import { controlFrame, FRAME, skipControlHeader } from './header.ts';
import { memberIdBytes, readMemberId, readRecordPrefix, recordPrefixBytes } from './id-bytes.ts';
import type { RecordPrefix } from './id-bytes.ts';

export interface FrontierFrame {
  readonly type: 'frontier';
  readonly author: MemberId;
  readonly sequence: number;
  readonly record: RecordPrefix;
  /** How often it was repeated: tells receivers whether their receipts get through. */
  readonly round: number;
}

export function encodeFrontier(room: RoomId, frontier: Omit<FrontierFrame, 'type'>): Bytes {
  return controlFrame(FRAME.frontier, room)
    .bytes(memberIdBytes(frontier.author))
    .u48(frontier.sequence)
    .bytes(recordPrefixBytes(frontier.record))
    .u8(frontier.round)
    .finish();
}

export function decodeFrontier(datagram: Bytes): FrontierFrame | undefined {
  const reader = new Reader(datagram);
  skipControlHeader(reader);
  const author = readMemberId(reader);
  const sequence = reader.u48();
  reader.require(sequence >= 1);
  const record = readRecordPrefix(reader);
  const round = reader.u8();
  return reader.done() ? { type: 'frontier', author, sequence, record, round } : undefined;
}

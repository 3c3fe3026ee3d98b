/** RECEIPT: I have everything of yours up to here (protocol.md §6.5). Signed; unicast to the author where that works. */
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, RoomId } from '../../base/ids.ts';
import { Reader } from './codec.ts';
import { controlFrame, FRAME, SIGNATURE_BYTES, skipControlHeader } from './header.ts';
import { memberIdBytes, readMemberId, readRecordPrefix, recordPrefixBytes } from './id-bytes.ts';
import type { RecordPrefix } from './id-bytes.ts';

export interface ReceiptFrame {
  readonly type: 'receipt';
  readonly member: MemberId;
  readonly author: MemberId;
  readonly sequence: number;
  /** The record at `sequence`: ties the receipt to one branch of the author's chain. */
  readonly record: RecordPrefix;
}

/** The frame without its signature. */
export function encodeReceipt(room: RoomId, receipt: Omit<ReceiptFrame, 'type'>): Bytes {
  return controlFrame(FRAME.receipt, room)
    .bytes(memberIdBytes(receipt.member))
    .bytes(memberIdBytes(receipt.author))
    .u48(receipt.sequence)
    .bytes(recordPrefixBytes(receipt.record))
    .finish();
}

export function decodeReceipt(datagram: Bytes): ReceiptFrame | undefined {
  const reader = new Reader(datagram);
  skipControlHeader(reader);
  const member = readMemberId(reader);
  const author = readMemberId(reader);
  const sequence = reader.u48();
  reader.require(sequence >= 1);
  const record = readRecordPrefix(reader);
  reader.bytes(SIGNATURE_BYTES);
  return reader.done() ? { type: 'receipt', member, author, sequence, record } : undefined;
}

/**
 * FRONTIER: the newest record of its author, repeated until everyone has it (protocol.md §6.4). The signature covers what
 * the author claims, and not how often it repeated that or who is still missing, so that one signature serves all rounds.
 */
import { concatBytes, toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, RoomId } from '../../base/ids.ts';
import { FRONTIER_MISSING_MAX } from '../limits.ts';
import { Reader, Writer } from './codec.ts';
import { controlFrame, FRAME, ROOM_TAG_BYTES, SIGNATURE_BYTES, skipControlHeader } from './header.ts';
import { SHORT_PREFIX_BYTES } from './hello.ts';
import { fromHexExact } from './hex.ts';
import {
  memberIdBytes,
  readMemberId,
  readRecordPrefix,
  RECORD_PREFIX_BYTES,
  recordPrefixBytes,
} from './id-bytes.ts';
import type { RecordPrefix } from './id-bytes.ts';

export interface FrontierClaim {
  readonly author: MemberId;
  readonly sequence: number;
  readonly record: RecordPrefix;
}

export interface FrontierFrame extends FrontierClaim {
  readonly type: 'frontier';
  /** How often it was repeated: tells receivers whether their receipts get through. */
  readonly round: number;
  /** First 8 bytes of the ids of members without a receipt yet, 16 digits each; empty: everyone answers. */
  readonly missing: readonly string[];
}

/** Bytes that `signFrame` and `verifyFrame` treat as the frame: the claim and its signature. */
export const SIGNED_CLAIM_BYTES = 1 + ROOM_TAG_BYTES + 16 + 6 + RECORD_PREFIX_BYTES + SIGNATURE_BYTES;

/** The claim without its signature. */
export function encodeFrontierClaim(room: RoomId, claim: FrontierClaim): Bytes {
  return controlFrame(FRAME.frontier, room)
    .bytes(memberIdBytes(claim.author))
    .u48(claim.sequence)
    .bytes(recordPrefixBytes(claim.record))
    .finish();
}

/** The whole frame: a signed claim, with the round and who is still missing. */
export function encodeFrontier(signedClaim: Bytes, round: number, missing: readonly string[]): Bytes {
  const writer = new Writer().u8(round).u8(missing.length);
  for (const prefix of missing) writer.bytes(fromHexExact(prefix, SHORT_PREFIX_BYTES));
  return concatBytes(signedClaim, writer.finish());
}

export function decodeFrontier(datagram: Bytes): FrontierFrame | undefined {
  const reader = new Reader(datagram);
  skipControlHeader(reader);
  const author = readMemberId(reader);
  const sequence = reader.u48();
  reader.require(sequence >= 1);
  const record = readRecordPrefix(reader);
  reader.bytes(SIGNATURE_BYTES);
  const round = reader.u8();
  const missing = reader.list(FRONTIER_MISSING_MAX, () => toHex(reader.bytes(SHORT_PREFIX_BYTES)));
  return reader.done() ? { type: 'frontier', author, sequence, record, round, missing } : undefined;
}

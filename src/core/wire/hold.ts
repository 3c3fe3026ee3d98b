/** HOLD: which blocks of a file a member has, and whether it serves or wants it (protocol.md §7.11). Signed. */
import { toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, RoomId, TransferId } from '../../base/ids.ts';
import { BLOCKS_MAX, HOLD_RANGES_MAX } from '../limits.ts';
import { Reader } from './codec.ts';
import { controlFrame, FRAME, SIGNATURE_BYTES, skipControlHeader } from './header.ts';
import { fromHexExact } from './hex.ts';
import { memberIdBytes, readMemberId, readTransferId, transferIdBytes } from './id-bytes.ts';

/** Consecutive blocks. */
export interface BlockRange {
  readonly first: number;
  /** At least 1. */
  readonly count: number;
}

export interface HoldFrame {
  readonly type: 'hold';
  readonly transfer: TransferId;
  readonly member: MemberId;
  readonly incarnation: string;
  /** The statement counter (§2). */
  readonly counter: number;
  /** It has every block. */
  readonly complete: boolean;
  /** Its stream is open for whoever wants the file. */
  readonly serving: boolean;
  /** It lacks blocks, and nobody serves it. */
  readonly wants: boolean;
  /** It asks who has any of it. */
  readonly asks: boolean;
  /** What is on its disk, ascending, with gaps between; the lowest ones where there are more. Empty where `complete`. */
  readonly ranges: readonly BlockRange[];
}

const COMPLETE = 1;
const SERVING = 2;
const WANTS = 4;
const ASKS = 8;

/** The frame without its signature. */
export function encodeHold(room: RoomId, hold: Omit<HoldFrame, 'type'>): Bytes {
  const flags =
    (hold.complete ? COMPLETE : 0) |
    (hold.serving ? SERVING : 0) |
    (hold.wants ? WANTS : 0) |
    (hold.asks ? ASKS : 0);
  const writer = controlFrame(FRAME.hold, room)
    .bytes(transferIdBytes(hold.transfer))
    .bytes(memberIdBytes(hold.member))
    .bytes(fromHexExact(hold.incarnation, 8))
    .u32(hold.counter)
    .u8(flags)
    .u8(hold.ranges.length);
  for (const { first, count } of hold.ranges) writer.u24(first).u24(count);
  return writer.finish();
}

export function decodeHold(datagram: Bytes): HoldFrame | undefined {
  const reader = new Reader(datagram);
  skipControlHeader(reader);
  const transfer = readTransferId(reader);
  const member = readMemberId(reader);
  const incarnation = toHex(reader.bytes(8));
  const counter = reader.u32();
  const flags = reader.u8();
  reader.require(flags <= (COMPLETE | SERVING | WANTS | ASKS));
  let end = -1;
  const ranges = reader.list(HOLD_RANGES_MAX, () => {
    const first = reader.u24();
    const count = reader.u24();
    // Neighbours would be one range: so each set of blocks has one encoding.
    reader.require(first > end && count >= 1 && first + count <= BLOCKS_MAX);
    end = first + count;
    return { first, count };
  });
  const complete = (flags & COMPLETE) !== 0;
  reader.require(!complete || (ranges.length === 0 && (flags & WANTS) === 0));
  reader.bytes(SIGNATURE_BYTES);
  if (!reader.done()) return undefined;
  return {
    type: 'hold',
    transfer,
    member,
    incarnation,
    counter,
    complete,
    serving: (flags & SERVING) !== 0,
    wants: (flags & WANTS) !== 0,
    asks: (flags & ASKS) !== 0,
    ranges,
  };
}

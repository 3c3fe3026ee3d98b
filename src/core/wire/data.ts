/**
 * DATA: one source symbol of one block; REPAIR: one coded symbol of one group of a block (protocol.md §7.2). Both have
 * twelve bytes of header, the rest is the symbol.
 */
import type { Bytes } from '../../base/bytes.ts';
import { DATA_HEADER_BYTES } from '../limits.ts';
import type { GroupCount } from './poll.ts';
import { firstByte, FRAME, typeOf } from './header.ts';

/** Whether a datagram is DATA, REPAIR or TICK, by its first byte: whoever takes what is in it copies it. */
export const isBulk = (datagram: Bytes): boolean =>
  datagram[0] === firstByte(FRAME.data) ||
  datagram[0] === firstByte(FRAME.repair) ||
  datagram[0] === firstByte(FRAME.tick);

/** The only epoch of a public room. In a private one it is the first byte of the epoch's tag, and never this. */
export const PUBLIC_EPOCH = 0;

export interface DataFrame {
  readonly type: 'data' | 'repair';
  readonly epoch: number;
  /** First four bytes of the transfer's id. */
  readonly transferTag: number;
  readonly block: number;
  /** DATA: the source index. REPAIR: see `repairSymbol`. */
  readonly symbol: number;
  /** A view into the datagram. */
  readonly payload: Bytes;
}

/** What stands before the symbol. Written by hand, not through Writer: it runs once for every packet of a transfer. */
export function dataHeader(
  type: DataFrame['type'],
  transferTag: number,
  block: number,
  symbol: number,
  epoch: number,
): Bytes {
  const datagram = new Uint8Array(DATA_HEADER_BYTES);
  datagram[0] = firstByte(FRAME[type]);
  datagram[1] = epoch;
  datagram[2] = transferTag >>> 24;
  datagram[3] = transferTag >>> 16;
  datagram[4] = transferTag >>> 8;
  datagram[5] = transferTag;
  datagram[6] = block >>> 16;
  datagram[7] = block >>> 8;
  datagram[8] = block;
  datagram[9] = symbol >>> 16;
  datagram[10] = symbol >>> 8;
  datagram[11] = symbol;
  return datagram;
}

export function decodeData(datagram: Bytes): DataFrame | undefined {
  if (datagram.length <= DATA_HEADER_BYTES) return undefined;
  const byte = (index: number): number => datagram[index] as number;
  return {
    type: typeOf(byte(0)) === FRAME.repair ? 'repair' : 'data',
    epoch: byte(1),
    transferTag: ((byte(2) << 24) | (byte(3) << 16) | (byte(4) << 8) | byte(5)) >>> 0,
    block: (byte(6) << 16) | (byte(7) << 8) | byte(8),
    symbol: (byte(9) << 16) | (byte(10) << 8) | byte(11),
    payload: datagram.subarray(DATA_HEADER_BYTES),
  };
}

/**
 * The symbol field of a REPAIR: two bits of log₂ of the group count, six of the repairer's slot, sixteen of a counter that
 * is congruent to the group. All of it together seeds the coefficients.
 */
export interface RepairSymbol {
  readonly groupCount: GroupCount;
  readonly group: number;
  /** Counts within the group. */
  readonly number: number;
}

/** Numbers that a group has whatever the grouping: 65,536 counters for 4 groups. */
export const REPAIR_NUMBERS = 16_384;

export function repairSymbol({ groupCount, group, number }: RepairSymbol): number {
  return (Math.log2(groupCount) << 22) | ((number * groupCount + group) & 0xffff);
}

/** Undefined where the field names a grouping that does not exist. */
export function parseRepairSymbol(symbol: number): RepairSymbol | undefined {
  const log2 = symbol >>> 22;
  if (log2 > 2) return undefined;
  const groupCount = (1 << log2) as GroupCount;
  const counter = symbol & 0xffff;
  return { groupCount, group: counter % groupCount, number: Math.floor(counter / groupCount) };
}

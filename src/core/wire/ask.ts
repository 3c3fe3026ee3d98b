/**
 * ASK, REPORT and ROLL: the questions and answers of a file with very many receivers (protocol.md §7.8). A REPORT goes to
 * everybody, so that whoever lacks no more than it says need not speak; a ROLL names those who are to answer by themselves.
 */
import { toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, RoomId, TransferId } from '../../base/ids.ts';
import { ASK_MUTED_MAX, MEMBERS_MAX, POLL_BLOCKS_MAX, ROLL_NAMES_MAX } from '../limits.ts';
import { Reader } from './codec.ts';
import { controlFrame, FRAME, skipControlHeader } from './header.ts';
import { fromHexExact } from './hex.ts';
import { memberIdBytes, readMemberId, readTransferId, transferIdBytes } from './id-bytes.ts';
import type { GroupCount } from './poll.ts';

export interface AskedBlock {
  readonly block: number;
  readonly groupCount: GroupCount;
  /** What the sender expects the worst group of the worst member to need; 0 where it has no idea. */
  readonly worst: number;
}

export interface AskFrame {
  readonly type: 'ask';
  readonly transfer: TransferId;
  /** Counts the asks of a transfer; a REPORT names the one it answers. */
  readonly ask: number;
  /** How many members want the file, as far as the sender knows. */
  readonly members: number;
  /** Answers are due within this. */
  readonly windowMs: number;
  /** No block below this one is open, except those that are named here or were read again. */
  readonly firstOpen: number;
  /** Nobody is to hold back because of what others report. */
  readonly alone: boolean;
  readonly blocks: readonly AskedBlock[];
  /** Beginnings of ids whose reports the sender does not count at present: they cover nobody's needs. */
  readonly muted: readonly string[];
}

/** What one member lacks of one block, in numbers. */
export interface Need {
  readonly block: number;
  /** `page`: its page is missing. `polluted`: its symbols came out wrong together. */
  readonly kind: 'symbols' | 'page' | 'polluted';
  /** For `symbols`: how many each group needs. Empty otherwise. */
  readonly deficits: readonly number[];
}

export interface ReportFrame {
  readonly type: 'report';
  readonly transfer: TransferId;
  readonly member: MemberId;
  readonly ask: number;
  readonly needs: readonly Need[];
}

export interface RollFrame {
  readonly type: 'roll';
  readonly transfer: TransferId;
  readonly members: number;
  readonly windowMs: number;
  /** The sender has not heard whether they want the file: a HAVE is the answer, not a STATUS. */
  readonly introduce: boolean;
  /** Beginnings of the ids of those who are to answer. */
  readonly names: readonly string[];
}

/** Four bytes: among 2048 members two share them once in 2048; then one more answers. */
export const NAME_PREFIX_BYTES = 4;
export const namePrefix = (id: MemberId): string => id.slice(0, 2 * NAME_PREFIX_BYTES);

const KINDS = ['symbols', 'page', 'polluted'] as const;
const GROUP_COUNTS = [1, 2, 4] as const;
const readPrefix = (reader: Reader): string => toHex(reader.bytes(NAME_PREFIX_BYTES));
const prefixBytes = (prefix: string): Bytes => fromHexExact(prefix, NAME_PREFIX_BYTES);

export function encodeAsk(room: RoomId, ask: Omit<AskFrame, 'type'>): Bytes {
  const writer = controlFrame(FRAME.ask, room)
    .bytes(transferIdBytes(ask.transfer))
    .u32(ask.ask)
    .u16(ask.members)
    .u16(ask.windowMs)
    .u24(ask.firstOpen)
    .u8(ask.alone ? 1 : 0)
    .u8(ask.blocks.length);
  for (const { block, groupCount, worst } of ask.blocks)
    writer.u24(block).u8(GROUP_COUNTS.indexOf(groupCount)).u16(worst);
  writer.u8(ask.muted.length);
  for (const prefix of ask.muted) writer.bytes(prefixBytes(prefix));
  return writer.finish();
}

export function decodeAsk(datagram: Bytes): AskFrame | undefined {
  const reader = new Reader(datagram);
  skipControlHeader(reader);
  const transfer = readTransferId(reader);
  const ask = reader.u32();
  const members = readMembers(reader);
  const windowMs = reader.u16();
  const firstOpen = reader.u24();
  const flags = reader.u8();
  reader.require(flags <= 1);
  const blocks = reader.list(POLL_BLOCKS_MAX, () => {
    const block = reader.u24();
    const groupCount = GROUP_COUNTS[reader.u8()];
    reader.require(groupCount !== undefined);
    return { block, groupCount: groupCount ?? 1, worst: reader.u16() };
  });
  const muted = reader.list(ASK_MUTED_MAX, () => readPrefix(reader));
  if (!reader.done()) return undefined;
  return {
    type: 'ask',
    transfer,
    ask,
    members,
    windowMs,
    firstOpen,
    alone: flags === 1,
    blocks,
    muted,
  };
}

export function encodeReport(room: RoomId, report: Omit<ReportFrame, 'type'>): Bytes {
  const writer = controlFrame(FRAME.report, room)
    .bytes(transferIdBytes(report.transfer))
    .bytes(memberIdBytes(report.member))
    .u32(report.ask)
    .u8(report.needs.length);
  for (const { block, kind, deficits } of report.needs) {
    writer.u24(block).u8(KINDS.indexOf(kind)).u8(deficits.length);
    for (const deficit of deficits) writer.u16(deficit);
  }
  return writer.finish();
}

export function decodeReport(datagram: Bytes): ReportFrame | undefined {
  const reader = new Reader(datagram);
  skipControlHeader(reader);
  const transfer = readTransferId(reader);
  const member = readMemberId(reader);
  const ask = reader.u32();
  const needs = reader.list(POLL_BLOCKS_MAX, () => {
    const block = reader.u24();
    const kind = KINDS[reader.u8()];
    const deficits = reader.list(4, () => reader.u16());
    reader.require(kind !== undefined && (kind === 'symbols') === deficits.length > 0);
    return { block, kind: kind ?? 'page', deficits };
  });
  return reader.done() ? { type: 'report', transfer, member, ask, needs } : undefined;
}

export function encodeRoll(room: RoomId, roll: Omit<RollFrame, 'type'>): Bytes {
  const writer = controlFrame(FRAME.roll, room)
    .bytes(transferIdBytes(roll.transfer))
    .u16(roll.members)
    .u16(roll.windowMs)
    .u8(roll.introduce ? 1 : 0)
    .u8(roll.names.length);
  for (const name of roll.names) writer.bytes(prefixBytes(name));
  return writer.finish();
}

export function decodeRoll(datagram: Bytes): RollFrame | undefined {
  const reader = new Reader(datagram);
  skipControlHeader(reader);
  const transfer = readTransferId(reader);
  const members = readMembers(reader);
  const windowMs = reader.u16();
  const flags = reader.u8();
  reader.require(flags <= 1);
  const names = reader.list(ROLL_NAMES_MAX, () => readPrefix(reader));
  if (!reader.done()) return undefined;
  return { type: 'roll', transfer, members, windowMs, introduce: flags === 1, names };
}

/** Answers are spread by this number, so it is not to be believed without bound. */
function readMembers(reader: Reader): number {
  const members = reader.u16();
  reader.require(members <= MEMBERS_MAX);
  return members;
}

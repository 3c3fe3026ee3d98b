/** POLL and STATUS: the sender asks what is missing of some blocks, each member answers (protocol.md §7.4). */
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, RoomId, TransferId } from '../../base/ids.ts';
import { POLL_BLOCKS_MAX, STATUS_BITMAP_BLOCKS, STATUS_BLOCKS_MAX } from '../limits.ts';
import { Reader } from './codec.ts';
import { controlFrame, FRAME, skipControlHeader } from './header.ts';
import { memberIdBytes, readMemberId, readTransferId, transferIdBytes } from './id-bytes.ts';

export interface PollFrame {
  readonly type: 'poll';
  readonly transfer: TransferId;
  /** Counts the polls of a transfer; a STATUS names the one it answers. */
  readonly poll: number;
  /** Consecutive polls that some member left unanswered: from 4 on, answers come by multicast as well. */
  readonly round: number;
  /** Blocks whose pass is complete: every symbol that is not here was lost. */
  readonly blocks: readonly PolledBlock[];
}

export interface PolledBlock {
  readonly block: number;
  /** How many groups its repair symbols are coded in. */
  readonly groupCount: GroupCount;
  /** Whether STATUS is to name the symbols that are missing, or only how many each group needs. */
  readonly wants: 'bitmap' | 'deficits';
}

export type GroupCount = 1 | 2 | 4;

/** What one member lacks of one block. */
export interface BlockStatus {
  readonly block: number;
  /**
   * `held`: every symbol is here, the disk has not confirmed it yet. `polluted`: they came out wrong together, and the
   * hashes to tell the good ones are missing.
   */
  readonly state: 'written' | 'held' | 'missing' | 'deficits' | 'polluted';
  /** For `missing`: bit i set where symbol i is missing; bytes of eight, low bit first. Empty otherwise. */
  readonly bitmap: Bytes;
  /** For `deficits`: how many more symbols each group needs. Empty otherwise. */
  readonly deficits: readonly number[];
}

/**
 * What one member saw of the symbols sent, as of the last TICK that it heard: totals, so that the loss of a STATUS loses
 * nothing. Times in milliseconds; on the wire they are microseconds and, for queues, units of 10 µs.
 */
export interface ArrivalSample {
  /** The TICK's own count of symbols sent, modulo 2³². */
  readonly sent: number;
  /** Symbols that had arrived then, modulo 2³². */
  readonly received: number;
  /** When it arrived by the member's clock, modulo 2³² µs. */
  readonly arrivedAtUs: number;
  /** Queueing delay of the TICKs since the member's last STATUS. */
  readonly queueMinMs: number;
  readonly queueMaxMs: number;
  /** The standing queue. */
  readonly queueNowMs: number;
  /** That queue waits in the member's own machine, which is busy, and not on the way. */
  readonly isHostQueue: boolean;
}

export interface StatusFrame {
  readonly type: 'status';
  readonly transfer: TransferId;
  readonly member: MemberId;
  readonly poll: number;
  readonly needsRoot: boolean;
  /** Blocks on the disk. */
  readonly written: number;
  /** The lowest block that is not, or the block count. */
  readonly firstMissing: number;
  /** Bit i: block firstMissing + i is not on the disk; 256 bits. */
  readonly missingBlocks: Bytes;
  /** Blocks of which symbols are here but no page. */
  readonly pageless: readonly number[];
  /** None where no TICK came since the last STATUS. */
  readonly arrivals: ArrivalSample | undefined;
  readonly blocks: readonly BlockStatus[];
}

const STATE = ['written', 'held', 'missing', 'deficits', 'polluted'] as const;
const WANTS = ['bitmap', 'deficits'] as const;
const GROUP_COUNTS = [1, 2, 4] as const;
export const POLL_UNHEARD_ROUND = 4;

export function encodePoll(room: RoomId, poll: Omit<PollFrame, 'type'>): Bytes {
  const writer = controlFrame(FRAME.poll, room)
    .bytes(transferIdBytes(poll.transfer))
    .u32(poll.poll)
    .u8(poll.round)
    .u8(poll.blocks.length);
  for (const { block, groupCount, wants } of poll.blocks) {
    writer.u24(block).u8(GROUP_COUNTS.indexOf(groupCount)).u8(WANTS.indexOf(wants));
  }
  return writer.finish();
}

export function decodePoll(datagram: Bytes): PollFrame | undefined {
  const reader = new Reader(datagram);
  skipControlHeader(reader);
  const transfer = readTransferId(reader);
  const poll = reader.u32();
  const round = reader.u8();
  const blocks = reader.list(POLL_BLOCKS_MAX, () => {
    const block = reader.u24();
    const groupCount = GROUP_COUNTS[reader.u8()];
    const wants = WANTS[reader.u8()];
    reader.require(groupCount !== undefined && wants !== undefined);
    return { block, groupCount: groupCount ?? 1, wants: wants ?? 'bitmap' };
  });
  return reader.done() ? { type: 'poll', transfer, poll, round, blocks } : undefined;
}

const NEEDS_ROOT = 1;
const HAS_ARRIVALS = 2;
const IS_HOST_QUEUE = 4;
const ARRIVALS_BYTES = 18;
const QUEUE_UNITS_PER_MS = 100;

/** Bytes of a STATUS before its block entries, with `pagelessCount` of those and an `ArrivalSample`. */
export const statusFixedBytes = (pagelessCount: number): number =>
  5 + 16 + 16 + 4 + 1 + 4 + 3 + STATUS_BITMAP_BLOCKS / 8 + 1 + 3 * pagelessCount + ARRIVALS_BYTES + 1;
export const statusEntryBytes = (entry: BlockStatus): number =>
  3 + 1 + 2 + entry.bitmap.length + 1 + 2 * entry.deficits.length;

export function encodeStatus(room: RoomId, status: Omit<StatusFrame, 'type'>): Bytes {
  const flags =
    (status.needsRoot ? NEEDS_ROOT : 0) |
    (status.arrivals === undefined ? 0 : HAS_ARRIVALS) |
    (status.arrivals?.isHostQueue === true ? IS_HOST_QUEUE : 0);
  const writer = controlFrame(FRAME.status, room)
    .bytes(transferIdBytes(status.transfer))
    .bytes(memberIdBytes(status.member))
    .u32(status.poll)
    .u8(flags)
    .u32(status.written)
    .u24(status.firstMissing)
    .bytes(status.missingBlocks)
    .u8(status.pageless.length);
  for (const block of status.pageless) writer.u24(block);
  if (status.arrivals !== undefined) {
    const { sent, received, arrivedAtUs, queueMinMs, queueMaxMs, queueNowMs } = status.arrivals;
    writer.u32(sent).u32(received).u32(arrivedAtUs);
    for (const queue of [queueMinMs, queueMaxMs, queueNowMs])
      writer.u16(Math.min(0xffff, Math.round(queue * QUEUE_UNITS_PER_MS)));
  }
  writer.u8(status.blocks.length);
  for (const entry of status.blocks) {
    writer.u24(entry.block).u8(STATE.indexOf(entry.state));
    writer.u16(entry.bitmap.length).bytes(entry.bitmap).u8(entry.deficits.length);
    for (const deficit of entry.deficits) writer.u16(deficit);
  }
  return writer.finish();
}

export function decodeStatus(datagram: Bytes): StatusFrame | undefined {
  const reader = new Reader(datagram);
  skipControlHeader(reader);
  const transfer = readTransferId(reader);
  const member = readMemberId(reader);
  const poll = reader.u32();
  const flags = reader.u8();
  reader.require(flags <= (NEEDS_ROOT | HAS_ARRIVALS | IS_HOST_QUEUE));
  reader.require((flags & IS_HOST_QUEUE) === 0 || (flags & HAS_ARRIVALS) !== 0);
  const written = reader.u32();
  const firstMissing = reader.u24();
  const missingBlocks = reader.bytes(STATUS_BITMAP_BLOCKS / 8).slice();
  const pageless = reader.list(STATUS_BLOCKS_MAX, () => reader.u24());
  const arrivals =
    (flags & HAS_ARRIVALS) === 0 ? undefined : readArrivals(reader, (flags & IS_HOST_QUEUE) !== 0);
  const blocks = reader.list(STATUS_BLOCKS_MAX, () => readBlockStatus(reader));
  if (!reader.done()) return undefined;
  return {
    type: 'status',
    transfer,
    member,
    poll,
    needsRoot: (flags & NEEDS_ROOT) !== 0,
    written,
    firstMissing,
    missingBlocks,
    pageless,
    arrivals,
    blocks,
  };
}

function readArrivals(reader: Reader, isHostQueue: boolean): ArrivalSample {
  const queue = (): number => reader.u16() / QUEUE_UNITS_PER_MS;
  return {
    sent: reader.u32(),
    received: reader.u32(),
    arrivedAtUs: reader.u32(),
    queueMinMs: queue(),
    queueMaxMs: queue(),
    queueNowMs: queue(),
    isHostQueue,
  };
}

function readBlockStatus(reader: Reader): BlockStatus {
  const block = reader.u24();
  const state = STATE[reader.u8()];
  const bitmap = reader.bytes(reader.u16()).slice();
  const deficits = reader.list(4, () => reader.u16());
  reader.require(state !== undefined && (state === 'missing') === bitmap.length > 0);
  reader.require((state === 'deficits') === deficits.length > 0);
  return { block, state: state ?? 'written', bitmap, deficits };
}

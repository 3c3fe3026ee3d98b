/**
 * The sender's feedback from very many receivers (protocol.md §7.8).
 *
 * Theory of operation. Blocks whose pass is over are asked about, several at a time. Members that lack something report
 * it to everybody after a delay, those that lack most first, and who hears as much reported is silent. When the window of
 * an ask is over, each of its blocks is sent what the worst report says, or, after ASK_QUIET_COUNT windows without any
 * report, closed. Closing is a guess: a member that it leaves behind says so in a STATUS, and the block is read and
 * opened again. What members have written is only ever learned from STATUS and HAVE, by roll-call.
 *
 * Invariants: a report never makes less repair; nothing here marks a member as complete; what one member can cause is
 * bounded by RepairBudget, and a member that was cut off by it is named in the next asks, so that nobody relies on it.
 */
import type { MemberId } from '../../base/ids.ts';
import type { Context } from '../context.ts';
import {
  ASK_ALONE_MEMBER_MS,
  ASK_MUTED_MAX,
  ASK_QUIET_COUNT,
  ASK_ROUNDS_MAX,
  ASK_SPACING_MS,
  ASK_WINDOW_MAX_MS,
  ASK_WINDOW_MS,
  BLOCKS_MAX,
  MEMBERS_MAX,
  MUTED_MS,
  POLL_BLOCKS_MAX,
  POLL_READY_BLOCKS,
  SEND_WINDOW_BLOCKS,
} from '../limits.ts';
import { encodeAsk, encodeRoll, namePrefix } from '../wire/ask.ts';
import type { ReportFrame } from '../wire/ask.ts';
import type { StatusFrame } from '../wire/poll.ts';
import { Bitset } from './bitset.ts';
import type { FileOffer } from './file.ts';
import type { OpenBlock } from './open-block.ts';
import type { Receiver } from './receiver.ts';
import type { Receivers } from './receivers.ts';
import { RepairBudget } from './repair-budget.ts';
import { Reported } from './reported.ts';
import { RollCall } from './roll-call.ts';
import type { Steered } from './roll-call.ts';
import type { SignedQueue } from './signed-queue.ts';
import type { SourcePort } from './source-port.ts';
import type { Stream } from './stream.ts';

/** What the sender of the file lends to its feedback. */
export interface ManyHost {
  readonly offer: FileOffer;
  readonly stream: Stream;
  readonly context: Context;
  readonly receivers: Receivers;
  readonly source: SourcePort;
  readonly open: Map<number, OpenBlock>;
  readonly small: SignedQueue;
  /** Begins the pass that sends what was reported of a block. */
  startRepair(block: OpenBlock): void;
  /** Learns from a block's `worstLoss`. */
  reportLoss(block: OpenBlock): void;
  close(now: number, block: OpenBlock): void;
  readonly pace: Steered & { readonly bytesPerMs: number };
  isFinal(): boolean;
}

/** Blocks over which the pace is measured: more than a window, which is opened at once. */
const PACE_BLOCKS = 2 * SEND_WINDOW_BLOCKS;
const NOBODY = '' as MemberId;
const NO_BITS = new Uint8Array(0);
/** Time beside the window: to the members and back, and late timers on both sides. */
const SLACK_MS = 8;
/** Blocks and passes that are told apart in what is expected. */
const SEEN_BLOCKS = 8;
const PASSES = 4;

export class ManyFeedback {
  private readonly host: ManyHost;
  private readonly rolls: RollCall;
  private readonly budget = new RepairBudget();
  private readonly reported = new Map<OpenBlock, Reported>();
  /** The asks whose windows are open, by block. */
  private readonly askOf = new Map<number, number>();
  private readonly mutedUntil = new Map<MemberId, number>();
  /** Of the latest blocks: the largest honoured deficit after each pass, and the loss in the first. */
  private readonly seen: number[][] = Array.from({ length: PASSES }, () => []);
  private readonly losses: number[] = [];
  private ask = 0;
  private askedAt = -Infinity;
  private readonly openedAt: number[] = [];
  private pace = Infinity;

  constructor(now: number, host: ManyHost) {
    this.host = host;
    this.rolls = new RollCall(now, host.receivers, host.pace);
  }

  // ---- what members say

  handleReport(now: number, report: ReportFrame): void {
    const { receivers, source, small, context } = this.host;
    const receiver = receivers.get(report.member);
    // Invented names are one: each alone would bring a new budget, and two of them bear each other out.
    const mayTake = receiver?.state === 'wanted' || receiver?.state === 'present';
    const account = mayTake ? report.member : NOBODY;
    // Everybody was told that it covers nobody.
    if ((this.mutedUntil.get(account) ?? 0) > now) return context.count('report-muted');
    receiver?.heard(now);
    for (const need of report.needs) {
      const block = this.host.open.get(need.block);
      if (block === undefined || this.askOf.get(need.block) !== report.ask) continue;
      if (need.kind === 'page') small.page(now, source.pageOf(need.block));
      if (!this.reportedOf(block).add(account, need)) context.count('report-malformed');
    }
  }

  /** A STATUS: how many whole blocks wait for that member's disk. */
  handleStatus(status: StatusFrame): void {
    this.rolls.sampled(status.blocks.filter(({ state }) => state === 'held').length);
  }

  /** Whether the rate goes by what this one says of it: by those that are heard often. */
  isSteeredBy(receiver: Receiver): boolean {
    return this.rolls.isInPanel(receiver);
  }

  progressed(): void {
    this.rolls.progressed();
  }

  // ---- time

  /** Nobody wants anything now. Who comes late goes on with the numbers that the others have seen. */
  rest(): void {
    this.reported.clear();
    this.askOf.clear();
    this.openedAt.length = 0;
  }

  /** A new block may be opened: most members' disks follow. */
  get mayOpen(): boolean {
    return !this.rolls.disksAreBehind;
  }

  /** A block was opened, to be sent from now on. */
  opened(now: number, bytes: number): void {
    this.rolls.sent(bytes);
    this.openedAt.push(now);
    if (this.openedAt.length > PACE_BLOCKS) this.openedAt.shift();
    const [first] = this.openedAt as [number];
    this.pace = now > first ? ((this.openedAt.length - 1) * bytes) / (now - first) : Infinity;
  }

  /** Bytes of new data a millisecond: what goes out, where that is less than what may. */
  get freshBytesPerMs(): number {
    return Math.min(this.pace, this.host.pace.bytesPerMs);
  }

  /** When `run` next has something to do. */
  dueAt(now: number): number {
    let ready = 0;
    let isSending = !this.host.small.isEmpty();
    let at = this.rolls.dueAt(now, this.host.isFinal());
    for (const block of this.host.open.values()) {
      if (block.phase === 'sending') isSending = true;
      else if (block.phase === 'ready') ready++;
      else at = Math.min(at, block.answerBy);
    }
    // While there is something to send, several blocks share an ask.
    if (ready >= POLL_READY_BLOCKS || (ready > 0 && !isSending)) return Math.min(at, now);
    return ready > 0 ? Math.min(at, Math.max(now, this.askedAt + ASK_SPACING_MS)) : at;
  }

  run(now: number): void {
    const { host } = this;
    this.budget.setRate(this.freshBytesPerMs);
    for (const block of host.open.values())
      if (block.phase === 'polled' && block.answerBy <= now) this.settle(now, block);
    for (const block of this.reported.keys())
      if (host.open.get(block.index) !== block) this.reported.delete(block);
    const ready = [...host.open.values()].filter((block) => block.phase === 'ready');
    if (ready.length > 0) this.sendAsk(now, ready.slice(0, POLL_BLOCKS_MAX));
    const isFinal = host.isFinal();
    const roll = this.rolls.next(now, isFinal);
    if (roll === undefined) return;
    if (isFinal) host.small.root(now, host.source.root);
    const names = roll.names.map(namePrefix);
    host.small.pushFirst(
      encodeRoll(host.offer.room, { ...roll, transfer: host.stream.id, members: this.memberCount, names }),
    );
  }

  // ---- inside

  private get memberCount(): number {
    return Math.min(MEMBERS_MAX, this.host.receivers.takers(false));
  }

  private sendAsk(now: number, blocks: readonly OpenBlock[]): void {
    const { offer, stream, source, small } = this.host;
    this.ask++;
    this.askedAt = now;
    for (const [member, until] of this.mutedUntil) if (until <= now) this.mutedUntil.delete(member);
    // Those that nobody can be told of by name: nobody holds back for anybody.
    const alone = this.mutedUntil.has(NOBODY) || this.mutedUntil.size > ASK_MUTED_MAX;
    const members = this.memberCount;
    const windowMs = alone
      ? Math.min(ASK_WINDOW_MAX_MS, ASK_WINDOW_MS + Math.ceil(members * ASK_ALONE_MEMBER_MS))
      : ASK_WINDOW_MS;
    let firstOpen = Math.min(source.nextBlock, BLOCKS_MAX - 1);
    for (const block of this.host.open.values())
      if (block.fresh) firstOpen = Math.min(firstOpen, block.index);
    for (const block of blocks) {
      block.polled(this.ask, [], now + windowMs + SLACK_MS);
      this.askOf.set(block.index, this.ask);
      // With a thousand members somebody loses each page; it is repeated before anybody must ask.
      small.page(now, source.pageOf(block.index));
    }
    const frame = {
      transfer: stream.id,
      ask: this.ask,
      members,
      windowMs,
      firstOpen,
      alone,
      blocks: blocks.map((block) => ({
        block: block.index,
        groupCount: block.groupCount,
        worst: Math.round(median(this.seen[Math.min(block.pass, PASSES - 1)] as number[])),
      })),
      muted: alone ? [] : [...this.mutedUntil.keys()].map(namePrefix),
    };
    small.pushFirst(encodeAsk(offer.room, frame));
  }

  /** The window of a block is over. */
  private settle(now: number, block: OpenBlock): void {
    const reported = this.reportedOf(block);
    const deficits = this.honoured(now, block, reported);
    this.learn(block, deficits);
    if (!reported.wasHeard) {
      if (++reported.quiet >= ASK_QUIET_COUNT) return this.close(now, block);
    } else {
      reported.quiet = 0;
      if (++reported.rounds > ASK_ROUNDS_MAX) return this.close(now, block);
      this.repair(now, block, reported, deficits);
    }
    reported.restart();
    // Nothing to send, for now or at all: asked about again.
    if (block.phase === 'polled') block.phase = 'ready';
  }

  private close(now: number, block: OpenBlock): void {
    this.reported.delete(block);
    this.askOf.delete(block.index);
    this.host.close(now, block);
  }

  /** What was reported, less what members ask that have used up their share. */
  private honoured(now: number, block: OpenBlock, reported: Reported): number[] {
    const refused = new Set<MemberId>();
    for (const [member, symbols] of reported.excesses())
      if (!this.allows(now, block, member, symbols)) refused.add(member);
    return reported.deficits((member) => refused.has(member));
  }

  /** What to expect of the next block. A liar is honoured now and then: the median does not follow it. */
  private learn(block: OpenBlock, deficits: readonly number[]): void {
    const pass = Math.min(block.pass, PASSES - 1);
    const seen = this.seen[pass] as number[];
    seen.push(Math.max(...deficits));
    if (seen.length > SEEN_BLOCKS) seen.shift();
    if (block.pass > 0) return;
    const share = block.repairShare;
    const total = deficits.reduce((sum, deficit) => sum + deficit, 0);
    this.losses.push((total / block.symbolCount + share) / (1 + share));
    if (this.losses.length > SEEN_BLOCKS) this.losses.shift();
    block.worstLoss = Math.min(1, median(this.losses));
    this.host.reportLoss(block);
  }

  private repair(now: number, block: OpenBlock, reported: Reported, deficits: readonly number[]): void {
    const { symbolBytes } = block;
    if (reported.isPolluted && !block.isPolluted && reported.pollutedBy !== undefined) {
      if (!this.allows(now, block, reported.pollutedBy, block.symbolCount)) return;
      block.pollute();
      this.host.small.symbols(now, block);
      return this.resend(
        block,
        Array.from({ length: block.groupCount }, (_, group) => group),
      );
    }
    const symbols = deficits.reduce((sum, deficit) => sum + deficit, 0);
    if (symbols === 0) return;
    if (!this.budget.chargeTotal(now, symbols * symbolBytes)) return this.host.context.count('repair-budget');
    const isLarge = (deficit: number, group: number): boolean =>
      deficit > 0 && (block.isPolluted || deficit > block.groupSize(group) / 2);
    const few = deficits.map((deficit, group) => (isLarge(deficit, group) ? 0 : deficit));
    const large = deficits.flatMap((deficit, group) => (isLarge(deficit, group) ? [group] : []));
    if (few.some((deficit) => deficit > 0))
      block.report(NOBODY, { block: block.index, state: 'deficits', bitmap: NO_BITS, deficits: few });
    this.resend(block, large);
  }

  /** Plain symbols of these groups again, where decoding most of a group would cost more; and what was reported. */
  private resend(block: OpenBlock, groups: readonly number[]): void {
    if (groups.length > 0) {
      const bits = new Bitset(block.symbolCount);
      for (let symbol = 0; symbol < block.symbolCount; symbol++)
        if (groups.includes(symbol % block.groupCount)) bits.add(symbol);
      block.report(NOBODY, {
        block: block.index,
        state: 'missing',
        bitmap: bits.bytes,
        deficits: [],
      });
    }
    this.host.startRepair(block);
  }

  private allows(now: number, block: OpenBlock, member: MemberId, symbols: number): boolean {
    if (this.budget.charge(now, member, symbols * block.symbolBytes)) return true;
    this.host.context.count('repair-budget');
    // A block that was opened again for one that lags waits until its share allows.
    if (!block.fresh) return false;
    this.mutedUntil.delete(member);
    // Bounded by one more than fit an ask, and those without a name.
    if (this.mutedUntil.size <= ASK_MUTED_MAX + 1) this.mutedUntil.set(member, now + MUTED_MS);
    return false;
  }

  private reportedOf(block: OpenBlock): Reported {
    const known = this.reported.get(block);
    if (known !== undefined) return known;
    const sizes = Array.from({ length: block.groupCount }, (_, group) => block.groupSize(group));
    const made = new Reported(sizes);
    this.reported.set(block, made);
    return made;
  }
}

/** The upper one of two in the middle; 0 of nothing. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

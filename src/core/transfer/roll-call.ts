/**
 * Which members of a large transfer answer by themselves, and when: all feedback that is not a report is asked for by
 * name, so the sender decides how much of it there is (protocol.md §7.8). Three reasons: members that have not said
 * whether they want the file; a sample, while it is sent, of who has written what; at the end, whoever has not said that
 * it is complete.
 */
import type { MemberId } from '../../base/ids.ts';
import {
  HELD_BLOCKS_HIGH,
  HELD_SAMPLES,
  ROLL_INTRODUCE_ROUNDS,
  ROLL_MEMBER_MS,
  ROLL_NAMES_MAX,
  ROLL_STATUS_BYTES,
  ROLL_STATUS_SHARE,
} from '../limits.ts';
import type { Receiver } from './receiver.ts';
import type { Receivers } from './receivers.ts';

/** Round trips and work of members, beside the spread of their answers. */
const SLACK_MS = 30;
/** Names of a sample at least, so that a ROLL is worth its bytes. */
const SAMPLE_MIN = 8;
/** Members heard several times in a row, and how long until one of them is replaced. */
const PANEL_MEMBERS = 6;
const PANEL_TURN_MS = 5000;
const FINAL_WAIT_MAX_MS = 500;

export interface Roll {
  readonly introduce: boolean;
  readonly windowMs: number;
  readonly names: readonly MemberId[];
}

/** The pace that the reports of a few steer. */
export interface Steered {
  reportIntervalMs(memberCount: number): number;
  forget(member: MemberId): void;
}

export class RollCall {
  private readonly receivers: Receivers;
  private readonly pace: Steered;
  private introductions = 0;
  private introduceAt: number;
  /** Bytes of answers that what was sent allows. */
  private credit = ROLL_NAMES_MAX * ROLL_STATUS_BYTES;
  private offset = 0;
  private panel: Receiver[] = [];
  private replacedAt = -Infinity;
  private sampledAt = -Infinity;
  private finalAt = Infinity;
  private finalWaitMs = SLACK_MS;
  private rolls = 0;
  /** How many blocks members held that were not on their disks, latest last. */
  private readonly held: number[] = [];

  constructor(now: number, receivers: Receivers, pace: Steered) {
    this.receivers = receivers;
    this.pace = pace;
    this.introduceAt = now + ROLL_MEMBER_MS * receivers.size + SLACK_MS;
  }

  /** Bytes of the file went out. */
  sent(bytes: number): void {
    this.credit = Math.min(this.credit + ROLL_STATUS_SHARE * bytes, ROLL_NAMES_MAX * ROLL_STATUS_BYTES);
  }

  /** A STATUS came: how many whole blocks that member has in memory. */
  sampled(heldBlocks: number): void {
    this.held.push(heldBlocks);
    if (this.held.length > HELD_SAMPLES) this.held.shift();
  }

  /** More than a quarter of the members write more slowly than they receive. */
  get disksAreBehind(): boolean {
    const sorted = this.held.toSorted((a, b) => a - b);
    return (sorted[Math.floor(0.75 * sorted.length)] ?? 0) >= HELD_BLOCKS_HIGH;
  }

  /** When `next` has something; `isFinal`: everything was sent and closed. */
  dueAt(now: number, isFinal: boolean): number {
    if (isFinal) return this.finalAt === Infinity ? now : this.finalAt;
    const introduceAt = this.introductions < ROLL_INTRODUCE_ROUNDS ? this.introduceAt : Infinity;
    return Math.max(now, Math.min(this.sampleAt(), introduceAt));
  }

  /** The next roll that is due, or undefined. */
  next(now: number, isFinal: boolean): Roll | undefined {
    if (isFinal) return this.final(now);
    this.finalAt = Infinity;
    if (this.introductions < ROLL_INTRODUCE_ROUNDS && this.introduceAt <= now) return this.introduce(now);
    return this.sampleAt() <= now ? this.sample(now) : undefined;
  }

  /** Something was heard that is new: whoever is left may answer soon. */
  progressed(): void {
    this.finalWaitMs = SLACK_MS;
  }

  private sampleAt(): number {
    // While disks are behind nothing is sent that would earn an answer, and only an answer ends that.
    const mayAsk = this.credit >= SAMPLE_MIN * ROLL_STATUS_BYTES || this.disksAreBehind;
    return mayAsk ? this.sampledAt + this.pace.reportIntervalMs(PANEL_MEMBERS) : Infinity;
  }

  private introduce(now: number): Roll | undefined {
    const undecided = this.receivers.undecided();
    const parts = Math.ceil(undecided.length / ROLL_NAMES_MAX);
    const first = parts === 0 ? 0 : (this.introductions % parts) * ROLL_NAMES_MAX;
    const named = undecided.slice(first, first + ROLL_NAMES_MAX);
    this.introductions++;
    // Ever more slowly: most that are left are people who think about it.
    this.introduceAt = now + (ROLL_MEMBER_MS * named.length + SLACK_MS) * 2 ** (this.introductions / 2);
    return roll(named, true);
  }

  private sample(now: number): Roll | undefined {
    this.sampledAt = now;
    const wanting = this.receivers.wanting();
    // What was saved up is for the start, when nothing is known of the rate: no more than twice the least at once.
    const affordable = Math.min(2 * SAMPLE_MIN, Math.floor(this.credit / ROLL_STATUS_BYTES));
    const count = Math.min(wanting.length, Math.max(SAMPLE_MIN, affordable));
    this.credit = Math.max(0, this.credit - count * ROLL_STATUS_BYTES);
    this.choosePanel(now, wanting);
    const others = this.rotate(wanting, count - this.panel.length);
    return roll([...new Set([...this.panel, ...others])], false);
  }

  /** It is heard often: the rate goes by it. */
  isInPanel(receiver: Receiver): boolean {
    return this.panel.includes(receiver);
  }

  /** The rate is steered by how a member's reports change, so a few are heard often; one after the other is replaced. */
  private choosePanel(now: number, wanting: readonly Receiver[]): void {
    const before = this.panel;
    this.panel = before.filter((receiver) => receiver.isActive(now));
    if (this.panel.length === PANEL_MEMBERS && now - this.replacedAt >= PANEL_TURN_MS) this.panel.shift();
    for (const receiver of before) if (!this.panel.includes(receiver)) this.pace.forget(receiver.id);
    while (this.panel.length < Math.min(PANEL_MEMBERS, wanting.length)) {
      this.replacedAt = now;
      const [next] = this.rotate(wanting, 1) as [Receiver];
      if (this.panel.includes(next)) break;
      this.panel.push(next);
    }
  }

  private final(now: number): Roll | undefined {
    const wanting = this.receivers.wanting();
    if (this.finalAt === Infinity) {
      // Whoever completes says so by itself within this.
      this.finalAt = now + ROLL_MEMBER_MS * this.receivers.size + 2 * SLACK_MS;
      return undefined;
    }
    if (this.finalAt > now) return undefined;
    this.rolls++;
    const named = this.rotate(wanting, ROLL_NAMES_MAX);
    // Whatever is heard of it takes that back.
    for (const receiver of named) receiver.missedPoll(this.rolls);
    const next = roll(named, false);
    this.finalAt = now + (next?.windowMs ?? 0) + this.finalWaitMs;
    this.finalWaitMs = Math.min(FINAL_WAIT_MAX_MS, 1.5 * this.finalWaitMs);
    return next;
  }

  private rotate(all: readonly Receiver[], count: number): Receiver[] {
    const taken = Math.min(count, all.length);
    const start = all.length === 0 ? 0 : this.offset % all.length;
    this.offset = start + taken;
    return Array.from({ length: taken }, (_, i) => all[(start + i) % all.length] as Receiver);
  }
}

function roll(named: readonly Receiver[], introduce: boolean): Roll | undefined {
  if (named.length === 0) return undefined;
  return { introduce, windowMs: Math.ceil(ROLL_MEMBER_MS * named.length), names: named.map(({ id }) => id) };
}

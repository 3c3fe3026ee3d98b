/**
 * Our part in keeping one file alive (protocol.md §7.11): what we say we have and want, and when we serve it to others.
 *
 * Theory of operation. While the author serves, nobody needs this: a receiver says now and then which blocks it has, so
 * that the author knows what only it has. Whoever is not served by the author says that it wants the file; whoever has
 * something of it answers, and after SETTLE_HOLDERS_MS, when all have been heard, opens a stream if the plan has a share
 * for it (`holders.ts`). All of it is soft state: everybody concerned repeats itself, and who falls silent is out.
 */
import type { MemberId } from '../../base/ids.ts';
import { control } from '../context.ts';
import type { Context } from '../context.ts';
import {
  HOLD_LIVE_INTERVALS,
  HOLD_LONELY_MAX_MS,
  HOLD_RANGES_MAX,
  HOLD_SPACING_MIN_MS,
  HOLD_SPREAD_MEMBER_MS,
  HOLD_SPREAD_MS,
  SERVERS_MAX,
  SETTLE_HOLDERS_MAX_MS,
  SETTLE_HOLDERS_MS,
} from '../limits.ts';
import type { Roster } from '../membership/roster.ts';
import { encodeHold } from '../wire/hold.ts';
import type { HoldFrame } from '../wire/hold.ts';
import { signFrame } from '../wire/signing.ts';
import type { Bitset } from './bitset.ts';
import { rangesOf } from './block-ranges.ts';
import type { FileOffer } from './file.ts';
import { Holders } from './holders.ts';

/** The file that is held. */
export interface HeldFile {
  readonly offer: FileOffer;
  /** Our own: its stream is open by itself. */
  readonly isAuthor: boolean;
  readonly isComplete: boolean;
  /** On the disk; not looked at where it is complete. */
  readonly written: Bitset;
  /** What we have may be told and served. */
  readonly mayServe: boolean;
  /** It comes in. */
  readonly isTaking: boolean;
  /** We lack something, and its author does not serve us. */
  wants(now: number): boolean;
  /** What another member says. */
  heard(now: number, hold: HoldFrame): void;
}

/** Our stream of somebody else's file. */
export interface HeldStream {
  planChanged(now: number): void;
}

export interface HoldingHost {
  openStream(now: number): HeldStream;
  closeStream(stream: HeldStream): void;
}

/** How often the plan is looked at while somebody goes without, and how often whether we do. */
const REVIEW_MS = 250;
const REVIEW_CALM_MS = 1000;
const JUDGE_MS = 500;
/** What a receiver has is told this much more seldom while nobody goes without. */
const CALM_INTERVALS = 2;
/** An author that is back says so three times, in case nobody heard it. */
const ANNOUNCEMENTS = 3;
/** Who was asked for a file that others have in full as well is silent where so many have answered. */
const ANSWERS_ENOUGH = 2;
/** Faults of our disk after which we hold the file no more, and how long we do not after each. */
const FAULTS_MAX = 3;
const FAULT_PAUSE_MS = 3000;

export class Holding {
  readonly holders: Holders;
  private readonly context: Context;
  private readonly roster: Roster;
  private readonly file: HeldFile;
  private readonly host: HoldingHost;
  private stream: HeldStream | undefined;
  private sayAt = Infinity;
  private saidAt = -Infinity;
  private reviewAt = Infinity;
  private judgedAt = -Infinity;
  /** What we have has changed since we said it. */
  private isDirty = false;
  private wanted = false;
  /** Since when others go without, and we have something. */
  private othersWantSince = Infinity;
  private lonelyMs = 0;
  private announcements = 0;
  /** Somebody asked who has it, then. */
  private askedAt = Infinity;
  private faults = 0;
  private heldFrom = -Infinity;

  constructor(context: Context, roster: Roster, file: HeldFile, host: HoldingHost) {
    this.context = context;
    this.roster = roster;
    this.file = file;
    this.host = host;
    this.holders = new Holders(file.offer, context.self.id, roster);
  }

  // ---- what happens

  /** A HOLD whose signature is good. */
  handleHold(now: number, hold: HoldFrame): void {
    if (!this.holders.take(now, hold)) return;
    if (hold.asks && this.hasAny && this.file.mayServe) {
      this.askedAt = Math.min(this.askedAt, now);
      this.sayWithin(now, 2 * this.spreadMs);
    }
    if (hold.complete || hold.ranges.length > 0) this.lonelyMs = 0;
    this.file.heard(now, hold);
    this.review(now);
  }

  /** It begins to come in, ends, or is restored. */
  begin(now: number): void {
    this.saidAt = now;
    this.review(now);
  }
  changed(now: number): void {
    this.isDirty = true;
    this.review(now);
  }
  /** A block more is on the disk. */
  wrote(): void {
    this.isDirty = true;
  }
  /** We are back with it. */
  announce(now: number): void {
    this.announcements = ANNOUNCEMENTS;
    this.sayWithin(now, this.spreadMs);
  }
  memberJoined(now: number): void {
    this.lonelyMs = 0;
    if (this.wanted) this.sayWithin(now, this.spreadMs);
  }
  memberGone(now: number, id: MemberId): void {
    this.holders.gone(now, id);
    this.review(now);
  }
  /** Our disk does not give what it should; that costs the holding, not the file. */
  failed(now: number, forGood: boolean): void {
    this.faults = forGood ? FAULTS_MAX : this.faults + 1;
    this.heldFrom = this.faults >= FAULTS_MAX ? Infinity : now + FAULT_PAUSE_MS;
    this.review(now);
  }
  /** Nobody is to be served any more. */
  stop(): void {
    this.closeStream();
    this.sayAt = Infinity;
    this.reviewAt = Infinity;
    this.heldFrom = Infinity;
  }

  isMine(block: number): boolean {
    return this.holders.serverOf(block) === this.context.self.id;
  }

  // ---- time

  nextTimeout(): number {
    return Math.min(this.sayAt, this.reviewAt);
  }

  handleTimeout(now: number): void {
    if (this.sayAt <= now) this.sayIfDue(now);
    if (this.reviewAt <= now) this.review(now);
  }

  // ---- inside

  private review(now: number): void {
    const { holders, file } = this;
    if (now - this.judgedAt >= JUDGE_MS) {
      this.judgedAt = now;
      holders.judge(now);
    }
    const isChanged = holders.plan(now);
    this.reviewWanting(now);
    this.reviewOthers(now);
    if (!file.isAuthor) this.reviewStream(now, isChanged);
    const takesPart = this.wanted || this.othersWantSince < Infinity;
    if (takesPart) this.repeat(now);
    else if (file.isTaking && this.isDirty && now - this.saidAt >= CALM_INTERVALS * holders.intervalMs)
      this.sayWithin(now, this.spreadMs);
    const calmAt = file.isTaking ? now + REVIEW_CALM_MS : Infinity;
    this.reviewAt = takesPart || this.stream !== undefined ? now + REVIEW_MS : calmAt;
  }

  private reviewWanting(now: number): void {
    const wants = this.file.wants(now);
    if (wants === this.wanted) return;
    this.wanted = wants;
    this.lonelyMs = 0;
    // Also that we want it no more: whoever serves us need not.
    this.sayWithin(now, this.spreadMs);
  }

  private reviewOthers(now: number): void {
    const mayHold = this.hasAny && this.heldFrom <= now && (this.file.mayServe || this.file.isAuthor);
    const mine = this.file.isComplete ? 'all' : this.file.written;
    if (!mayHold || !this.holders.isWanted(now, mine)) {
      this.othersWantSince = Infinity;
      return;
    }
    if (this.othersWantSince < Infinity) return;
    this.othersWantSince = now;
    this.sayWithin(now, this.file.isAuthor ? HOLD_SPREAD_MS / 4 : this.spreadMs);
  }

  private reviewStream(now: number, isChanged: boolean): void {
    const { holders } = this;
    const settleMs = SETTLE_HOLDERS_MS + 2 * HOLD_SPREAD_MEMBER_MS * this.roster.size;
    const serves =
      now - this.othersWantSince >= Math.min(SETTLE_HOLDERS_MAX_MS, settleMs) &&
      !holders.authorServes &&
      holders.isServer(this.context.self.id);
    if (!serves) this.closeStream();
    else if (this.stream === undefined) {
      this.stream = this.host.openStream(now);
      this.sayWithin(now, 0);
    } else if (isChanged) this.stream.planChanged(now);
  }

  private closeStream(): void {
    if (this.stream !== undefined) this.host.closeStream(this.stream);
    this.stream = undefined;
  }

  /** Who goes without, and who serves, says so again and again: who falls silent is out of the plan. */
  private repeat(now: number): void {
    const { intervalMs } = this.holders;
    const isLonely = this.wanted && !this.holders.othersHave(now);
    const waitMs = isLonely ? Math.max(intervalMs, this.lonelyMs) : intervalMs;
    if (now - this.saidAt < waitMs || this.sayAt < Infinity) return;
    if (isLonely) this.lonelyMs = Math.min(HOLD_LONELY_MAX_MS, 2 * waitMs);
    this.sayWithin(now, this.spreadMs);
  }

  private sayWithin(now: number, spreadMs: number): void {
    const at = Math.max(now + this.context.random.next() * spreadMs, this.saidAt + HOLD_SPACING_MIN_MS);
    this.sayAt = Math.min(this.sayAt, at);
  }

  private sayIfDue(now: number): void {
    this.sayAt = Infinity;
    const wasAsked = this.askedAt < Infinity;
    const { askedAt } = this;
    this.askedAt = Infinity;
    const isConcerned = this.wanted || this.stream !== undefined || this.announcements > 0 || this.isDirty;
    if (wasAsked && !isConcerned && this.holders.wholeSince(askedAt) >= ANSWERS_ENOUGH) return;
    if (!this.wanted && this.isOneTooMany(now)) return;
    this.say(now);
    if (this.announcements > 0 && --this.announcements > 0) this.sayAt = now + this.holders.intervalMs;
  }

  /** Enough others have the whole file and said so: the plan needs no more. */
  private isOneTooMany(now: number): boolean {
    const { file, holders } = this;
    if (file.isAuthor || !file.isComplete || this.stream !== undefined) return false;
    if (holders.isServer(this.context.self.id)) return false;
    return holders.wholeSince(now - HOLD_LIVE_INTERVALS * holders.intervalMs) >= SERVERS_MAX;
  }

  private say(now: number): void {
    const { file, context, holders } = this;
    const { self, crypto } = context;
    const hold = {
      member: self.id,
      complete: file.isComplete,
      serving: file.isAuthor ? file.mayServe : this.stream !== undefined,
      wants: this.wanted && !file.isComplete,
      ranges: file.isComplete ? [] : rangesOf(file.written, HOLD_RANGES_MAX),
    };
    this.saidAt = now;
    this.isDirty = false;
    holders.noteSelf(now, hold);
    const { id: transfer, room } = file.offer;
    const { incarnation } = self;
    const frame = { ...hold, transfer, incarnation, counter: context.nextCounter(), asks: false };
    context.send(control(room), signFrame(crypto, 'hold', room, encodeHold(room, frame)));
  }

  private get hasAny(): boolean {
    return this.file.isComplete || this.file.written.count > 0;
  }
  private get spreadMs(): number {
    return HOLD_SPREAD_MS + HOLD_SPREAD_MEMBER_MS * this.roster.size;
  }
}

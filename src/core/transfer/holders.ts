/**
 * Who has what of one file, as signed HOLDs say it, and the plan that follows from them: which of those who are there
 * serves a block (protocol.md §7.11).
 *
 * Theory of operation. Everybody hears the same HOLDs, so everybody computes the same plan, and nobody has to be told
 * what to do: while the author serves, it serves all; else each block goes by rendezvous hashing to one of the members that
 * have the whole file, at most SERVERS_MAX of them; else to one of those that have the block. When one falls silent the
 * others' shares grow by its own, and nothing else moves. Views differ for a moment when something changes; that costs
 * a few symbols twice, and nothing more.
 *
 * What a member says it has is only believed as long as blocks of it arrive: whoever ought to serve something that
 * somebody lacks, and of whose share nothing gets written for SERVER_PATIENCE_MS, is passed over for a while, ever
 * longer. Where that would leave nobody, all count again. So a liar costs one such time.
 */
import type { MemberId } from '../../base/ids.ts';
import { mix } from '../fec/code.ts';
import {
  DUTY_BLOCKS,
  HOLDERS_MAX,
  HOLD_INTERVAL_MIN_MS,
  HOLD_LIVE_INTERVALS,
  HOLD_SPACING_MEMBER_MS,
  SEND_WINDOW_BLOCKS,
  SERVER_PATIENCE_MS,
  SERVERS_MAX,
  SKIP_MAX_MS,
  SKIP_MIN_MS,
} from '../limits.ts';
import type { Roster } from '../membership/roster.ts';
import type { BlockRange, HoldFrame } from '../wire/hold.ts';
import type { Bitset } from './bitset.ts';
import { firstBeside, holdsBlock, newlyHeld } from './block-ranges.ts';
import type { FileOffer } from './file.ts';

/** A HOLD, as far as it says what somebody has. */
export type Holding = Pick<HoldFrame, 'member' | 'complete' | 'serving' | 'wants' | 'ranges'>;

interface Row {
  readonly member: MemberId;
  /** Of the member's id, for the hash. */
  readonly word: number;
  incarnation: string;
  counter: number;
  heardAt: number;
  complete: boolean;
  serving: boolean;
  wants: boolean;
  ranges: readonly BlockRange[];
  /** A block that it had to serve was written somewhere. */
  usefulAt: number;
  /** Since when somebody lacks a block that it has to serve. */
  onDutySince: number;
  skippedUntil: number;
  skipMs: number;
}

/** Wanters that are looked at to see who has something to do. */
const WANTERS_JUDGED_MAX = 8;
const PATIENCE_INTERVALS = 6;

export class Holders {
  private readonly offer: FileOffer;
  private readonly self: MemberId;
  private readonly roster: Roster;
  private readonly rows = new Map<MemberId, Row>();
  /** The plan. */
  private author: Row | undefined;
  private whole: readonly Row[] = [];
  private partial: readonly Row[] = [];

  constructor(offer: FileOffer, self: MemberId, roster: Roster) {
    this.offer = offer;
    this.self = self;
    this.roster = roster;
  }

  /** How often everybody concerned says HOLD. */
  get intervalMs(): number {
    return Math.max(HOLD_INTERVAL_MIN_MS, HOLD_SPACING_MEMBER_MS * this.roster.size);
  }

  // ---- what is said

  /** A HOLD whose signature is good; false for one that is not newer than the last, or that there is no room for. */
  take(now: number, hold: HoldFrame): boolean {
    const known = this.rows.get(hold.member);
    if (known?.incarnation === hold.incarnation && hold.counter <= known.counter) return false;
    const row = known ?? this.admit(now, hold);
    if (row === undefined) return false;
    row.incarnation = hold.incarnation;
    row.counter = hold.counter;
    this.note(now, row, hold);
    return true;
  }

  /** What we say ourselves: the plan is made for us as for everybody. */
  noteSelf(now: number, hold: Holding): void {
    const row = this.rows.get(this.self) ?? this.admit(now, hold);
    if (row !== undefined) this.note(now, row, hold);
  }

  /** Said by a HAVE. */
  noteComplete(now: number, member: MemberId): void {
    const hold = { member, complete: true, serving: false, wants: false, ranges: [] };
    const known = this.rows.get(member);
    if (known !== undefined) this.note(now, known, { ...hold, serving: known.serving });
    // It is known to have the file, and does not serve it.
    else this.admit(-Infinity, hold);
  }

  /** It left, or takes no part any more. */
  gone(now: number, member: MemberId): void {
    if (this.rows.delete(member)) this.plan(now);
  }

  // ---- what follows

  /** Somebody else is there and goes without a block that we have: `mine`, or any. */
  isWanted(now: number, mine: Bitset | 'all'): boolean {
    for (const row of this.rows.values()) {
      if (!row.wants || row.member === this.self || !this.isLive(now, row)) continue;
      if (mine === 'all' || firstBeside(mine, row.ranges) >= 0) return true;
    }
    return false;
  }
  /** Somebody else is there who has something of it. */
  othersHave(now: number): boolean {
    for (const row of this.rows.values())
      if (row.member !== this.self && (row.complete || row.ranges.length > 0) && this.isLive(now, row))
        return true;
    return false;
  }
  /** How many others have said since then that they have all of it. */
  wholeSince(at: number): number {
    let count = 0;
    for (const row of this.rows.values())
      if (row.complete && row.member !== this.self && row.heardAt >= at) count++;
    return count;
  }
  /** The author is there and holds it back. */
  isHeldBack(now: number): boolean {
    const author = this.rows.get(this.offer.author);
    return author?.complete === true && !author.serving && this.isLive(now, author);
  }
  get authorServes(): boolean {
    return this.author !== undefined;
  }

  /** Makes the plan anew. True where it changed. */
  plan(now: number): boolean {
    const before = [this.author, ...this.whole, ...this.partial];
    const live = [...this.rows.values()].filter((row) => this.isLive(now, row));
    const author = live.find((row) => row.member === this.offer.author && row.serving);
    this.author = author !== undefined && author.skippedUntil <= now ? author : undefined;
    const others = live.filter((row) => row.member !== this.offer.author);
    const whole = trusted(
      now,
      others.filter((row) => row.complete),
    );
    this.whole = this.author === undefined ? whole.toSorted(byWord).slice(0, SERVERS_MAX) : [];
    const partial = others.filter((row) => row.ranges.length > 0);
    this.partial = this.author === undefined && whole.length === 0 ? trusted(now, partial) : [];
    const after = [this.author, ...this.whole, ...this.partial];
    return after.length !== before.length || after.some((row, i) => row !== before[i]);
  }

  /** Who is to serve a block, by the latest plan. */
  serverOf(block: number): MemberId | undefined {
    return this.rowFor(block)?.member;
  }
  isServer(member: MemberId): boolean {
    return (
      this.author?.member === member ||
      this.whole.some((row) => row.member === member) ||
      this.partial.some((row) => row.member === member)
    );
  }
  /** A server's part of the window that all of them share: receivers have room for one and a half. */
  get windowBlocks(): number {
    const servers = Math.max(1, this.whole.length, this.partial.length);
    return Math.max(2, Math.floor(SEND_WINDOW_BLOCKS / servers));
  }

  /** Passes over who does not serve what it ought to. True where somebody was. */
  judge(now: number): boolean {
    const onDuty = this.onDuty(now);
    const patienceMs = Math.max(SERVER_PATIENCE_MS, PATIENCE_INTERVALS * this.intervalMs);
    let wasAnybody = false;
    for (const row of this.rows.values()) {
      if (!onDuty.has(row)) row.onDutySince = Infinity;
      else if (row.onDutySince === Infinity) row.onDutySince = now;
      else if (now - Math.max(row.onDutySince, row.usefulAt) > patienceMs) {
        row.skippedUntil = now + row.skipMs;
        row.skipMs = Math.min(SKIP_MAX_MS, 2 * row.skipMs);
        row.onDutySince = Infinity;
        wasAnybody = true;
      }
    }
    return wasAnybody;
  }

  /** How many blocks fewer than `copies` others who are there have. */
  blocksBelow(copies: number): number {
    const others = [...this.rows.values()].filter(({ member }) => member !== this.self);
    const missing = copies - others.filter((row) => row.complete).length;
    if (missing <= 0) return 0;
    const edges = others
      .filter((row) => !row.complete)
      .flatMap((row) => row.ranges)
      .flatMap(({ first, count }) => [
        { at: first, by: 1 },
        { at: first + count, by: -1 },
      ])
      .toSorted((a, b) => a.at - b.at);
    let depth = 0;
    let covered = 0;
    edges.forEach(({ at, by }, i) => {
      depth += by;
      if (depth >= missing) covered += (edges[i + 1]?.at ?? at) - at;
    });
    return this.offer.blockCount - covered;
  }

  get size(): number {
    return this.rows.size;
  }

  // ---- inside

  private admit(heardAt: number, hold: Holding): Row | undefined {
    if (this.rows.size >= HOLDERS_MAX && !this.makeRoom(hold)) return undefined;
    const row: Row = {
      member: hold.member,
      word: Number.parseInt(hold.member.slice(0, 8), 16),
      incarnation: '',
      counter: -1,
      heardAt,
      complete: hold.complete,
      serving: hold.serving,
      wants: hold.wants,
      ranges: hold.ranges,
      usefulAt: -Infinity,
      onDutySince: Infinity,
      skippedUntil: -Infinity,
      skipMs: SKIP_MIN_MS,
    };
    this.rows.set(hold.member, row);
    return row;
  }

  /** Whoever has all of it, the author and we ourselves are worth more than one that has nothing. */
  private makeRoom(hold: Holding): boolean {
    if (!hold.complete && hold.member !== this.self && hold.member !== this.offer.author) return false;
    const [least] = [...this.rows.values()]
      .filter(({ member, complete }) => !complete && member !== this.self)
      .toSorted((a, b) => a.ranges.length - b.ranges.length);
    return least !== undefined && this.rows.delete(least.member);
  }

  private note(now: number, row: Row, hold: Holding): void {
    // Of what has been written since, whoever had to serve it has done so.
    if (row.wants)
      for (const block of newlyHeld(row.ranges, this.rangesOf(hold), DUTY_BLOCKS)) {
        const server = this.rowFor(block);
        if (server !== undefined) server.usefulAt = now;
      }
    row.heardAt = now;
    row.complete = hold.complete;
    row.serving = hold.serving;
    row.wants = hold.wants;
    row.ranges = hold.ranges;
  }

  private rangesOf(hold: Holding): readonly BlockRange[] {
    return hold.complete ? [{ first: 0, count: this.offer.blockCount }] : hold.ranges;
  }

  private isLive(now: number, row: Row): boolean {
    if (row.member !== this.self) {
      const member = this.roster.get(row.member);
      if (member === undefined || this.roster.removed.has(row.member)) return false;
    }
    return now - row.heardAt <= HOLD_LIVE_INTERVALS * this.intervalMs;
  }

  private rowFor(block: number): Row | undefined {
    if (this.author !== undefined) return this.author;
    if (this.whole.length > 0) return least(block, this.whole);
    return least(
      block,
      this.partial.filter((row) => holdsBlock(row.ranges, block)),
    );
  }

  /** Those that ought to serve something that somebody lacks. */
  private onDuty(now: number): Set<Row> {
    const rows = new Set<Row>();
    const wanters = [...this.rows.values()].filter((row) => row.wants && this.isLive(now, row));
    for (const { ranges } of wanters.slice(0, WANTERS_JUDGED_MAX)) {
      let looked = 0;
      for (let block = 0; block < this.offer.blockCount && looked < DUTY_BLOCKS; block++) {
        const within = ranges.find(({ first, count }) => block >= first && block < first + count);
        if (within !== undefined) block = within.first + within.count - 1;
        else {
          looked++;
          const server = this.rowFor(block);
          if (server !== undefined) rows.add(server);
        }
      }
    }
    return rows;
  }
}

const byWord = (a: Row, b: Row): number => a.word - b.word || (a.member < b.member ? -1 : 1);

/** Those that are not passed over; all of them where each is. */
function trusted(now: number, rows: readonly Row[]): readonly Row[] {
  const left = rows.filter((row) => row.skippedUntil <= now);
  return left.length > 0 ? left : rows;
}

/** Rendezvous hashing: whichever of them has the least hash with the block. */
function least(block: number, rows: readonly Row[]): Row | undefined {
  let chosen: Row | undefined;
  let lowest = Infinity;
  for (const row of rows) {
    const hash = mix((mix(block) + row.word) >>> 0);
    if (hash > lowest || (hash === lowest && chosen !== undefined && byWord(chosen, row) < 0)) continue;
    lowest = hash;
    chosen = row;
  }
  return chosen;
}

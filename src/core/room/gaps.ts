/**
 * What this member lacks of the log, and when it asks for it: negative acknowledgements with a random delay,
 * suppressed by hearing the same ask from somebody else, backed off, and given up for good only when nobody answers
 * (protocol.md §6.3; the scheme of RFC 5740 §5.3 without its fixed rounds).
 *
 * Wants come from *claims*: a HELLO or FRONTIER that names a newer record, or a record that names ancestors. Each
 * want is one sequence number of one author, or one record id where that place is already taken by another branch.
 */
import type { MemberId, RecordId } from '../../base/ids.ts';
import type { Random } from '../../base/prng.ts';
import {
  ASK_AHEAD_MAX,
  FLOOR_SETTLE_MS,
  NAK_ITEMS_MAX,
  NAK_RETRY_MIN_MS,
  NAK_SPREAD_BASE_MS,
  NAK_SPREAD_MAX_MS,
  NAK_TRIES_MAX,
  NAKS_PER_S,
  RECLAIM_AFTER_MS,
  RECORDS_ASKED_BURST,
  RECORDS_ASKED_PER_S,
  WAIVE_AFTER_MS,
  WANTS_MAX,
  WANTS_PER_AUTHOR_MAX,
} from '../limits.ts';
import { TokenBucket } from '../reliability/bucket.ts';
import type { NakFragments, NakFrame, NakRange } from '../wire/nak.ts';
import { recordPrefix } from '../wire/id-bytes.ts';
import type { RecordPrefix } from '../wire/id-bytes.ts';
import type { RecordRef } from '../wire/record.ts';
import { AskWindow } from './ask-window.ts';
import type { Chain } from './chain.ts';
import { Claims } from './claims.ts';
import type { Claim } from './claims.ts';
import type { RecordLog } from './log.ts';
import type { Reassembly } from './reassembly.ts';

interface Want {
  readonly author: MemberId;
  readonly sequence: number;
  /** Set where a certain branch is wanted rather than whatever is at the place. */
  readonly record: RecordPrefix | undefined;
  readonly id: RecordId | undefined;
  readonly since: number;
  /** When it was asked for first; Infinity before. */
  firstAskedAt: number;
  /** When it was asked for last, by us or by somebody who was heard. */
  askedAt: number;
  tries: number;
  nextAt: number;
  /** Asked for, and the wait for that is over. */
  isLate: boolean;
}

export interface GivenUp {
  readonly author: MemberId;
  readonly sequence: number;
  readonly id: RecordId | undefined;
  /** A whole window was asked for in vain: what lies between it and what is here will not be had either. */
  readonly isBarren: boolean;
}

const placeKey = (author: MemberId, sequence: number): string => `${author}:${sequence}`;
/** Its answer says how long answers take. */
const isFresh = (want: Want): boolean => want.tries === 1 && !want.isLate;
const ALL_FRAGMENTS = 0xffffffff;
/** Of a full window, so much has to come before more is asked for: few NAKs, of long ranges. */
const HELD_SHARE = 0.5;
/** Of the time that answers take, so much passes between two NAKs. */
const NAK_SPACING_SHARE = 0.25;

export class Gaps {
  private readonly wants = new Map<string, Want>();
  private readonly claims: Claims;
  private readonly log: RecordLog;
  private readonly reassembly: Reassembly;
  private readonly random: Random;
  private readonly budget = new TokenBucket(NAKS_PER_S / 1000, NAKS_PER_S / 4);
  /** In records: no more are asked for than can be verified. */
  private readonly recordBudget = new TokenBucket(RECORDS_ASKED_PER_S / 1000, RECORDS_ASKED_BURST);
  private readonly window = new AskWindow();
  /** Asked for, and the wait is not over. */
  private inFlight = 0;
  private nextNakAt = -Infinity;
  /** What is due waits for room in the window. */
  private isHeld = false;
  private earliest = Infinity;
  /** Members present: spreads the asks. */
  memberCount = 1;

  constructor(log: RecordLog, reassembly: Reassembly, random: Random) {
    this.log = log;
    this.claims = new Claims(log);
    this.reassembly = reassembly;
    this.random = random;
  }

  /**
   * Somebody says that it holds `floor`…`head` of an author's chain, the last one being `record`. Returns the sequence
   * below which nothing of the chain is to be had, where that has just become clear: the author itself says so, or
   * nobody has said better for a while. One holder's word alone must not make us skip what another still has.
   */
  claim(
    now: number,
    author: MemberId,
    floor: number,
    head: number,
    record: RecordPrefix,
    byAuthor: boolean,
  ): number | undefined {
    const chain = this.log.know(author, head);
    const claim = this.claims.of(now, author);
    if (claim === undefined || chain === undefined) return undefined;
    if (now >= claim.barrenUntil) claim.head = Math.max(claim.head, head);
    claim.floorMin = Math.min(claim.floorMin, floor);
    if (floor < chain.base && now >= claim.reclaimAt) this.log.lowerBase(author, floor);
    claim.filledFrom = 0;
    this.fill(now, author, claim);
    if (head >= chain.base) this.claimBranch(now, author, head, record);
    const settled = byAuthor || now - claim.since >= FLOOR_SETTLE_MS;
    return settled && chain.bySequence.size === 0 && claim.floorMin > chain.base ? claim.floorMin : undefined;
  }

  /** An author's newest record was named, without word of what lies before it. */
  newest(now: number, author: MemberId, head: number, record: RecordPrefix): void {
    this.claim(now, author, Infinity, head, record, false);
  }

  /** A parked record waits for this ancestor. */
  missing(now: number, ref: RecordRef): void {
    const claim = this.claims.of(now, ref.author);
    if (claim === undefined) return;
    claim.head = Math.max(claim.head, ref.sequence);
    this.refill(now, ref.author, claim);
    this.claimBranch(now, ref.author, ref.sequence, recordPrefix(ref.id), ref.id);
  }

  /** More of an author is wanted than is asked for at a time: news of yet more changes nothing. */
  isFarBehind(author: MemberId): boolean {
    const claim = this.claims.get(author);
    return claim !== undefined && claim.wanted > 0 && claim.filledTo < claim.head;
  }

  /** A record arrived: it is not wanted any more. */
  arrived(now: number, author: MemberId, sequence: number, id: RecordId, waitedMs = 0): void {
    const claim = this.claims.get(author);
    for (const key of [placeKey(author, sequence), recordPrefix(id)]) {
      const want = this.wants.get(key);
      if (want === undefined) continue;
      this.drop(key);
      if (want.tries === 0) continue;
      this.window.answered(now, waitedMs);
      if (isFresh(want)) claim?.answers.answered(now, now - want.askedAt);
      // Which ask it answers is not known; where nothing is asked for the first time, that is all there is to go by.
      else if (claim?.freshCount === 0) claim.answers.settled();
    }
    if (this.isHeld && this.inFlight <= this.window.size * HELD_SHARE)
      this.earliest = Math.min(this.earliest, Math.max(now, this.nextNakAt));
    if (claim === undefined) return;
    if (claim.wanted === 0) claim.answers.settled();
    claim.cameAt = now;
    claim.isBarren = false;
    claim.barrenUntil = -Infinity;
  }

  /** It was asked for. */
  isWanted({ author, sequence, id }: RecordRef): boolean {
    return this.wants.has(placeKey(author, sequence)) || this.wants.has(recordPrefix(id));
  }

  /** Somebody has said that there is such a place: it will be asked for, unless it comes because others asked. */
  isClaimed({ author, sequence }: RecordRef): boolean {
    return sequence <= (this.claims.get(author)?.head ?? 0);
  }

  /**
   * A holder may not give us these. Returns up to where the chain is to be waived, no further than others claimed it; the
   * claim rests for a while, since another holder may know better.
   */
  withheld(now: number, author: MemberId, from: number, to: number): number | undefined {
    const claim = this.claims.get(author);
    if (claim === undefined) return undefined;
    const last = Math.min(to, claim.head, from + WANTS_PER_AUTHOR_MAX);
    let isWanted = false;
    for (let sequence = from; sequence <= last; sequence++)
      isWanted = this.drop(placeKey(author, sequence)) || isWanted;
    if (!isWanted) return undefined;
    this.claims.backOff(now, author);
    return last;
  }

  /** Nothing of an author above this is wanted any more. */
  cut(author: MemberId, top: number): void {
    const claim = this.claims.get(author);
    if (claim !== undefined) claim.filledTo = Math.min(claim.filledTo, top);
    for (const [key, want] of this.wants) if (want.author === author && want.sequence > top) this.drop(key);
  }

  /** Continues an author's window after it moved. */
  advance(now: number, author: MemberId): void {
    const claim = this.claims.get(author);
    if (claim !== undefined) this.refill(now, author, claim);
  }

  /** Somebody else asked: what it asked for we need not ask for now. */
  overheard(now: number, nak: NakFrame): void {
    const jitter = this.jitter();
    for (const range of nak.ranges) {
      const last = Math.min(range.to, range.from + WANTS_PER_AUTHOR_MAX);
      for (let sequence = range.from; sequence <= last; sequence++)
        this.postpone(now, placeKey(range.author, sequence), jitter);
    }
    for (const item of nak.fragments) {
      this.postpone(now, item.record, jitter);
      this.reassembly.asked(now, item.record);
    }
  }

  nextTimeout(): number {
    const stalled = this.reassembly.size > 0 ? this.reassemblyAt : Infinity;
    return Math.min(this.earliest, stalled);
  }

  private reassemblyAt = Infinity;

  /** A fragment of an incomplete record arrived: look at it again when it has gone quiet. */
  fragmentHeard(now: number): void {
    if (this.reassemblyAt === Infinity || this.reassemblyAt < now) this.reassemblyAt = now + this.quietMs();
  }

  /** What to ask for now, and what to give up; undefined where there is nothing to ask. */
  handleTimeout(now: number): {
    ask: Pick<NakFrame, 'ranges' | 'fragments'> | undefined;
    givenUp: GivenUp[];
  } {
    const givenUp: GivenUp[] = [];
    const due = this.due(now, givenUp);
    const fragments = this.stalledFragments(now);
    const mayAsk = due.length > 0 && this.inFlight < this.window.size && now >= this.nextNakAt;
    const ask =
      (mayAsk || fragments.length > 0) && this.budget.take(now, 1)
        ? this.compose(now, due, fragments)
        : undefined;
    this.isHeld = due.length > 0 && this.inFlight >= this.window.size;
    if (ask !== undefined && due.length > 0)
      this.nextNakAt = now + NAK_SPACING_SHARE * this.waitMs(now, due[0]?.author);
    this.schedule(now, Math.max(this.nextNakAt, this.budget.readyAt(now), this.recordBudget.readyAt(now)));
    return { ask, givenUp };
  }

  /** Wants whose time has come, in the order of chains; those that nobody has are given up. */
  private due(now: number, givenUp: GivenUp[]): Want[] {
    const due: Want[] = [];
    let late = 0;
    this.inFlight = 0;
    for (const [key, want] of this.wants) {
      if (want.nextAt > now) {
        if (want.tries > 0) this.inFlight++;
        continue;
      }
      if (want.tries > 0 && !want.isLate) {
        this.countFresh(want, -1);
        want.isLate = true;
        late++;
        this.claims.get(want.author)?.answers.unanswered(now, this.quietMs());
      }
      if (this.isHopeless(now, want)) givenUp.push(this.giveUp(now, key, want));
      else due.push(want);
    }
    if (late > 0) this.window.unanswered(now, late, this.waitMs(now, due[0]?.author));
    return due.toSorted((a, b) => {
      if (a.author !== b.author) return a.author < b.author ? -1 : 1;
      // Where nothing is answered, others have their turn: perhaps somebody has those.
      const isSilent = this.claims.get(a.author)?.answers.isSilent === true;
      return (isSilent ? a.tries - b.tries : 0) || a.sequence - b.sequence;
    });
  }

  /** It was asked for often and long enough; or at all, and nothing of its author has come for as long. */
  private isHopeless(now: number, want: Want): boolean {
    if (want.tries >= NAK_TRIES_MAX && now - want.firstAskedAt >= WAIVE_AFTER_MS) return true;
    const cameAt = this.claims.get(want.author)?.cameAt ?? -Infinity;
    return want.tries > 0 && now - Math.max(want.since, cameAt) >= WAIVE_AFTER_MS;
  }

  get size(): number {
    return this.wants.size;
  }

  private stalledFragments(now: number): NakFragments[] {
    if (this.reassemblyAt > now) return [];
    const stalled = this.reassembly.stalled(now, this.quietMs()).slice(0, NAK_ITEMS_MAX / 2);
    for (const item of stalled) this.reassembly.asked(now, item.record);
    this.reassemblyAt =
      this.reassembly.size > 0 ? now + 2 * this.quietMs() + this.random.next() * this.spreadMs() : Infinity;
    return stalled;
  }

  private compose(
    now: number,
    due: Want[],
    fragments: NakFragments[],
  ): Pick<NakFrame, 'ranges' | 'fragments'> {
    const ranges: { author: MemberId; from: number; to: number }[] = [];
    const items = [...fragments];
    const jitter = this.jitter();
    for (const want of due) {
      if (this.inFlight >= this.window.size || !this.recordBudget.take(now, 1)) break;
      if (want.record !== undefined && this.reassembly.has(want.record)) {
        this.backOff(now, want, jitter);
        continue;
      }
      const last = ranges.at(-1);
      if (want.record === undefined && last?.author === want.author && last.to + 1 === want.sequence)
        last.to++;
      else if (ranges.length + items.length >= NAK_ITEMS_MAX) continue;
      else if (want.record !== undefined)
        items.push({ record: want.record, low: ALL_FRAGMENTS, high: ALL_FRAGMENTS });
      else ranges.push({ author: want.author, from: want.sequence, to: want.sequence });
      this.backOff(now, want, jitter);
    }
    return { ranges: ranges satisfies NakRange[], fragments: items };
  }

  /** One for all that is asked for at a time, so that it stays together: in few NAKs, of long ranges. */
  private jitter(): number {
    return 0.75 + 0.5 * this.random.next();
  }

  /** Asked for: the next ask follows when answers usually have come, later where it alone goes unanswered. */
  private backOff(now: number, want: Want, jitter: number): void {
    if (want.tries === 0) want.firstAskedAt = now;
    if (want.tries === 0 || want.isLate) this.inFlight++;
    this.countFresh(want, -1);
    want.tries++;
    want.askedAt = now;
    want.isLate = false;
    this.countFresh(want, 1);
    want.nextAt = now + this.waitMs(now, want.author) * jitter;
  }

  private countFresh(want: Want, change: 1 | -1): void {
    const claim = isFresh(want) ? this.claims.get(want.author) : undefined;
    if (claim !== undefined) claim.freshCount += change;
  }

  private waitMs(now: number, author: MemberId | undefined): number {
    const least = this.quietMs();
    const claim = author === undefined ? undefined : this.claims.get(author);
    return claim?.answers.waitMs(now, least) ?? least;
  }

  /**
   * Somebody else's ask counts as our own: the same wait follows it (RFC 5740 §5.3). Once: where it was asked for just now,
   * several members who lack the same say so at about one time, and that doubles nobody's wait.
   */
  private postpone(now: number, key: string, jitter: number): void {
    const want = this.wants.get(key);
    if (want === undefined) return;
    if (want.tries > 0 && !want.isLate && now - want.askedAt < (want.nextAt - want.askedAt) / 2) return;
    this.recordBudget.charge(now, 1);
    this.backOff(now, want, jitter);
  }

  /** By half a window at a time, so that it is asked for in a few long ranges. */
  private refill(now: number, author: MemberId, claim: Claim): void {
    if (claim.wanted <= WANTS_PER_AUTHOR_MAX / 2) this.fill(now, author, claim);
  }

  /** Wants for every empty place between the base and the claimed head, a bounded window of them. */
  private fill(now: number, author: MemberId, claim: Claim): void {
    const chain = this.log.chainOf(author);
    if (chain === undefined) return;
    if (claim.filledFrom !== chain.base || claim.filledTo < chain.contiguous)
      claim.filledTo = chain.contiguous;
    claim.filledFrom = chain.base;
    // What many hostile chains want together always leaves room for an honest one.
    const places = Math.min(
      WANTS_PER_AUTHOR_MAX - claim.wanted,
      Math.floor((WANTS_MAX - this.wants.size) / 8),
    );
    const nextAt = now + this.random.next() * this.spreadMs();
    const last = Math.min(claim.head, chain.top);
    let added = 0;
    let sequence = claim.filledTo + 1;
    for (
      ;
      sequence <= last && added < places && this.isWithinReach(author, claim, chain, sequence);
      sequence++
    ) {
      if (chain.bySequence.has(sequence)) continue;
      const stored = chain.stored.endOf(sequence);
      if (stored !== undefined) {
        sequence = stored;
        continue;
      }
      const key = placeKey(author, sequence);
      if (this.wants.has(key) || this.log.hasPendingAt(author, sequence)) continue;
      added++;
      this.want(now, key, { author, sequence, record: undefined, id: undefined }, nextAt);
    }
    claim.filledTo = sequence - 1;
  }

  /** What would come from there could be kept until what lies before it is here. */
  private isWithinReach(author: MemberId, claim: Claim, chain: Readonly<Chain>, sequence: number): boolean {
    return (
      sequence <= chain.contiguous + ASK_AHEAD_MAX ||
      claim.wanted + this.log.parked.countOf(author) < ASK_AHEAD_MAX
    );
  }

  private claimBranch(
    now: number,
    author: MemberId,
    sequence: number,
    record: RecordPrefix,
    id?: RecordId,
  ): void {
    const here = this.log.at(author, sequence);
    if (sequence > (this.log.chainOf(author)?.top ?? Infinity)) return;
    if (here.length === 0 && !this.log.hasPendingAt(author, sequence)) return;
    if (here.some((known) => known.id.startsWith(record))) return;
    if (this.log.isPendingPrefix(record) || this.log.isRefusedPrefix(record)) return;
    const nextAt = now + this.random.next() * this.spreadMs();
    if (!this.wants.has(record)) this.want(now, record, { author, sequence, record, id }, nextAt);
  }

  private want(
    now: number,
    key: string,
    place: Pick<Want, 'author' | 'sequence' | 'record' | 'id'>,
    nextAt: number,
  ): void {
    if (this.wants.size >= WANTS_MAX) return;
    this.wants.set(key, {
      ...place,
      since: now,
      firstAskedAt: Infinity,
      askedAt: -Infinity,
      tries: 0,
      nextAt,
      isLate: false,
    });
    const claim = this.claims.get(place.author);
    if (claim !== undefined) claim.wanted++;
    this.earliest = Math.min(this.earliest, nextAt);
  }

  private drop(key: string): boolean {
    const want = this.wants.get(key);
    if (want === undefined) return false;
    this.wants.delete(key);
    if (want.tries > 0 && !want.isLate) this.inFlight--;
    this.countFresh(want, -1);
    const claim = this.claims.get(want.author);
    if (claim !== undefined) claim.wanted--;
    return true;
  }

  /** Where a whole window was in vain, the rest up to the claimed head is not asked for either, for a while. */
  private giveUp(now: number, key: string, want: Want): GivenUp {
    const { author, sequence, id } = want;
    const claim = this.claims.get(author);
    this.drop(key);
    this.claims.backOff(now, author);
    const isBarren = claim !== undefined && claim.wanted === 0 && claim.isBarren;
    if (claim !== undefined) claim.isBarren = true;
    if (isBarren) {
      claim.head = Math.min(claim.head, sequence);
      claim.barrenUntil = now + RECLAIM_AFTER_MS;
    }
    return { author, sequence, id, isBarren };
  }

  private spreadMs(): number {
    return Math.min(NAK_SPREAD_MAX_MS, NAK_SPREAD_BASE_MS + this.memberCount);
  }
  private quietMs(): number {
    return NAK_RETRY_MIN_MS + this.spreadMs();
  }
  private schedule(now: number, notBefore: number): void {
    this.earliest = Infinity;
    // What waits for room in the window is looked at when something comes, or another wait is over.
    for (const { nextAt } of this.wants.values())
      if (!this.isHeld || nextAt > now) this.earliest = Math.min(this.earliest, Math.max(nextAt, notBefore));
    if (this.reassemblyAt <= now) this.reassemblyAt = now + this.quietMs();
  }
}

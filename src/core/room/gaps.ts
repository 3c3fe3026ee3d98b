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
  FLOOR_SETTLE_MS,
  NAK_ITEMS_MAX,
  NAK_RETRY_MAX_MS,
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
import type { RecordLog } from './log.ts';
import type { Reassembly } from './reassembly.ts';

interface Want {
  readonly author: MemberId;
  readonly sequence: number;
  /** Set where a certain branch is wanted rather than whatever is at the place. */
  readonly record: RecordPrefix | undefined;
  readonly id: RecordId | undefined;
  readonly since: number;
  tries: number;
  nextAt: number;
}

interface Claim {
  head: number;
  /** Lowest floor that any holder named. */
  floorMin: number;
  /** When the author was first heard of. */
  readonly since: number;
  /** Earliest time at which given-up parts of this chain are asked for again. */
  reclaimAt: number;
  reclaimAfterMs: number;
  /** Places wanted now. */
  wanted: number;
  /** Nothing of the chain has come since something of it was last given up. */
  isBarren: boolean;
  /** Until then nobody's word that there is more of it counts. */
  barrenUntil: number;
}

export interface GivenUp {
  readonly author: MemberId;
  readonly sequence: number;
  readonly id: RecordId | undefined;
  /** A whole window was asked for in vain: what lies between it and what is here will not be had either. */
  readonly isBarren: boolean;
}

const placeKey = (author: MemberId, sequence: number): string => `${author}:${sequence}`;
const ALL_FRAGMENTS = 0xffffffff;

export class Gaps {
  private readonly wants = new Map<string, Want>();
  private readonly claims = new Map<MemberId, Claim>();
  private readonly log: RecordLog;
  private readonly reassembly: Reassembly;
  private readonly random: Random;
  private readonly budget = new TokenBucket(NAKS_PER_S / 1000, NAKS_PER_S / 4);
  /** In records: no more are asked for than can be verified. */
  private readonly recordBudget = new TokenBucket(RECORDS_ASKED_PER_S / 1000, RECORDS_ASKED_BURST);
  private earliest = Infinity;
  /** Members present: spreads the asks. */
  memberCount = 1;

  constructor(log: RecordLog, reassembly: Reassembly, random: Random) {
    this.log = log;
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
    const claim = this.claimOf(now, author);
    if (claim === undefined || chain === undefined) return undefined;
    if (now >= claim.barrenUntil) claim.head = Math.max(claim.head, head);
    claim.floorMin = Math.min(claim.floorMin, floor);
    if (floor < chain.base && now >= claim.reclaimAt) this.log.lowerBase(author, floor);
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
    const claim = this.claimOf(now, ref.author);
    if (claim === undefined) return;
    claim.head = Math.max(claim.head, ref.sequence);
    this.fill(now, ref.author, claim);
    this.claimBranch(now, ref.author, ref.sequence, recordPrefix(ref.id), ref.id);
  }

  /** A record arrived: it is not wanted any more. */
  arrived(author: MemberId, sequence: number, id: RecordId): void {
    this.drop(placeKey(author, sequence));
    this.drop(recordPrefix(id));
    const claim = this.claims.get(author);
    if (claim === undefined) return;
    claim.isBarren = false;
    claim.barrenUntil = -Infinity;
  }

  /** It was asked for. */
  isWanted({ author, sequence, id }: RecordRef): boolean {
    return this.wants.has(placeKey(author, sequence)) || this.wants.has(recordPrefix(id));
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
    this.backOffClaim(now, author);
    return last;
  }

  /** Nothing of an author above this is wanted any more. */
  cut(author: MemberId, top: number): void {
    for (const [key, want] of this.wants) if (want.author === author && want.sequence > top) this.drop(key);
  }

  /** Continues an author's window after it moved. */
  advance(now: number, author: MemberId): void {
    const claim = this.claims.get(author);
    // By half a window at a time, so that it is asked for in a few long ranges.
    if (claim !== undefined && claim.wanted <= WANTS_PER_AUTHOR_MAX / 2) this.fill(now, author, claim);
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
    const due: Want[] = [];
    const givenUp: GivenUp[] = [];
    for (const [key, want] of this.wants) {
      if (want.nextAt > now) continue;
      if (want.tries >= NAK_TRIES_MAX && now - want.since >= WAIVE_AFTER_MS) {
        givenUp.push(this.giveUp(now, key, want));
      } else due.push(want);
    }
    const fragments = this.stalledFragments(now);
    const ask =
      due.length + fragments.length > 0 && this.budget.take(now, 1)
        ? this.compose(now, due, fragments)
        : undefined;
    const notBefore = Math.max(this.budget.readyAt(now), this.recordBudget.readyAt(now));
    this.schedule(now, due.length > 0 ? notBefore : -Infinity);
    return { ask, givenUp };
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
    const sorted = due.toSorted((a, b) =>
      a.author === b.author ? a.sequence - b.sequence : a.author < b.author ? -1 : 1,
    );
    for (const want of sorted) {
      if (!this.recordBudget.take(now, 1)) break;
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

  private backOff(now: number, want: Want, jitter: number): void {
    want.tries++;
    const wait = Math.min(
      NAK_RETRY_MAX_MS,
      (NAK_RETRY_MIN_MS + this.spreadMs()) * 2 ** Math.min(want.tries - 1, 8),
    );
    want.nextAt = now + wait * jitter;
  }

  /** Somebody else's ask counts as our own: the same wait follows it (RFC 5740 §5.3). */
  private postpone(now: number, key: string, jitter: number): void {
    const want = this.wants.get(key);
    if (want !== undefined) this.backOff(now, want, jitter);
  }

  /** Wants for every empty place between the base and the claimed head, a bounded window of them. */
  private fill(now: number, author: MemberId, claim: Claim): void {
    const chain = this.log.chainOf(author);
    if (chain === undefined) return;
    let added = 0;
    // What many hostile chains want together always leaves room for an honest one.
    const window = Math.min(
      WANTS_PER_AUTHOR_MAX,
      claim.wanted + Math.floor((WANTS_MAX - this.wants.size) / 8),
    );
    const nextAt = now + this.random.next() * this.spreadMs();
    for (
      let sequence = chain.contiguous + 1;
      sequence <= Math.min(claim.head, chain.top) && added < window;
      sequence++
    ) {
      if (chain.bySequence.has(sequence)) continue;
      const stored = chain.stored.endOf(sequence);
      if (stored !== undefined) {
        sequence = stored;
        continue;
      }
      added++;
      const key = placeKey(author, sequence);
      if (this.wants.has(key) || this.log.hasPendingAt(author, sequence)) continue;
      this.want(now, key, { author, sequence, record: undefined, id: undefined }, nextAt);
    }
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
    this.wants.set(key, { ...place, since: now, tries: 0, nextAt });
    const claim = this.claims.get(place.author);
    if (claim !== undefined) claim.wanted++;
    this.earliest = Math.min(this.earliest, nextAt);
  }

  private drop(key: string): boolean {
    const want = this.wants.get(key);
    if (want === undefined) return false;
    this.wants.delete(key);
    const claim = this.claims.get(want.author);
    if (claim !== undefined) claim.wanted--;
    return true;
  }

  /** Where a whole window was in vain, the rest up to the claimed head is not asked for either, for a while. */
  private giveUp(now: number, key: string, want: Want): GivenUp {
    const { author, sequence, id } = want;
    const claim = this.claims.get(author);
    this.drop(key);
    this.backOffClaim(now, author);
    const isBarren = claim !== undefined && claim.wanted === 0 && claim.isBarren;
    if (claim !== undefined) claim.isBarren = true;
    if (isBarren) {
      claim.head = Math.min(claim.head, sequence);
      claim.barrenUntil = now + RECLAIM_AFTER_MS;
    }
    return { author, sequence, id, isBarren };
  }

  private claimOf(now: number, author: MemberId): Claim | undefined {
    let claim = this.claims.get(author);
    // The log bounds the number of authors; claims follow it.
    if (claim === undefined && this.log.chainOf(author) !== undefined) {
      claim = {
        head: 0,
        floorMin: Infinity,
        since: now,
        reclaimAt: 0,
        reclaimAfterMs: RECLAIM_AFTER_MS,
        wanted: 0,
        isBarren: false,
        barrenUntil: -Infinity,
      };
      this.claims.set(author, claim);
    }
    return claim;
  }

  private backOffClaim(now: number, author: MemberId): void {
    const claim = this.claims.get(author);
    if (claim === undefined || now < claim.reclaimAt) return;
    claim.reclaimAt = now + claim.reclaimAfterMs;
    claim.reclaimAfterMs = Math.min(16 * RECLAIM_AFTER_MS, 2 * claim.reclaimAfterMs);
  }

  private spreadMs(): number {
    return Math.min(NAK_SPREAD_MAX_MS, NAK_SPREAD_BASE_MS + this.memberCount);
  }
  private quietMs(): number {
    return NAK_RETRY_MIN_MS + this.spreadMs();
  }
  private schedule(now: number, notBefore: number): void {
    this.earliest = Infinity;
    for (const want of this.wants.values()) this.earliest = Math.min(this.earliest, want.nextAt);
    this.earliest = Math.max(this.earliest, notBefore);
    if (this.reassemblyAt <= now) this.reassemblyAt = now + this.quietMs();
  }
}

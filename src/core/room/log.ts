/**
 * The log of one room: a graph of signed records in which every record names its author's previous one and the
 * heads of others that its author had seen. A record is *delivered* once all of those are, so delivery is causal;
 * (depth, author, sequence, id) is the one total order that everyone shares (protocol.md §6.6).
 *
 * A chain that forks (a restored backup) keeps both branches: records are kept by id, and a chain may have several
 * heads. Invariants: every delivered record's ancestors are delivered, or lie below their author's `base`; `bytes`
 * is the sum over delivered records.
 */
import type { MemberId, RecordId } from '../../base/ids.ts';
import {
  AUTHORS_MAX,
  DEPTH_JUMP_MAX,
  LOG_BYTES_MAX,
  LOG_RECORDS_MAX,
  LOST_MAX,
  PARENTS_PER_AUTHOR_MAX,
  PARKED_DROPPED_AT_ONCE,
  PENDING_BYTES_MAX,
  PENDING_RECORDS_MAX,
  REFUSED_MAX,
} from '../limits.ts';
import type { LogRecord, RecordRef } from '../wire/record.ts';
import { recordPrefix } from '../wire/id-bytes.ts';
import type { RecordPrefix } from '../wire/id-bytes.ts';
import { advance, emptyChain, headsOf, isOutside, placeKey, refsOf, setBase } from './chain.ts';
import type { Chain, StoredPart } from './chain.ts';
import { ParkedShares } from './parked-shares.ts';

export type AddResult = 'delivered' | 'pending' | 'known' | 'refused' | 'full';

interface Pending {
  readonly record: LogRecord;
  readonly missing: Set<RecordId>;
}

const NOTHING: StoredPart = { endOf: () => undefined, floorOf: () => undefined };

export class RecordLog {
  private readonly records = new Map<RecordId, LogRecord>();
  private readonly byPrefix = new Map<RecordPrefix, RecordId>();
  private readonly chains = new Map<MemberId, Chain>();
  private readonly pending = new Map<RecordId, Pending>();
  /** Which pending records wait for an id. */
  private readonly waiters = new Map<RecordId, Set<RecordId>>();
  private readonly heads = new Set<RecordId>();
  private readonly refused = new Set<RecordId>();
  private readonly refusedPrefixes = new Set<RecordPrefix>();
  private readonly pendingPrefixes = new Set<RecordPrefix>();
  /** How many parked records stand at a place of a chain. */
  private readonly pendingPlaces = new Map<string, number>();
  /** Whose they are. */
  readonly parked = new ParkedShares();
  private readonly catchUp: boolean;
  private bytes = 0;
  private pendingBytes = 0;
  private depth = 0;

  private readonly self: MemberId;
  private readonly storedOf: (author: MemberId) => StoredPart;

  /**
   * `catchUp`: what was said before we came is wanted too, as far back as others hold it. The own chain is always
   * wanted whole: to go on from anything but its end would fork it.
   */
  constructor(self: MemberId, catchUp: boolean, storedOf: (author: MemberId) => StoredPart = () => NOTHING) {
    this.storedOf = storedOf;
    this.self = self;
    this.catchUp = catchUp;
  }

  /**
   * Takes a record whose signature is good. `onDelivered` is called for it and for everything that waited for it,
   * ancestors first.
   */
  add(record: LogRecord, onDelivered: (record: LogRecord) => void): AddResult {
    if (this.records.has(record.id) || this.pending.has(record.id)) return 'known';
    const chain = this.chain(record.author, record.sequence);
    if (chain === undefined) return 'full';
    if (this.refused.has(record.id) || record.sequence > chain.top) return 'refused';
    if (record.sequence < chain.base) {
      if (record.sequence < chain.baseMin || !this.catchUp) return 'refused';
      setBase(chain, record.sequence);
    }
    const missing = this.missingOf(record);
    if (missing === undefined) return this.refuse(record.id);
    if (missing.length > 0) return this.park(record, missing);
    return this.deliver(record, onDelivered);
  }

  /** Restores a record that was delivered by an earlier process, in the one order: its ancestors need not be here. */
  restore(record: LogRecord): void {
    if (this.records.has(record.id)) return;
    const chain = this.chain(record.author, record.sequence);
    if (chain === undefined) return;
    // It begins with the stretch that the newest record lies in; who holds what is missing before that makes it wanted.
    if (record.sequence > chain.contiguous + 1 || chain.bySequence.size === 0)
      setBase(chain, chain.stored.floorOf(record.sequence) ?? record.sequence);
    this.insert(record, chain);
  }

  /** Stops waiting for what lies below `sequence` of an author; what depended on it is delivered. */
  waive(author: MemberId, sequence: number, onDelivered: (record: LogRecord) => void): void {
    const chain = this.chain(author, sequence);
    if (chain === undefined || sequence <= chain.base) return;
    setBase(chain, sequence);
    this.retry([...this.pending.keys()], onDelivered);
  }

  /**
   * Takes nothing of an author above `top` from now on, and stops waiting for it; returns what was delivered of it already.
   * Infinity lifts that.
   */
  cut(author: MemberId, top: number, onDelivered: (record: LogRecord) => void): LogRecord[] {
    const chain = this.chain(author, top);
    if (chain === undefined || chain.top === top) return [];
    chain.top = top;
    for (const pending of this.pending.values())
      if (pending.record.author === author && pending.record.sequence > top) this.unpark(pending);
    this.retry([...this.pending.keys()], onDelivered);
    return this.above(author, top);
  }

  /** What is delivered of an author above a sequence. */
  above(author: MemberId, sequence: number): LogRecord[] {
    const places = [...(this.chains.get(author)?.bySequence.keys() ?? [])].filter(
      (place) => place > sequence,
    );
    return places.flatMap((place) => [...this.at(author, place)]);
  }

  /** Stops waiting for one record wherever it lies, as a branch that nobody has. */
  waiveRecord(id: RecordId, onDelivered: (record: LogRecord) => void): void {
    const waiting = [...(this.waiters.get(id) ?? [])];
    for (const waiter of waiting) this.pending.get(waiter)?.missing.delete(id);
    this.waiters.delete(id);
    this.releaseReady(waiting, onDelivered);
  }

  get(id: RecordId): LogRecord | undefined {
    return this.records.get(id);
  }
  byRecordPrefix(prefix: RecordPrefix): LogRecord | undefined {
    const id = this.byPrefix.get(prefix);
    return id === undefined ? undefined : this.records.get(id);
  }
  /** Delivered or waiting. */
  has(id: RecordId): boolean {
    return this.records.has(id) || this.pending.has(id);
  }
  isPendingPrefix(prefix: RecordPrefix): boolean {
    return this.pendingPrefixes.has(prefix);
  }
  isRefusedPrefix(prefix: RecordPrefix): boolean {
    return this.refusedPrefixes.has(prefix);
  }
  /** Delivered records of an author at a sequence: more than one where its chain forked. */
  at(author: MemberId, sequence: number): readonly LogRecord[] {
    const ids = this.chains.get(author)?.bySequence.get(sequence) ?? [];
    return ids.map((id) => this.records.get(id)).filter((record) => record !== undefined);
  }
  hasPendingAt(author: MemberId, sequence: number): boolean {
    return this.pendingPlaces.has(placeKey(author, sequence));
  }
  chainOf(author: MemberId): Readonly<Chain> | undefined {
    return this.chains.get(author);
  }
  authors(): IterableIterator<MemberId> {
    return this.chains.keys();
  }
  /** The newest delivered record of an author; of several branches the one with the longest chain. */
  newest(author: MemberId): RecordRef | undefined {
    const chain = this.chains.get(author);
    if (chain === undefined) return undefined;
    const [best] = headsOf(chain);
    return best === undefined ? undefined : { author, sequence: best[1], id: best[0] };
  }
  /** The newest delivered record of an author before which nothing was given up for lost. */
  newestWithoutLoss(author: MemberId): RecordRef | undefined {
    const chain = this.chains.get(author);
    const newest = this.newest(author);
    if (chain === undefined || newest === undefined || this.isWhole(author)) return newest;
    const before = this.at(
      author,
      Math.min(chain.contiguous, ...[...chain.lost].map((place) => place - 1)),
    )[0];
    return before === undefined ? undefined : { author, sequence: before.sequence, id: before.id };
  }
  /** Nothing of this author's chain is missing between its base and its end, and nothing was given up. */
  isWhole(author: MemberId): boolean {
    const chain = this.chains.get(author);
    return (
      chain === undefined ||
      (chain.lost.size === 0 && chain.contiguous >= (this.newest(author)?.sequence ?? 0))
    );
  }
  /** Remembers that the record at a place was given up. */
  lose(author: MemberId, sequence: number): void {
    const lost = this.chains.get(author)?.lost;
    if (lost !== undefined && lost.size < LOST_MAX) lost.add(sequence);
  }
  /** Makes sure that the author of a chain that ends at `head` is known, within the bound on authors. */
  know(author: MemberId, head: number): Readonly<Chain> | undefined {
    return this.chain(author, head + 1);
  }
  /** Nothing of an author up to there is ever wanted again: the store dropped it on purpose. */
  forget(author: MemberId, upTo: number): void {
    const chain = this.chain(author, upTo + 1);
    if (chain === undefined) return;
    chain.baseMin = upTo + 1;
    if (chain.base <= upTo) setBase(chain, upTo + 1);
  }
  /** Wants an author's chain from `floor` on as well, where that was not dropped for room. */
  lowerBase(author: MemberId, floor: number): void {
    const chain = this.chains.get(author);
    if (chain === undefined || !(this.catchUp || author === this.self) || this.isFull()) return;
    const base = Math.max(floor, chain.baseMin);
    if (base < chain.base) setBase(chain, base);
  }
  /** The records without a successor, deepest first: the parents of the next own record. */
  topHeads(): LogRecord[] {
    const all = [...this.heads].map((id) => this.records.get(id)).filter((record) => record !== undefined);
    const heads = all.filter(
      ({ author, sequence }) => sequence <= (this.chains.get(author)?.top ?? Infinity),
    );
    const sorted = heads.toSorted((a, b) => b.depth - a.depth || (a.id < b.id ? -1 : 1));
    // One that forks its chain again and again must not crowd out everybody else.
    const taken = new Map<MemberId, number>();
    return sorted.filter(({ author }) => {
      const count = (taken.get(author) ?? 0) + 1;
      taken.set(author, count);
      return count <= PARENTS_PER_AUTHOR_MAX;
    });
  }
  /** All its ancestors are here, or not waited for. */
  isComplete(record: LogRecord): boolean {
    return this.missingOf(record)?.length === 0;
  }
  /** What a parked record waits for. */
  missing(id: RecordId): RecordRef[] {
    const pending = this.pending.get(id);
    return pending === undefined ? [] : refsOf(pending.record).filter((ref) => pending.missing.has(ref.id));
  }
  /** The first record of an author that waits for something, where one does. */
  firstPending(author: MemberId): number | undefined {
    let first: number | undefined;
    if (this.parked.countOf(author) === 0) return undefined;
    for (const { record } of this.pending.values())
      if (record.author === author && record.sequence < (first ?? Infinity)) first = record.sequence;
    return first;
  }
  isFull(): boolean {
    return this.records.size >= LOG_RECORDS_MAX || this.bytes >= LOG_BYTES_MAX;
  }
  get size(): number {
    return this.records.size;
  }
  get pendingCount(): number {
    return this.pending.size;
  }

  private chain(author: MemberId, firstSequence: number): Chain | undefined {
    let chain = this.chains.get(author);
    if (chain === undefined) {
      if (this.chains.size >= AUTHORS_MAX) return undefined;
      const base = this.catchUp || author === this.self ? 1 : firstSequence;
      chain = emptyChain(base, this.storedOf(author));
      this.chains.set(author, chain);
    }
    return chain;
  }

  /** Ancestors that are neither here nor waived; undefined where one was refused, or the depth is a lie. */
  private missingOf(record: LogRecord): RecordRef[] | undefined {
    const missing: RecordRef[] = [];
    let deepest = 0;
    let waived = false;
    for (const ref of refsOf(record)) {
      if (this.refused.has(ref.id)) return undefined;
      const known = this.records.get(ref.id);
      if (known !== undefined) {
        if (known.author !== ref.author || known.sequence !== ref.sequence) return undefined;
        deepest = Math.max(deepest, known.depth);
      } else if (isOutside(this.chain(ref.author, ref.sequence + 1), ref.sequence)) waived = true;
      else missing.push(ref);
    }
    if (missing.length > 0) return missing;
    if (waived)
      return record.depth > deepest && record.depth <= Math.max(this.depth, deepest) + DEPTH_JUMP_MAX
        ? []
        : undefined;
    return record.depth === deepest + 1 ? [] : undefined;
  }

  private park(record: LogRecord, missing: readonly RecordRef[]): AddResult {
    const { length } = record.bytes;
    if (this.parked.isFull(record)) this.makeRoomBefore(record);
    const isFull = (): boolean =>
      this.pending.size >= PENDING_RECORDS_MAX || this.pendingBytes + length > PENDING_BYTES_MAX;
    while (isFull() && this.makeRoom(this.parked.bytesOf(record.author) + length));
    if (isFull() || this.parked.isFull(record)) return 'full';
    this.parked.add(record);
    this.pending.set(record.id, { record, missing: new Set(missing.map((ref) => ref.id)) });
    this.pendingBytes += length;
    this.pendingPrefixes.add(recordPrefix(record.id));
    const place = placeKey(record.author, record.sequence);
    this.pendingPlaces.set(place, (this.pendingPlaces.get(place) ?? 0) + 1);
    for (const ref of missing) {
      const waiting = this.waiters.get(ref.id);
      if (waiting === undefined) this.waiters.set(ref.id, new Set([record.id]));
      else waiting.add(record.id);
    }
    return 'pending';
  }

  /** Who has most waiting gives up its newest, which is asked for again; false where nobody has more than `bytes`. */
  private makeRoom(bytes: number): boolean {
    const most = this.parked.largest();
    if (most === undefined || this.parked.bytesOf(most) <= bytes) return false;
    const last = this.lastParked(most, 1)[0];
    if (last !== undefined) this.unpark(last);
    return last !== undefined;
  }

  /** Of an author's records those that come last give way to one that comes sooner, a few at a time. */
  private makeRoomBefore({ author, sequence }: LogRecord): void {
    if (sequence >= this.parked.highestOf(author)) return;
    const last = this.lastParked(author, PARKED_DROPPED_AT_ONCE + 1);
    for (const pending of last.slice(0, PARKED_DROPPED_AT_ONCE))
      if (pending.record.sequence > sequence) this.unpark(pending);
    this.parked.lowered(author, Math.max(sequence, last[PARKED_DROPPED_AT_ONCE]?.record.sequence ?? 0));
  }

  private lastParked(author: MemberId, count: number): Pending[] {
    const parked = [...this.pending.values()].filter(({ record }) => record.author === author);
    return parked.toSorted((a, b) => b.record.sequence - a.record.sequence).slice(0, count);
  }

  private unpark(pending: Pending): void {
    this.pending.delete(pending.record.id);
    this.pendingBytes -= pending.record.bytes.length;
    this.parked.remove(pending.record);
    this.pendingPrefixes.delete(recordPrefix(pending.record.id));
    const place = placeKey(pending.record.author, pending.record.sequence);
    const left = (this.pendingPlaces.get(place) ?? 1) - 1;
    if (left > 0) this.pendingPlaces.set(place, left);
    else this.pendingPlaces.delete(place);
    for (const id of pending.missing) {
      const waiting = this.waiters.get(id);
      waiting?.delete(pending.record.id);
      if (waiting?.size === 0) this.waiters.delete(id);
    }
  }

  private deliver(first: LogRecord, onDelivered: (record: LogRecord) => void): AddResult {
    const queue = [first];
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const chain = this.chain(next.author, next.sequence);
      if (chain === undefined) continue;
      this.insert(next, chain);
      onDelivered(next);
      const waiting = this.waiters.get(next.id) ?? new Set<RecordId>();
      this.waiters.delete(next.id);
      for (const id of waiting) {
        const pending = this.pending.get(id);
        if (pending === undefined) continue;
        pending.missing.delete(next.id);
        if (pending.missing.size > 0) continue;
        this.unpark(pending);
        if (this.missingOf(pending.record)?.length === 0) queue.push(pending.record);
        else this.refuse(id);
      }
    }
    this.prune();
    return 'delivered';
  }

  /** Looks at parked records again after a base was raised. */
  private retry(ids: readonly RecordId[], onDelivered: (record: LogRecord) => void): void {
    for (const id of ids) {
      const pending = this.pending.get(id);
      if (pending === undefined) continue;
      for (const ref of refsOf(pending.record)) {
        if (!pending.missing.has(ref.id) || !isOutside(this.chains.get(ref.author), ref.sequence)) continue;
        pending.missing.delete(ref.id);
        const waiting = this.waiters.get(ref.id);
        waiting?.delete(id);
        if (waiting?.size === 0) this.waiters.delete(ref.id);
      }
    }
    this.releaseReady(ids, onDelivered);
  }

  private releaseReady(ids: readonly RecordId[], onDelivered: (record: LogRecord) => void): void {
    for (const id of ids) {
      const pending = this.pending.get(id);
      if (pending === undefined || pending.missing.size > 0) continue;
      this.unpark(pending);
      // Its ancestor is waived, so the depth cannot be checked against it; the author's word stands.
      if (pending.record.depth <= this.depth + DEPTH_JUMP_MAX) this.deliver(pending.record, onDelivered);
      else this.refuse(id);
    }
  }

  private insert(record: LogRecord, chain: Chain): void {
    this.records.set(record.id, record);
    this.byPrefix.set(recordPrefix(record.id), record.id);
    this.bytes += record.bytes.length;
    this.depth = Math.max(this.depth, record.depth);
    const same = chain.bySequence.get(record.sequence);
    if (same === undefined) chain.bySequence.set(record.sequence, [record.id]);
    else same.push(record.id);
    chain.lost.delete(record.sequence);
    advance(chain);
    if (!this.hasSuccessor(record, chain)) chain.heads.set(record.id, record.sequence);
    if (record.previous !== undefined) chain.heads.delete(record.previous);
    for (const ref of refsOf(record)) this.heads.delete(ref.id);
    this.heads.add(record.id);
  }

  /** A record below the base may arrive after its successor. */
  private hasSuccessor(record: LogRecord, chain: Chain): boolean {
    const next = chain.bySequence.get(record.sequence + 1) ?? [];
    return next.some((id) => this.records.get(id)?.previous === record.id);
  }

  private refuse(id: RecordId): AddResult {
    if (this.refused.size >= REFUSED_MAX) {
      const oldest = this.refused.values().next().value;
      if (oldest !== undefined) {
        this.refused.delete(oldest);
        this.refusedPrefixes.delete(recordPrefix(oldest));
      }
    }
    this.refused.add(id);
    this.refusedPrefixes.add(recordPrefix(id));
    // What depends on a refused record can never be delivered.
    for (const waiter of this.waiters.get(id) ?? []) {
      const pending = this.pending.get(waiter);
      if (pending === undefined) continue;
      this.unpark(pending);
      this.refuse(waiter);
    }
    return 'refused';
  }

  /** Drops the records that come first in the total order; chains keep a floor so that nobody asks for them again. */
  private prune(): void {
    if (!this.isFull()) return;
    const byAge = [...this.records.values()].toSorted(
      (a, b) => a.depth - b.depth || (a.author < b.author ? -1 : 1),
    );
    // An eighth at a time, so that sorting is paid rarely.
    const target = byAge.length - Math.ceil(LOG_RECORDS_MAX / 8);
    let left = byAge.length;
    // The newest record of an author stays: its own next one and the frontier need it. Of many branches one does.
    const newest = new Set([...this.chains.keys()].map((author) => this.newest(author)?.id));
    for (const record of byAge) {
      if (left <= target && this.bytes < (LOG_BYTES_MAX * 7) / 8) break;
      const chain = this.chains.get(record.author);
      if (chain === undefined || newest.has(record.id)) continue;
      this.drop(record, chain);
      left--;
    }
  }

  private drop(record: LogRecord, chain: Chain): void {
    this.records.delete(record.id);
    this.byPrefix.delete(recordPrefix(record.id));
    this.heads.delete(record.id);
    this.bytes -= record.bytes.length;
    chain.heads.delete(record.id);
    const others = (chain.bySequence.get(record.sequence) ?? []).filter((id) => id !== record.id);
    if (others.length > 0) chain.bySequence.set(record.sequence, others);
    else chain.bySequence.delete(record.sequence);
    // What the store has is held all the same.
    if (chain.stored.endOf(record.sequence) !== undefined) return;
    chain.baseMin = Math.max(chain.baseMin, record.sequence + 1);
    if (chain.base < chain.baseMin) setBase(chain, chain.baseMin);
  }
}

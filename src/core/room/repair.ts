/**
 * Answers other members' NAKs from the log: any holder may, after a random delay that is shorter for the author, and
 * not if somebody else was heard doing it (protocol.md §6.3). What one member spends on repair is bounded.
 */
import type { Random } from '../../base/prng.ts';
import type { MemberId } from '../../base/ids.ts';
import {
  FRAGMENT_BYTES,
  FRAGMENT_OVERHEAD_BYTES,
  FRAGMENTS_MAX,
  REPAIR_BURST_FRAGMENTS,
  REPAIR_BYTES_PER_S,
  REPAIR_DELAY_MAX_MS,
  REPAIR_DELAY_MIN_MS,
  REPAIR_HOLDOFF_MS,
  REPAIR_SLOT_MS,
  REPAIR_SPREAD_MEMBER_MS,
  REPAIRS_MAX,
  WANTS_PER_AUTHOR_MAX,
} from '../limits.ts';
import { TokenBucket } from '../reliability/bucket.ts';
import { fragmentCount } from '../wire/fragment.ts';
import { recordPrefix } from '../wire/id-bytes.ts';
import type { RecordPrefix } from '../wire/id-bytes.ts';
import type { NakFrame } from '../wire/nak.ts';
import type { LogRecord } from '../wire/record.ts';
import type { RecordLog } from './log.ts';

/** A set of fragments of one record: two 32-bit words, low first. */
interface Fragments {
  low: number;
  high: number;
}

interface Repair extends Fragments {
  readonly record: LogRecord;
  at: number;
}

/** Fragments of a record that were on the wire since `since`. */
interface OnWire extends Fragments {
  since: number;
}

export class Repairs {
  private readonly queue = new Map<RecordPrefix, Repair>();
  private readonly heard = new Map<RecordPrefix, OnWire>();
  private readonly budget = new TokenBucket(REPAIR_BYTES_PER_S / 1000, REPAIR_BYTES_PER_S / 50);
  private readonly log: RecordLog;
  private readonly random: Random;
  private readonly self: MemberId;
  private earliest = Infinity;
  /** Members present: spreads the answers. */
  memberCount = 1;

  constructor(log: RecordLog, random: Random, self: MemberId) {
    this.log = log;
    this.random = random;
    this.self = self;
  }

  /** Returns what the asker may not have of what it asks for and we hold. */
  handleNak(now: number, nak: NakFrame, mayHave: (record: LogRecord) => boolean): LogRecord[] {
    const withheld: LogRecord[] = [];
    const answer = (record: LogRecord, fragments: Fragments): void => {
      if (mayHave(record)) this.enqueue(now, record, fragments);
      else withheld.push(record);
    };
    for (const range of nak.ranges) {
      const last = Math.min(range.to, range.from + WANTS_PER_AUTHOR_MAX);
      for (let sequence = range.from; sequence <= last; sequence++) {
        for (const record of this.log.at(range.author, sequence)) answer(record, ALL_FRAGMENTS);
      }
    }
    for (const item of nak.fragments) {
      const record = this.log.byRecordPrefix(item.record);
      if (record !== undefined) answer(record, item);
    }
    return withheld;
  }

  /** Read from the store for whoever asked for it, after the delay of a holder: it leaves as soon as the budget lets it. */
  fromStore(now: number, record: LogRecord): void {
    this.enqueue(now, record, ALL_FRAGMENTS, 0);
  }

  /** There is room for that many more. */
  hasRoomFor(count: number): boolean {
    return this.queue.size + count <= REPAIRS_MAX;
  }
  isQueued(record: RecordPrefix): boolean {
    return this.queue.has(record);
  }

  /** We put a fragment on the wire. */
  sent(now: number, record: RecordPrefix, index: number): void {
    this.note(now, record, index);
  }

  /** Somebody else did: it is at work on the record, so what else we would send of it can wait. */
  overheard(now: number, id: RecordPrefix, index: number): void {
    this.note(now, id, index);
    const repair = this.queue.get(id);
    if (repair !== undefined)
      repair.at = Math.max(repair.at, now + this.spreadMs() * (0.5 + this.random.next()));
  }

  nextTimeout(): number {
    return this.earliest;
  }

  /** Calls `send` for fragments that are due: a few of each record at a time, so that others' answers can stop ours. */
  handleTimeout(now: number, send: (record: LogRecord, index: number) => void): void {
    for (const [id, repair] of this.queue) {
      if (repair.at > now) continue;
      const due = take(repair, REPAIR_BURST_FRAGMENTS);
      if (!this.budget.take(now, bytesOf(repair.record, due.length))) {
        for (const index of due) add(repair, index);
        break;
      }
      for (const index of due) send(repair.record, index);
      if (isEmpty(repair)) this.queue.delete(id);
      else repair.at = now + REPAIR_SLOT_MS * (0.75 + 0.5 * this.random.next());
    }
    this.earliest = Infinity;
    const budgetAt = this.budget.readyAt(now);
    for (const repair of this.queue.values())
      this.earliest = Math.min(this.earliest, Math.max(repair.at, budgetAt));
  }

  private enqueue(now: number, record: LogRecord, asked: Fragments, delayMs = this.delayFor(record)): void {
    const prefix = recordPrefix(record.id);
    const onWire = this.heard.get(prefix);
    // Whoever asks had not yet heard what was sent a moment ago.
    const recent = onWire !== undefined && now - onWire.since < this.holdoffMs() ? onWire : NO_FRAGMENTS;
    const known = this.queue.get(prefix);
    if (known === undefined && this.queue.size >= REPAIRS_MAX) return;
    const repair = known ?? { record, low: 0, high: 0, at: now + delayMs };
    for (let index = 0; index < fragmentCount(record.bytes.length); index++) {
      if (has(asked, index) && !has(recent, index)) add(repair, index);
    }
    if (isEmpty(repair)) return;
    this.queue.set(prefix, repair);
    this.earliest = Math.min(this.earliest, repair.at);
  }

  private delayFor({ author }: LogRecord): number {
    return author === this.self ? 0 : REPAIR_DELAY_MIN_MS + this.random.next() * this.spreadMs();
  }

  private note(now: number, id: RecordPrefix, index: number): void {
    let onWire = this.heard.get(id);
    if (onWire === undefined) {
      if (this.heard.size >= REPAIRS_MAX) this.heard.delete(this.heard.keys().next().value as RecordPrefix);
      onWire = { since: now, low: 0, high: 0 };
      this.heard.set(id, onWire);
    } else if (now - onWire.since >= this.holdoffMs()) {
      onWire.since = now;
      onWire.low = 0;
      onWire.high = 0;
    }
    add(onWire, index);
    const repair = this.queue.get(id);
    if (repair === undefined) return;
    remove(repair, index);
    if (isEmpty(repair)) this.queue.delete(id);
  }

  private spreadMs(): number {
    return REPAIR_DELAY_MAX_MS - REPAIR_DELAY_MIN_MS + REPAIR_SPREAD_MEMBER_MS * this.memberCount;
  }
  private holdoffMs(): number {
    return REPAIR_HOLDOFF_MS + 0.5 * REPAIR_SPREAD_MEMBER_MS * this.memberCount;
  }
}

const ALL_FRAGMENTS: Fragments = { low: 0xffffffff, high: 0xffffffff };
const NO_FRAGMENTS: Fragments = { low: 0, high: 0 };

/** What so many fragments of a record take on the wire: most records are far shorter than one full fragment. */
const bytesOf = (record: LogRecord, count: number): number =>
  Math.min(record.bytes.length, count * FRAGMENT_BYTES) + FRAGMENT_OVERHEAD_BYTES * count;

const bit = (index: number): number => 1 << (index % 32);
const has = (set: Fragments, index: number): boolean =>
  ((index < 32 ? set.low : set.high) & bit(index)) !== 0;
const isEmpty = (set: Fragments): boolean => set.low === 0 && set.high === 0;

function add(set: Fragments, index: number): void {
  if (index < 32) set.low |= bit(index);
  else set.high |= bit(index);
}

function remove(set: Fragments, index: number): void {
  if (index < 32) set.low &= ~bit(index);
  else set.high &= ~bit(index);
}

/** Takes the first `count` members out of the set. */
function take(set: Fragments, count: number): number[] {
  const taken: number[] = [];
  for (let index = 0; index < FRAGMENTS_MAX && taken.length < count; index++) {
    if (!has(set, index)) continue;
    remove(set, index);
    taken.push(index);
  }
  return taken;
}

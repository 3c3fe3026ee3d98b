/**
 * Answers other members' NAKs from the log: any holder may, after a random delay that is shorter for the author, and
 * not if somebody else was heard doing it (protocol.md §6.3). What one member spends on repair is bounded.
 */
import type { Random } from '../../base/prng.ts';
import type { MemberId, RecordId } from '../../base/ids.ts';
import {
  FRAGMENTS_MAX,
  REPAIR_BYTES_PER_S,
  REPAIR_DELAY_MAX_MS,
  REPAIR_DELAY_MIN_MS,
  REPAIR_HOLDOFF_MS,
  REPAIRS_MAX,
  WANTS_PER_AUTHOR_MAX,
} from '../limits.ts';
import { TokenBucket } from '../reliability/bucket.ts';
import { fragmentCount } from '../wire/fragment.ts';
import type { NakFrame } from '../wire/nak.ts';
import type { LogRecord } from '../wire/record.ts';
import type { RecordLog } from './log.ts';

interface Repair {
  readonly record: LogRecord;
  /** Fragments asked for: two 32-bit words, low first. */
  low: number;
  high: number;
  at: number;
}

/** When a record was last on the wire, so that crossing NAKs do not send it twice. */
interface Heard {
  at: number;
}

export class Repairs {
  private readonly queue = new Map<RecordId, Repair>();
  private readonly heard = new Map<RecordId, Heard>();
  private readonly budget = new TokenBucket(REPAIR_BYTES_PER_S / 1000, REPAIR_BYTES_PER_S / 10);
  private readonly log: RecordLog;
  private readonly random: Random;
  private readonly self: MemberId;
  private earliest = Infinity;

  constructor(log: RecordLog, random: Random, self: MemberId) {
    this.log = log;
    this.random = random;
    this.self = self;
  }

  handleNak(now: number, nak: NakFrame): void {
    for (const range of nak.ranges) {
      const last = Math.min(range.to, range.from + WANTS_PER_AUTHOR_MAX);
      for (let sequence = range.from; sequence <= last; sequence++) {
        for (const record of this.log.at(range.author, sequence))
          this.enqueue(now, record, 0xffffffff, 0xffffffff);
      }
    }
    for (const item of nak.fragments) {
      const record = this.log.byRecordPrefix(item.record);
      if (record !== undefined) this.enqueue(now, record, item.low, item.high);
    }
  }

  /** A piece of a record was heard or sent: the same repair need not follow at once. */
  onWire(now: number, id: RecordId, index: number): void {
    const heard = this.heard.get(id);
    if (heard === undefined) {
      if (this.heard.size >= REPAIRS_MAX) this.heard.delete(this.heard.keys().next().value as RecordId);
      this.heard.set(id, { at: now });
    } else heard.at = now;
    const repair = this.queue.get(id);
    if (repair === undefined) return;
    if (index < 32) repair.low &= ~(1 << index);
    else repair.high &= ~(1 << (index - 32));
    if (isEmpty(repair)) this.queue.delete(id);
  }

  nextTimeout(): number {
    return this.earliest;
  }

  /** Calls `send` for each fragment that is due, within the budget. */
  handleTimeout(now: number, send: (record: LogRecord, index: number) => void): void {
    for (const [id, repair] of this.queue) {
      if (repair.at > now) continue;
      if (!this.budget.take(now, repair.record.bytes.length)) break;
      this.queue.delete(id);
      for (let index = 0; index < fragmentCount(repair.record.bytes.length); index++) {
        const word = index < 32 ? repair.low : repair.high;
        if ((word & (1 << (index % 32))) !== 0) send(repair.record, index);
      }
    }
    this.earliest = Infinity;
    const budgetAt = this.budget.readyAt(now);
    for (const repair of this.queue.values())
      this.earliest = Math.min(this.earliest, Math.max(repair.at, budgetAt));
  }

  private enqueue(now: number, record: LogRecord, low: number, high: number): void {
    const heardAt = this.heard.get(record.id)?.at ?? -Infinity;
    // Whoever asks had not yet heard what was sent a moment ago.
    if (now - heardAt < REPAIR_HOLDOFF_MS && fragmentCount(record.bytes.length) === 1) return;
    const known = this.queue.get(record.id);
    if (known !== undefined) {
      known.low |= low;
      known.high |= high;
      return;
    }
    if (this.queue.size >= REPAIRS_MAX) return;
    const isAuthor = record.author === this.self;
    const spread = REPAIR_DELAY_MAX_MS - REPAIR_DELAY_MIN_MS;
    const at = isAuthor ? now : now + REPAIR_DELAY_MIN_MS + this.random.next() * spread;
    const repair = { record, low, high, at };
    trim(repair, fragmentCount(record.bytes.length));
    if (!isEmpty(repair)) this.queue.set(record.id, repair);
    this.earliest = Math.min(this.earliest, at);
  }

  /** The log dropped it, or it was refused. */
  forget(id: RecordId): void {
    this.queue.delete(id);
    this.heard.delete(id);
  }
}

const isEmpty = (repair: Repair): boolean => repair.low === 0 && repair.high === 0;

/** Clears bits beyond the record's last fragment, so that an emptied repair is seen to be empty. */
function trim(repair: Repair, count: number): void {
  for (let index = count; index < FRAGMENTS_MAX; index++) {
    if (index < 32) repair.low &= ~(1 << index);
    else repair.high &= ~(1 << (index - 32));
  }
}

/**
 * The way of a record into the log: put together from fragments, parsed, judged, paid for, verified (protocol.md §6.2).
 * Cheap looks come first, and nothing is verified that would not be taken.
 */
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, RoomId } from '../../base/ids.ts';
import type { Context } from '../context.ts';
import {
  AUTHOR_RECORDS_BURST,
  AUTHOR_RECORDS_PER_S,
  AUTHORS_MAX,
  FRAGMENT_BYTES,
  HOST_LATE_MS,
  OLD_RECORDS_MAX,
  RECORD_BYTES_MAX,
} from '../limits.ts';
import type { Roster } from '../membership/roster.ts';
import type { VerifyBudget } from '../membership/verify-budget.ts';
import { TokenBucket } from '../reliability/bucket.ts';
import type { FragmentFrame } from '../wire/fragment.ts';
import { recordPrefix } from '../wire/id-bytes.ts';
import type { RecordPrefix } from '../wire/id-bytes.ts';
import { parseRecord, verifyRecord } from '../wire/record.ts';
import type { LogRecord } from '../wire/record.ts';
import type { RoomAccess } from './access.ts';
import type { Answering } from './answering.ts';
import type { Gaps } from './gaps.ts';
import type { Keeping } from './keeping.ts';
import type { RecordLog } from './log.ts';
import type { Reassembly } from './reassembly.ts';

export interface IntakeParts {
  readonly room: RoomId;
  readonly context: Context;
  readonly access: RoomAccess;
  readonly budget: VerifyBudget;
  readonly roster: Roster;
  readonly log: RecordLog;
  readonly keeping: Keeping;
  readonly reassembly: Reassembly;
  readonly gaps: Gaps;
  readonly answering: Answering;
  readonly delivered: (now: number, record: LogRecord) => void;
}

export class Intake {
  private readonly parts: IntakeParts;
  /** What each author may still add: charged only for what it has signed, so nobody is silenced by forgeries. */
  private readonly authors = new Map<MemberId, TokenBucket>();

  /**
   * Records in the store that somebody repaired for another a while ago: a piece of one that comes once more begins
   * nothing, or two members who hear each other's repairs would ask for the rest for ever.
   */
  private readonly old = new Set<RecordPrefix>();

  constructor(parts: IntakeParts) {
    this.parts = parts;
  }

  handleFragment(now: number, frame: FragmentFrame): void {
    const { log, answering, reassembly, gaps } = this.parts;
    const { repairs, withholding } = answering;
    const known = log.byRecordPrefix(frame.record);
    if (known !== undefined) withholding.given(known);
    if (known !== undefined || repairs.isQueued(frame.record))
      return repairs.overheard(now, frame.record, frame.index);
    if (log.isPendingPrefix(frame.record) || log.isRefusedPrefix(frame.record)) return;
    if (this.old.has(frame.record)) return;
    const bytes = reassembly.add(now, frame);
    if (frame.count > 1) gaps.fragmentHeard(now);
    if (bytes !== undefined) this.handleRecord(now, frame.record, bytes);
  }

  private handleRecord(now: number, prefix: string, bytes: Bytes): void {
    const { room, context, access, log, gaps } = this.parts;
    const record = bytes.length > RECORD_BYTES_MAX ? undefined : parseRecord(context.crypto, bytes);
    if (record === undefined || record.room !== room || recordPrefix(record.id) !== prefix)
      return context.count('bad-record');
    const judgement = access.judge(record.author, record.sequence);
    if (judgement !== 'take') return context.count(`record-${judgement}`);
    if (this.isOld(now, record)) return context.count('record-stored-before');
    const later = this.isForLater(record);
    if (later !== undefined) return context.count(later);
    if (!this.isWorthIt(now, record)) return;
    if (!verifyRecord(context.crypto, record)) return context.count('bad-signature');
    this.bucketOf(record.author).take(now, Math.ceil(record.bytes.length / FRAGMENT_BYTES));
    access.came(record);
    const result = log.add(record, (delivered) => this.parts.delivered(now, delivered));
    if (result === 'delivered' || result === 'pending' || result === 'refused') {
      gaps.arrived(now, record.author, record.sequence, record.id, context.waitedMs());
      gaps.advance(now, record.author);
    }
    if (result === 'pending') for (const ref of log.missing(record.id)) gaps.missing(now, ref);
    if (result === 'refused' || result === 'full') context.count(`record-${result}`);
  }

  /** Somebody repairs for another what only our store still has. */
  private isOld(now: number, { author, sequence, id }: LogRecord): boolean {
    const { log, keeping, answering } = this.parts;
    if (keeping.stretches(author)?.has(sequence) !== true || log.at(author, sequence).length > 0)
      return false;
    answering.oldRepairs.overheard(now, author, sequence);
    if (this.old.size >= OLD_RECORDS_MAX) this.old.delete(this.old.keys().next().value as RecordPrefix);
    this.old.add(recordPrefix(id));
    return true;
  }

  /**
   * It could only be parked, and why not now: there is no room for it, or we do not keep up. Then what was asked for comes first, and
   * this is asked for when its turn comes. A look before the signature is checked, which is nearly all that a record costs.
   */
  private isForLater(record: LogRecord): 'record-full' | 'record-late' | undefined {
    const { context, log, gaps } = this.parts;
    if (log.isComplete(record)) return undefined;
    if (log.parked.isCrowded(record)) return 'record-full';
    return context.waitedMs() > HOST_LATE_MS && !gaps.isWanted(record) ? 'record-late' : undefined;
  }

  /** What it costs is allowed for; what is refused is counted, and may be asked for again. */
  private isWorthIt(now: number, record: LogRecord): boolean {
    const { context, keeping, budget, roster, gaps } = this.parts;
    const refuse = (why: string): boolean => {
      context.count(why);
      return false;
    };
    if (keeping.isBehind()) return refuse('store-behind');
    if (this.bucketOf(record.author).readyAt(now) > now) return refuse('author-floods');
    const isMember = record.author === context.self.id || roster.get(record.author) !== undefined;
    return (
      budget.takeRecord(now, isMember || gaps.isClaimed(record) || gaps.isWanted(record)) ||
      refuse('verify-budget')
    );
  }

  private bucketOf(author: MemberId): TokenBucket {
    let bucket = this.authors.get(author);
    if (bucket !== undefined) return bucket;
    if (this.authors.size >= AUTHORS_MAX) this.authors.delete(this.authors.keys().next().value as MemberId);
    bucket = new TokenBucket(AUTHOR_RECORDS_PER_S / 1000, AUTHOR_RECORDS_BURST);
    this.authors.set(author, bucket);
    return bucket;
  }
}

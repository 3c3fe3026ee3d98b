/**
 * What of the log is durable. Every delivered record goes to the store, which has everything that this process's window
 * of memory drops; what others are told that we have (RECEIPT, the frontiers of HELLO) is only what the store has
 * (protocol.md §6.5). Invariant: at most KEEP_OUTSTANDING_MAX records wait for the store; while so many do, no further
 * ones are taken.
 */
import type { MemberId, RecordId, RoomId } from '../../base/ids.ts';
import type { StoredChain } from '../api.ts';
import type { Context } from '../context.ts';
import { KEEP_OUTSTANDING_BYTES_MAX, KEEP_OUTSTANDING_MAX } from '../limits.ts';
import type { LogRecord } from '../wire/record.ts';
import type { RecordLog } from './log.ts';
import { Spans } from './spans.ts';

interface Outstanding {
  readonly serial: number;
  readonly author: MemberId;
  readonly sequence: number;
  readonly byteCount: number;
}

export class Keeping {
  private readonly context: Context;
  private readonly room: RoomId;
  /** In the order of their serials. */
  private readonly outstanding = new Map<RecordId, Outstanding>();
  private outstandingBytes = 0;
  private readonly stored = new Map<MemberId, Spans>();

  constructor(context: Context, room: RoomId, floors: readonly StoredChain[]) {
    this.context = context;
    this.room = room;
    for (const { author, floor, head } of floors) this.spansOf(author).add(floor, head);
  }

  /** Delivered: to the store with it. `at`: as it is shown. */
  keep(record: LogRecord, at: number, audience: string): void {
    const { id, author, sequence, depth, bytes } = record;
    // Shown once more, as what was hidden is.
    if (this.outstanding.has(id)) return;
    const serial = this.context.nextSerial();
    this.outstanding.set(id, { serial, author, sequence, byteCount: bytes.length });
    this.outstandingBytes += bytes.length;
    const what = { id, author, sequence, depth, at, bytes, audience };
    this.context.emit({ type: 'keep-record', room: this.room, serial, ...what });
  }

  /** The store has all up to `serial`: whose they are. */
  kept(serial: number): ReadonlySet<MemberId> {
    const authors = new Set<MemberId>();
    for (const [id, one] of this.outstanding) {
      if (one.serial > serial) break;
      this.outstanding.delete(id);
      this.outstandingBytes -= one.byteCount;
      this.spansOf(one.author).add(one.sequence, one.sequence);
      authors.add(one.author);
    }
    return authors;
  }

  /** It is in the store already: an own one, or one that was restored. */
  isStored({ author, sequence }: LogRecord): void {
    this.spansOf(author).add(sequence, sequence);
  }

  isDurable(id: RecordId): boolean {
    return !this.outstanding.has(id);
  }

  /** A head itself where it is durable, else the newest record before it that is. */
  durableBefore(log: RecordLog, head: RecordId): LogRecord | undefined {
    let record = log.get(head);
    while (record !== undefined && this.outstanding.has(record.id))
      record = record.previous === undefined ? undefined : log.get(record.previous);
    return record;
  }

  /** The store is slow: nothing more is taken until it has caught up. */
  isBehind(): boolean {
    return (
      this.outstanding.size >= KEEP_OUTSTANDING_MAX || this.outstandingBytes >= KEEP_OUTSTANDING_BYTES_MAX
    );
  }

  stretches(author: MemberId): Spans | undefined {
    return this.stored.get(author);
  }

  /** The lowest sequence from which a chain is durable here, without a gap, up to `head`. */
  floorOf(author: MemberId, head: number): number | undefined {
    return this.stored.get(author)?.floorOf(head);
  }

  get size(): number {
    return this.outstanding.size;
  }

  /** What the store has of an author's chain, now and later. */
  spansOf(author: MemberId): Spans {
    let spans = this.stored.get(author);
    if (spans === undefined) this.stored.set(author, (spans = new Spans()));
    return spans;
  }
}

/**
 * Own records: settle after a join (learn from peers whether the own chain is longer than the store knows), then
 * sign, have it stored, and only then send (protocol.md §6.7). One record is with the store at a time per queue slot;
 * order is kept because each names the one before.
 */
import type { MemberId, RecordId, RoomId } from '../../base/ids.ts';
import type { Context } from '../context.ts';
import { OWN_QUEUE_MAX, PARENTS_MAX, SETTLE_MS, SETTLE_RECOVERY_MAX_MS } from '../limits.ts';
import { signRecord } from '../wire/record.ts';
import type { LogRecord, RecordBody, RecordRef } from '../wire/record.ts';
import type { RoomAccess } from './access.ts';
import type { RecordLog } from './log.ts';

export interface Draft {
  readonly body: RecordBody;
  readonly at: number;
  readonly token: number;
}

export class Authoring {
  private readonly context: Context;
  private readonly room: RoomId;
  private readonly log: RecordLog;
  private readonly access: RoomAccess;
  private readonly drafts: Draft[] = [];
  /** Signed, with the store, not yet in the log: oldest first. */
  private readonly unstored = new Map<RecordId, LogRecord>();
  private readonly stored = new Set<RecordId>();
  private last: LogRecord | undefined;
  private settleAt: number;
  private readonly settleLimit: number;
  private settled = false;
  /** Highest own sequence that peers have named. */
  private claimed = 0;

  constructor(now: number, room: RoomId, context: Context, log: RecordLog, access: RoomAccess) {
    this.access = access;
    this.room = room;
    this.context = context;
    this.log = log;
    this.settleAt = now + SETTLE_MS;
    this.settleLimit = now + SETTLE_RECOVERY_MAX_MS;
  }

  /** False where too many drafts wait already. */
  write(draft: Draft): boolean {
    if (this.drafts.length + this.unstored.size >= OWN_QUEUE_MAX) return false;
    this.drafts.push(draft);
    return true;
  }

  /** A peer names an own record: while it is newer than what we have, writing waits for it. */
  claimedByPeer(sequence: number): void {
    this.claimed = Math.max(this.claimed, sequence);
  }

  /** An own record came back from peers: the chain goes on from it. */
  recovered(record: LogRecord): void {
    this.store(record, 0);
  }

  /** Turns drafts into records and hands them to the store. */
  flush(now: number): void {
    if (!this.mayWrite(now)) return;
    for (let draft = this.drafts.shift(); draft !== undefined; draft = this.drafts.shift()) {
      const record = this.sign(draft);
      this.last = record;
      this.unstored.set(record.id, record);
      this.access.wrote(record);
      this.store(record, draft.token);
    }
  }

  /** Records that may leave now, in order. */
  recordStored(id: RecordId): LogRecord[] {
    if (!this.unstored.has(id)) return [];
    this.stored.add(id);
    const ready: LogRecord[] = [];
    for (const [waiting, record] of this.unstored) {
      if (!this.stored.delete(waiting)) break;
      this.unstored.delete(waiting);
      ready.push(record);
    }
    return ready;
  }

  nextTimeout(): number {
    return this.settled || this.drafts.length === 0 ? Infinity : this.settleAt;
  }

  private store(record: LogRecord, token: number): void {
    const { id, sequence, depth, at, bytes } = record;
    const audience = this.access.audienceId(record);
    const what = { id, sequence, depth, at, bytes, audience, token };
    this.context.emit({ type: 'store-record', room: this.room, ...what });
  }

  private mayWrite(now: number): boolean {
    if (this.settled) return true;
    const have = this.log.newest(this.context.self.id)?.sequence ?? 0;
    if (now < this.settleAt) return false;
    if (this.claimed > have && now < this.settleLimit) {
      this.settleAt = Math.min(this.settleLimit, now + 50);
      return false;
    }
    this.settled = true;
    return true;
  }

  private sign(draft: Draft): LogRecord {
    const { self, crypto } = this.context;
    const newest = this.log.newest(self.id);
    const newestRecord = newest === undefined ? undefined : this.log.get(newest.id);
    // Records still with the store are ahead of the log.
    const previous =
      this.last !== undefined && this.last.sequence >= (newest?.sequence ?? 0) ? this.last : newestRecord;
    const parents = this.parents(self.id);
    const deepest = Math.max(
      previous?.depth ?? 0,
      ...parents.map((parent) => this.log.get(parent.id)?.depth ?? 0),
    );
    return signRecord(crypto, {
      room: this.room,
      publicKey: self.publicKey,
      incarnation: self.incarnation,
      sequence: (previous?.sequence ?? 0) + 1,
      previous: previous?.id,
      parents,
      depth: deepest + 1,
      at: draft.at,
      name: self.name,
      body: draft.body,
    });
  }

  private parents(self: MemberId): RecordRef[] {
    return this.log
      .topHeads()
      .filter((head) => head.author !== self)
      .slice(0, PARENTS_MAX)
      .map(({ author, sequence, id }) => ({ author, sequence, id }));
  }
}

/**
 * What this member does for others that lack records: repairs from memory, repairs from the store, and the word to those
 * who may not have them (protocol.md §6.3, §8.4).
 */
import type { MemberId, RoomId } from '../../base/ids.ts';
import type { KeptRecord } from '../api.ts';
import { control } from '../context.ts';
import type { Context } from '../context.ts';
import { READ_RECORDS_MAX, WANTS_PER_AUTHOR_MAX } from '../limits.ts';
import type { NakFrame } from '../wire/nak.ts';
import type { LogRecord } from '../wire/record.ts';
import { encodeWithheld } from '../wire/withheld.ts';
import type { RoomAccess } from './access.ts';
import type { Keeping } from './keeping.ts';
import type { RecordLog } from './log.ts';
import { OldRepairs } from './old-repairs.ts';
import { Repairs } from './repair.ts';
import { fromStore } from './restore.ts';
import { Withholding } from './withholding.ts';

export interface AnsweringParts {
  readonly room: RoomId;
  readonly context: Context;
  readonly access: RoomAccess;
  readonly log: RecordLog;
  readonly keeping: Keeping;
  readonly sendFragment: (now: number, record: LogRecord, index: number) => void;
}

export class Answering {
  readonly repairs: Repairs;
  readonly oldRepairs: OldRepairs;
  readonly withholding: Withholding;
  private readonly parts: AnsweringParts;

  constructor(parts: AnsweringParts) {
    this.parts = parts;
    const { context, log } = parts;
    this.repairs = new Repairs(log, context.random, context.self.id);
    this.oldRepairs = new OldRepairs(context.random);
    this.withholding = new Withholding(context.random);
  }

  /** Delays against implosion grow with the room. */
  setMemberCount(count: number): void {
    this.repairs.memberCount = count;
    this.oldRepairs.memberCount = count;
    this.withholding.memberCount = count;
  }

  handleNak(now: number, nak: NakFrame): void {
    const { access, keeping, log } = this.parts;
    const withheld = this.repairs.handleNak(now, nak, (record) => access.mayHave(record, nak.member));
    this.withholding.refuse(now, nak.member, withheld);
    for (const { author, from, to } of nak.ranges) {
      const stored = keeping.stretches(author);
      if (stored === undefined) continue;
      const range = { author, from, to: Math.min(to, from + WANTS_PER_AUTHOR_MAX) };
      const isHeld = (sequence: number): boolean => log.at(author, sequence).length > 0;
      this.oldRepairs.ask(now, range, nak.member, stored, isHeld);
    }
  }

  /** Old records that somebody asked for leave as repairs do, to those who may have them. */
  recordsRead(now: number, request: number, kept: readonly KeptRecord[]): void {
    const run = this.oldRepairs.read(now, request);
    if (run === undefined) return;
    const { context, room, access } = this.parts;
    const records: LogRecord[] = [];
    for (const one of kept.slice(0, READ_RECORDS_MAX)) {
      const record = fromStore(context, room, access, one);
      if (record?.author === run.author && run.wanted.has(record.sequence)) records.push(record);
    }
    for (const asker of run.askers) this.give(now, asker, records);
  }

  nextTimeout(): number {
    return Math.min(
      this.repairs.nextTimeout(),
      this.oldRepairs.nextTimeout(),
      this.withholding.nextTimeout(),
    );
  }

  handleTimeout(now: number): void {
    const { context, room, sendFragment } = this.parts;
    if (this.repairs.nextTimeout() <= now)
      this.repairs.handleTimeout(now, (record, index) => sendFragment(now, record, index));
    if (this.oldRepairs.nextTimeout() <= now) {
      const reads = this.oldRepairs.handleTimeout(now, () => this.repairs.hasRoomFor(READ_RECORDS_MAX));
      for (const read of reads) context.emit({ type: 'read-records', room, ...read });
    }
    if (this.withholding.nextTimeout() <= now)
      this.withholding.handleTimeout(now, (asker, ranges) =>
        context.send(control(room), encodeWithheld(room, { asker, ranges })),
      );
  }

  private give(now: number, asker: MemberId, records: readonly LogRecord[]): void {
    const withheld: LogRecord[] = [];
    for (const record of records) {
      if (this.parts.access.mayHave(record, asker)) this.repairs.fromStore(now, record);
      else withheld.push(record);
    }
    this.withholding.refuse(now, asker, withheld);
  }
}

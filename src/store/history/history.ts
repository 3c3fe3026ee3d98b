/** The history of all rooms: records, timelines, search, read marks, retention. One facade over one database. */
import type { DatabaseSync } from 'node:sqlite';
import type { MemberId, RecordId, RoomId } from '../../base/ids.ts';
import { UNREAD_COUNTED_MAX } from '../limits.ts';
import { inTransaction } from '../transaction.ts';
import type { Content, Entry, Kept, KeptBytes, Line, Stretch } from './entries.ts';
import { comparePlaces } from './order.ts';
import type { Place } from './order.ts';
import { ReadMarks } from './read-marks.ts';
import type { ReadMark } from './read-marks.ts';
import { RecordRows } from './record-rows.ts';
import { Retention } from './retention.ts';
import type { ForgettingStep } from './retention.ts';
import { RoomNumbers } from './rooms.ts';
import { SearchIndex } from './search-index.ts';
import { TimelineRows } from './timeline-rows.ts';
import { highlights, queryWords } from './words.ts';

export interface Search {
  /** Words, of which each must occur, in the text or in the author's name. */
  readonly query?: string;
  readonly room?: RoomId;
  readonly author?: MemberId;
  readonly kind?: 'message' | 'file';
  /** Unix milliseconds, both included. */
  readonly since?: number;
  readonly until?: number;
  /** Serial number of the last hit of the page before. */
  readonly before?: number;
  readonly limit: number;
}

export interface Hit {
  readonly line: Line;
  /** UTF-16 positions in the text. */
  readonly highlights: readonly (readonly [number, number])[];
}

export class History {
  readonly #database: DatabaseSync;
  readonly #rooms: RoomNumbers;
  readonly #records: RecordRows;
  readonly #search: SearchIndex;
  readonly #marks: ReadMarks;
  readonly #retention: Retention;
  readonly timeline: TimelineRows;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#rooms = new RoomNumbers(database);
    this.#records = new RecordRows(database, this.#rooms);
    this.#search = new SearchIndex(database);
    this.#marks = new ReadMarks(database, this.#rooms);
    this.#retention = new Retention(database, this.#rooms, this.#search);
    this.timeline = new TimelineRows(database, this.#rooms, this.#search);
  }

  /** All of it or nothing; durable when it returns. What is there already is left as it is. */
  keep(entries: readonly Entry[]): Kept {
    return this.#write(() => this.adopt(entries));
  }

  /** A line of which there is no signed record. */
  keepUnsigned(entry: Entry & { readonly content: Content }): Kept {
    return this.#write(() => {
      const taken = this.timeline.take(entry, entry.content);
      if (taken !== undefined) this.#readOwn(taken.line);
      return { added: taken === undefined ? [] : [taken.line], changed: [], read: [] };
    });
  }

  /** As `keep`, within a transaction of the caller's. */
  adopt(entries: readonly Entry[]): Kept {
    const added = new Map<RecordId, Line>();
    const changed = new Map<RecordId, Line>();
    const read = new Set<RoomId>();
    for (const entry of entries) {
      if (!this.#records.insert(entry) || entry.content === undefined) continue;
      if (entry.content.kind === 'read' && this.#marks.take(entry, entry.content.target))
        read.add(entry.room);
      const taken = this.timeline.take(entry, entry.content);
      if (taken === undefined) continue;
      const { line, isNew } = taken;
      if (isNew) this.#readOwn(line);
      if (isNew || added.has(line.id)) added.set(line.id, line);
      else changed.set(line.id, line);
    }
    return { added: [...added.values()], changed: [...changed.values()], read: [...read] };
  }

  // ---- for the core

  restored(room: RoomId): readonly KeptBytes[] {
    return this.#records.restored(room);
  }
  stretches(room: RoomId): readonly Stretch[] {
    return this.#records.stretches(room);
  }
  range(room: RoomId, author: MemberId, from: number, to: number): readonly KeptBytes[] {
    return this.#records.range(room, author, from, to);
  }

  forgotten(room: RoomId): readonly { readonly author: MemberId; readonly upTo: number }[] {
    return this.#retention.forgotten(room);
  }

  // ---- for people

  /** Newest arrival first. */
  search({ query = '', room, limit, ...rest }: Search): readonly Hit[] {
    const words = queryWords(query);
    // A query of nothing but marks finds nothing, rather than everything.
    if (query.trim() !== '' && words.length === 0) return [];
    const number = room === undefined ? undefined : this.#rooms.find(room);
    if (room !== undefined && number === undefined) return [];
    const serials = this.#search.find({
      words,
      limit,
      ...rest,
      ...(number === undefined ? {} : { room: number }),
    });
    return this.timeline
      .bySerials(serials)
      .map((line) => ({ line, highlights: highlights(line.text, words) }));
  }

  marks(room: RoomId): readonly ReadMark[] {
    return this.#marks.list(room);
  }
  readPlace(room: RoomId): Place {
    return this.#marks.own(room);
  }
  /** Never goes back. True where it went forward. */
  readUpTo(room: RoomId, place: Place): boolean {
    if (comparePlaces(place, this.#marks.own(room)) <= 0) return false;
    this.#write(() => this.#marks.setOwn(room, place));
    return true;
  }
  /** Who writes has read what stands above. */
  #readOwn(line: Line): void {
    if (line.own && comparePlaces(line, this.#marks.own(line.room)) > 0) this.#marks.setOwn(line.room, line);
  }
  /** Lines of others that this profile has not read, counted up to UNREAD_COUNTED_MAX. */
  unread(room: RoomId): number {
    return this.timeline.unread(room, this.#marks.own(room), UNREAD_COUNTED_MAX);
  }

  /** For us alone, and for good; the signed record stays, since others may lack it. */
  hide(room: RoomId, record: RecordId): boolean {
    return this.#write(() => this.timeline.hide(room, record));
  }
  cut(room: RoomId, author: MemberId, above: number): readonly RecordId[] {
    return this.#write(() => this.timeline.cut(room, author, above));
  }

  retentionDays(room: RoomId): number | undefined {
    return this.#retention.days(room);
  }
  setRetention(room: RoomId, days: number | undefined): void {
    this.#write(() => this.#retention.set(room, days));
  }
  /** One bounded step of forgetting what is too old. */
  forgetOld(now: number): ForgettingStep {
    return this.#write(() => this.#retention.step(now));
  }
  forgetRoom(room: RoomId): void {
    this.#write(() => this.#retention.forget(room));
  }
  /** As `forgetRoom`, of one that may be joined again. */
  emptyRoom(room: RoomId): void {
    this.#write(() => this.#retention.empty(room));
  }

  #write<T>(write: () => T): T {
    try {
      return inTransaction(this.#database, write);
    } catch (error) {
      this.#rooms.forgetCached();
      throw error;
    }
  }
}

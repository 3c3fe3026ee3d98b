/** What is kept for how long, room by room, and what is forgotten with a room. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { MemberId, RoomId } from '../../base/ids.ts';
import { RETENTION_STEP_LINES } from '../limits.ts';
import type { RoomNumbers } from './rooms.ts';
import type { SearchIndex } from './search-index.ts';

const DAY_MS = 86_400_000;
/** What is shown of a room, and how: by its number. */
const SHOWN_TABLES = ['timeline', 'annotations', 'read_marks', 'read_places', 'retention'];
/** What its chains go on from, as well. */
const TABLES = [...SHOWN_TABLES, 'records', 'stretches', 'forgotten'];

export interface ForgettingStep {
  readonly dropped: number;
  /** There may be more that is too old. */
  readonly hasMore: boolean;
}

export class Retention {
  readonly #database: DatabaseSync;
  readonly #rooms: RoomNumbers;
  readonly #get: StatementSync;
  readonly #set: StatementSync;
  readonly #clear: StatementSync;
  readonly #all: StatementSync;
  readonly #old: StatementSync;
  readonly #dropLine: StatementSync;
  readonly #search: SearchIndex;
  readonly #dropNotes: StatementSync;
  readonly #firstKept: StatementSync;
  readonly #dropRecords: StatementSync;
  readonly #dropStretches: StatementSync;
  readonly #trimStretch: StatementSync;
  readonly #noteForgotten: StatementSync;
  readonly #forgotten: StatementSync;

  constructor(database: DatabaseSync, rooms: RoomNumbers, search: SearchIndex) {
    this.#search = search;
    this.#database = database;
    this.#rooms = rooms;
    const prepare = (sql: string): StatementSync => database.prepare(sql);
    this.#get = prepare('SELECT days FROM retention WHERE room = ?');
    this.#set = prepare('INSERT OR REPLACE INTO retention (room, days) VALUES (?, ?)');
    this.#clear = prepare('DELETE FROM retention WHERE room = ?');
    this.#all = prepare('SELECT room, days FROM retention');
    this.#old = prepare(
      `SELECT serial, id FROM timeline WHERE room = ? AND at < ? ORDER BY at LIMIT ${RETENTION_STEP_LINES}`,
    );
    this.#dropLine = prepare('DELETE FROM timeline WHERE serial = ?');
    this.#dropNotes = prepare('DELETE FROM annotations WHERE room = ? AND target = ?');
    this.#firstKept = prepare(
      `SELECT author, coalesce(min(CASE WHEN at >= ?2 THEN sequence END), max(sequence)) AS first
       FROM records WHERE room = ?1 GROUP BY author`,
    );
    this.#dropRecords = prepare('DELETE FROM records WHERE room = ? AND author = ? AND sequence < ?');
    this.#dropStretches = prepare('DELETE FROM stretches WHERE room = ? AND author = ? AND head < ?');
    this.#noteForgotten = prepare(
      `INSERT INTO forgotten (room, author, up_to) VALUES (?, ?, ?)
       ON CONFLICT (room, author) DO UPDATE SET up_to = max(up_to, excluded.up_to)`,
    );
    this.#forgotten = prepare('SELECT author, up_to FROM forgotten WHERE room = ?');
    this.#trimStretch = prepare(
      'UPDATE stretches SET floor = ?3 WHERE room = ?1 AND author = ?2 AND floor < ?3',
    );
  }

  /** Undefined: for ever. */
  days(id: RoomId): number | undefined {
    const room = this.#rooms.find(id);
    return room === undefined ? undefined : (this.#get.get(room)?.['days'] as number | undefined);
  }

  set(id: RoomId, days: number | undefined): void {
    const room = this.#rooms.of(id);
    if (days === undefined) this.#clear.run(room);
    else this.#set.run(room, days);
  }

  /**
   * Drops a bounded number of lines that are older than their room keeps them, and at the end of that the records under
   * them. Within a transaction of the caller's.
   */
  step(now: number): ForgettingStep {
    let dropped = 0;
    for (const { room, days } of this.#all.all() as unknown as { room: number; days: number }[]) {
      const cutoff = now - days * DAY_MS;
      const lines = this.#old.all(room, cutoff) as unknown as { serial: number; id: string }[];
      for (const { serial, id } of lines) {
        this.#dropLine.run(serial);
        this.#search.remove(serial);
        this.#dropNotes.run(room, id);
      }
      dropped += lines.length;
      if (lines.length === RETENTION_STEP_LINES) return { dropped, hasMore: true };
      if (lines.length > 0) this.#dropRecordsBefore(room, cutoff);
    }
    return { dropped, hasMore: false };
  }

  /** Of each author everything up to that sequence was dropped: it is not to be fetched again. */
  forgotten(id: RoomId): readonly { readonly author: MemberId; readonly upTo: number }[] {
    const room = this.#rooms.find(id);
    if (room === undefined) return [];
    return this.#forgotten
      .all(room)
      .map((row) => ({ author: row['author'] as MemberId, upTo: row['up_to'] as number }));
  }

  /** Everything of a room that is not to be joined again. */
  forget(id: RoomId): void {
    const room = this.#rooms.find(id);
    if (room !== undefined) this.#clearTables(room, TABLES);
  }

  /**
   * All that was said in a room that may be joined again: of each author the newest record stays, unseen. Else our next one there
   * would begin a second chain, and what was said before would be fetched again.
   */
  empty(id: RoomId): void {
    const room = this.#rooms.find(id);
    if (room === undefined) return;
    this.#clearTables(room, SHOWN_TABLES);
    this.#dropRecordsBefore(room, Infinity);
  }

  #clearTables(room: number, tables: readonly string[]): void {
    this.#search.removeRoom(room);
    for (const table of tables) this.#database.prepare(`DELETE FROM ${table} WHERE room = ?`).run(room);
  }

  /** Of each author what comes before the first record that is young enough; its newest one stays, for its chain goes on from it. */
  #dropRecordsBefore(room: number, cutoff: number): void {
    for (const { author, first } of this.#firstKept.all(room, cutoff) as unknown as {
      author: string;
      first: number;
    }[]) {
      if (Number(this.#dropRecords.run(room, author, first).changes) === 0) continue;
      this.#dropStretches.run(room, author, first);
      this.#trimStretch.run(room, author, first);
      this.#noteForgotten.run(room, author, first - 1);
    }
  }
}

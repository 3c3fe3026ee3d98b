/** The signed records of all rooms, whole, for whoever lacks them. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { MemberId, RecordId, RoomId } from '../../base/ids.ts';
import { HISTORY_RESTORED_BYTES_MAX, HISTORY_RESTORED_MAX, READ_RECORDS_MAX } from '../limits.ts';
import type { Entry, KeptBytes, Stretch } from './entries.ts';
import type { RoomNumbers } from './rooms.ts';

export class RecordRows {
  readonly #rooms: RoomNumbers;
  readonly #insert: StatementSync;
  readonly #newest: StatementSync;
  readonly #heads: StatementSync;
  readonly #byId: StatementSync;
  readonly #range: StatementSync;
  readonly #stretches: StatementSync;
  readonly #around: StatementSync;
  readonly #addStretch: StatementSync;
  readonly #dropStretch: StatementSync;

  constructor(database: DatabaseSync, rooms: RoomNumbers) {
    this.#rooms = rooms;
    this.#insert = database.prepare(
      `INSERT OR IGNORE INTO records (room, id, author, sequence, depth, at, own, audience, bytes)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#newest = database.prepare(
      `SELECT id, author, sequence, depth, bytes, audience FROM records WHERE room = ?
       ORDER BY depth DESC, author DESC, sequence DESC, id DESC LIMIT ${HISTORY_RESTORED_MAX}`,
    );
    this.#heads = database.prepare(
      `SELECT author, max(head) AS head FROM stretches WHERE room = ? GROUP BY author`,
    );
    this.#byId = database.prepare(
      `SELECT id, author, sequence, depth, bytes, audience FROM records
       WHERE room = ? AND author = ? AND sequence = ?`,
    );
    this.#range = database.prepare(
      `SELECT bytes, audience FROM records WHERE room = ? AND author = ? AND sequence BETWEEN ? AND ?
       ORDER BY sequence LIMIT ${READ_RECORDS_MAX}`,
    );
    this.#stretches = database.prepare(
      'SELECT author, floor, head FROM stretches WHERE room = ? ORDER BY author, floor',
    );
    this.#around = database.prepare(
      `SELECT floor, head FROM stretches WHERE room = ?1 AND author = ?2 AND floor <= ?3 + 1
       ORDER BY floor DESC LIMIT 2`,
    );
    this.#addStretch = database.prepare(
      'INSERT INTO stretches (room, author, floor, head) VALUES (?, ?, ?, ?)',
    );
    this.#dropStretch = database.prepare('DELETE FROM stretches WHERE room = ? AND author = ? AND floor = ?');
  }

  /** False where it is kept already. Within a transaction of the caller's. */
  insert(entry: Entry): boolean {
    const room = this.#rooms.of(entry.room);
    const { id, author, sequence, depth, at, own, audience, bytes } = entry;
    const { changes } = this.#insert.run(room, id, author, sequence, depth, at, Number(own), audience, bytes);
    if (Number(changes) === 0) return false;
    this.#stretch(room, author, sequence);
    return true;
  }

  /**
   * What the core is given at a join, ascending in the order: the newest records, as many as it parses at once, and the newest
   * one of each author that is not among those.
   */
  restored(id: RoomId): readonly KeptBytes[] {
    const room = this.#rooms.find(id);
    if (room === undefined) return [];
    const rows: Row[] = [];
    let bytes = 0;
    for (const row of this.#newest.iterate(room) as Iterable<Row>) {
      bytes += row.bytes.length;
      if (bytes > HISTORY_RESTORED_BYTES_MAX && rows.length > 0) break;
      rows.push(row);
    }
    const here = new Set(rows.map((row) => row.id));
    for (const { author, head } of this.#heads.all(room) as unknown as { author: string; head: number }[]) {
      for (const row of this.#byId.all(room, author, head) as unknown as Row[])
        if (!here.has(row.id)) rows.push(row);
    }
    return rows.toSorted(compareRows).map(kept);
  }

  stretches(id: RoomId): readonly Stretch[] {
    const room = this.#rooms.find(id);
    if (room === undefined) return [];
    return this.#stretches.all(room).map((row) => ({
      author: row['author'] as MemberId,
      floor: row['floor'] as number,
      head: row['head'] as number,
    }));
  }

  /** Of one author, both ends included, ascending; at most READ_RECORDS_MAX. */
  range(id: RoomId, author: MemberId, from: number, to: number): readonly KeptBytes[] {
    const room = this.#rooms.find(id);
    if (room === undefined) return [];
    return (this.#range.all(room, author, from, to) as unknown as KeptBytes[]).map(kept);
  }

  /** Keeps the list of what is there without a gap. */
  #stretch(room: number, author: MemberId, sequence: number): void {
    const around = this.#around.all(room, author, sequence) as unknown as { floor: number; head: number }[];
    const after = around.find(({ floor }) => floor === sequence + 1);
    const before = around.find(({ floor, head }) => floor <= sequence && head >= sequence - 1);
    // A second record at one place of a forked chain.
    if (before !== undefined && before.head >= sequence) return;
    if (after !== undefined) this.#dropStretch.run(room, author, after.floor);
    if (before !== undefined) this.#dropStretch.run(room, author, before.floor);
    this.#addStretch.run(room, author, before?.floor ?? sequence, after?.head ?? sequence);
  }
}

interface Row extends KeptBytes {
  readonly id: RecordId;
  readonly author: string;
  readonly sequence: number;
  readonly depth: number;
}

function compareRows(a: Row, b: Row): number {
  return (
    a.depth - b.depth || compareText(a.author, b.author) || a.sequence - b.sequence || compareText(a.id, b.id)
  );
}
const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const kept = ({ bytes, audience }: KeptBytes): KeptBytes => ({ bytes: new Uint8Array(bytes), audience });

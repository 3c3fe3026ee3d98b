/** How far each member has read, as it said itself, and how far this profile has. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { MemberId, RecordId, RoomId } from '../../base/ids.ts';
import type { Entry } from './entries.ts';
import { FIRST_PLACE } from './order.ts';
import type { Place } from './order.ts';
import type { RoomNumbers } from './rooms.ts';

export interface ReadMark {
  readonly member: MemberId;
  readonly message: RecordId;
}

export class ReadMarks {
  readonly #rooms: RoomNumbers;
  readonly #mark: StatementSync;
  readonly #marks: StatementSync;
  readonly #place: StatementSync;
  readonly #setPlace: StatementSync;

  constructor(database: DatabaseSync, rooms: RoomNumbers) {
    this.#rooms = rooms;
    this.#mark = database.prepare(
      `INSERT INTO read_marks (room, member, target, sequence) VALUES (?, ?, ?, ?)
       ON CONFLICT (room, member) DO UPDATE SET target = excluded.target, sequence = excluded.sequence
       WHERE excluded.sequence > sequence`,
    );
    this.#marks = database.prepare('SELECT member, target FROM read_marks WHERE room = ? ORDER BY member');
    this.#place = database.prepare('SELECT depth, author, sequence, id FROM read_places WHERE room = ?');
    this.#setPlace = database.prepare(
      'INSERT OR REPLACE INTO read_places (room, depth, author, sequence, id) VALUES (?, ?, ?, ?, ?)',
    );
  }

  /** Of a member: its last mark counts. True where it is news. */
  take(entry: Entry, target: RecordId): boolean {
    const { changes } = this.#mark.run(this.#rooms.of(entry.room), entry.author, target, entry.sequence);
    return Number(changes) > 0;
  }

  list(id: RoomId): readonly ReadMark[] {
    const room = this.#rooms.find(id);
    if (room === undefined) return [];
    return this.#marks
      .all(room)
      .map((row) => ({ member: row['member'] as MemberId, message: row['target'] as RecordId }));
  }

  /** This profile's own place, across all of its clients. */
  own(id: RoomId): Place {
    const room = this.#rooms.find(id);
    const row = room === undefined ? undefined : this.#place.get(room);
    return row === undefined ? FIRST_PLACE : (row as unknown as Place);
  }

  setOwn(id: RoomId, { depth, author, sequence, id: record }: Place): void {
    this.#setPlace.run(this.#rooms.of(id), depth, author, sequence, record);
  }
}

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { RoomId } from '../../base/ids.ts';

/** Small numbers in place of the rooms' ids, which would stand in every index entry of every record. */
export class RoomNumbers {
  readonly #get: StatementSync;
  readonly #insert: StatementSync;
  readonly #name: StatementSync;
  readonly #known = new Map<RoomId, number>();

  constructor(database: DatabaseSync) {
    this.#get = database.prepare('SELECT number FROM room_numbers WHERE room = ?');
    this.#insert = database.prepare('INSERT INTO room_numbers (room) VALUES (?) RETURNING number');
    this.#name = database.prepare('SELECT room FROM room_numbers WHERE number = ?');
  }

  /** Undefined for a room of which nothing is kept. */
  find(room: RoomId): number | undefined {
    const known = this.#known.get(room) ?? (this.#get.get(room)?.['number'] as number | undefined);
    // Not what a transaction that may be rolled back has just made.
    if (known !== undefined) this.#known.set(room, known);
    return known;
  }

  of(room: RoomId): number {
    return this.find(room) ?? (this.#insert.get(room)?.['number'] as number);
  }

  name(number: number): RoomId {
    return this.#name.get(number)?.['room'] as RoomId;
  }

  /** A transaction was rolled back. */
  forgetCached(): void {
    this.#known.clear();
  }
}

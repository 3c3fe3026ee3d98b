import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { RoomId } from '../base/ids.ts';
import { ROOMS_MAX } from './limits.ts';

export interface RememberedRoom {
  readonly room: RoomId;
  readonly label: string;
  /** False after QUIT: it stays out until it is joined again. */
  readonly joined: boolean;
}

export class RoomMemory {
  readonly #list: StatementSync;
  readonly #set: StatementSync;
  readonly #prune: StatementSync;
  readonly #drop: StatementSync;

  constructor(database: DatabaseSync) {
    this.#list = database.prepare('SELECT room, label, joined FROM rooms ORDER BY label');
    this.#set = database.prepare(
      `INSERT INTO rooms (room, label, joined) VALUES (?, ?, ?)
       ON CONFLICT (room) DO UPDATE SET joined = excluded.joined`,
    );
    // Only rooms that were quit are ever forgotten.
    this.#prune = database.prepare(
      `DELETE FROM rooms WHERE joined = 0 AND room IN
       (SELECT room FROM rooms WHERE joined = 0 LIMIT max(0, (SELECT count(*) FROM rooms) - ${ROOMS_MAX}))`,
    );
    this.#drop = database.prepare('DELETE FROM rooms WHERE room = ?');
  }

  list(): readonly RememberedRoom[] {
    return this.#list.all().map((row) => ({
      room: row['room'] as RoomId,
      label: row['label'] as string,
      joined: row['joined'] === 1,
    }));
  }

  remember(room: RoomId, label: string, joined: boolean): void {
    this.#set.run(room, label, joined ? 1 : 0);
    this.#prune.run();
  }

  forget(room: RoomId): void {
    this.#drop.run(room);
  }
}

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Bytes } from '../base/bytes.ts';
import type { RecordId, RoomId } from '../base/ids.ts';
import { OWN_RECORDS_RESTORED_MAX } from './limits.ts';

/** This profile's signed records. A (room, sequence) may hold two ids: a fork that a restored backup made. */
export class OwnRecords {
  readonly #insert: StatementSync;
  readonly #newest: StatementSync;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare(
      'INSERT OR IGNORE INTO own_records (room, sequence, id, bytes) VALUES (?, ?, ?, ?)',
    );
    this.#newest = database.prepare(
      `SELECT bytes FROM (SELECT rowid AS serial, sequence, bytes FROM own_records
         WHERE room = ? ORDER BY sequence DESC, serial DESC LIMIT ${OWN_RECORDS_RESTORED_MAX})
       ORDER BY sequence, serial`,
    );
  }

  /** Durable when it returns. The same record twice is kept once. */
  insert(room: RoomId, sequence: number, id: RecordId, bytes: Bytes): void {
    this.#insert.run(room, sequence, id, bytes);
  }

  /** The newest records of a room, ascending by sequence, for the core to continue the chain from. */
  newest(room: RoomId): readonly Bytes[] {
    return this.#newest.all(room).map((row) => new Uint8Array(row['bytes'] as Uint8Array));
  }
}

import type { DatabaseSync, StatementSync } from 'node:sqlite';

import type { Bytes } from '../base/bytes.ts';
import type { RecordId, RoomId } from '../base/ids.ts';
import type { KeptRecord } from '../core/api.ts';
import { OWN_RECORDS_RESTORED_MAX } from './limits.ts';

/** This profile's signed records. A (room, sequence) may hold two ids: a fork that a restored backup made. */
export class OwnRecords {
  readonly #insert: StatementSync;
  readonly #newest: StatementSync;
  readonly #range: StatementSync;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare(
      'INSERT OR IGNORE INTO own_records (room, sequence, id, bytes, audience) VALUES (?, ?, ?, ?, ?)',
    );
    this.#newest = database.prepare(
      `SELECT bytes, audience FROM (SELECT rowid AS serial, sequence, bytes, audience FROM own_records
         WHERE room = ? ORDER BY sequence DESC, serial DESC LIMIT ${OWN_RECORDS_RESTORED_MAX})
       ORDER BY sequence, serial`,
    );
    this.#range = database.prepare(
      `SELECT bytes, audience FROM own_records WHERE room = ? AND sequence BETWEEN ? AND ?
       ORDER BY sequence LIMIT ${OWN_RECORDS_RESTORED_MAX}`,
    );
  }

  /** Durable when it returns. The same record twice is kept once. */
  insert(room: RoomId, sequence: number, id: RecordId, bytes: Bytes, audience = ''): void {
    this.#insert.run(room, sequence, id, bytes, audience);
  }

  /** The newest records of a room, ascending by sequence, for the core to continue the chain from. */
  newest(room: RoomId): readonly KeptRecord[] {
    return this.#newest.all(room).map(keptOf);
  }

  range(room: RoomId, from: number, to: number): readonly KeptRecord[] {
    return this.#range.all(room, from, to).map(keptOf);
  }
}

const keptOf = (row: Record<string, unknown>): KeptRecord => ({
  bytes: new Uint8Array(row['bytes'] as Uint8Array),
  audience: row['audience'] as string,
});

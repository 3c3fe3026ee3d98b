import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { OwnPrekey } from '../core/secrecy/prekeys.ts';
import { inTransaction } from './transaction.ts';

/** Own prekeys with their private halves. What is no more in the ring is gone from the file. */
export class Prekeys {
  readonly #database: DatabaseSync;
  readonly #list: StatementSync;
  readonly #put: StatementSync;
  readonly #clear: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#list = database.prepare('SELECT * FROM prekeys ORDER BY serial DESC');
    this.#put = database.prepare(
      'INSERT INTO prekeys (serial, public_key, private_key, created_at, superseded_at) VALUES (?, ?, ?, ?, ?)',
    );
    this.#clear = database.prepare('DELETE FROM prekeys');
  }

  /** Newest first. */
  list(): readonly OwnPrekey[] {
    return this.#list.all().map((row) => ({
      serial: Number(row['serial']),
      publicKey: new Uint8Array(row['public_key'] as Uint8Array),
      privateKey: new Uint8Array(row['private_key'] as Uint8Array),
      createdAt: Number(row['created_at']),
      ...(row['superseded_at'] === null ? {} : { supersededAt: Number(row['superseded_at']) }),
    }));
  }

  replace(ring: readonly OwnPrekey[]): void {
    inTransaction(this.#database, () => {
      this.#clear.run();
      for (const { serial, publicKey, privateKey, createdAt, supersededAt } of ring)
        this.#put.run(serial, publicKey, privateKey, createdAt, supersededAt ?? null);
    });
  }
}

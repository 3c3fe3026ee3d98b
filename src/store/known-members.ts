import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Bytes } from '../base/bytes.ts';
import type { MemberId } from '../base/ids.ts';
import { KNOWN_MEMBERS_MAX } from './limits.ts';
import { inTransaction } from './transaction.ts';

/** Somebody we saw at some time. Times are Unix milliseconds. */
export interface KnownMemberRow {
  readonly id: MemberId;
  /** Ed25519. */
  readonly publicKey: Bytes;
  /** The last one that it had. */
  readonly name: string;
  /** Since when it has this name. */
  readonly namedAt: number;
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
  readonly verifiedAt?: number;
  /** Of its badge, where it chose one. */
  readonly colour?: number;
}

export class KnownMembers {
  readonly #database: DatabaseSync;
  readonly #list: StatementSync;
  readonly #put: StatementSync;
  readonly #prune: StatementSync;
  readonly #delete: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#list = database.prepare('SELECT * FROM known_members ORDER BY first_seen_at');
    this.#put = database.prepare(
      `INSERT OR REPLACE INTO known_members (id, public_key, name, named_at, first_seen_at, last_seen_at, verified_at, colour)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#delete = database.prepare('DELETE FROM known_members WHERE id = ?');
    this.#prune = database.prepare(
      `DELETE FROM known_members WHERE verified_at IS NULL AND id IN
       (SELECT id FROM known_members WHERE verified_at IS NULL ORDER BY last_seen_at
        LIMIT max(0, (SELECT count(*) FROM known_members) - ${KNOWN_MEMBERS_MAX}))`,
    );
  }

  list(): readonly KnownMemberRow[] {
    return this.#list.all().map((row) => ({
      id: row['id'] as MemberId,
      publicKey: new Uint8Array(row['public_key'] as Uint8Array),
      name: row['name'] as string,
      namedAt: Number(row['named_at']),
      firstSeenAt: Number(row['first_seen_at']),
      lastSeenAt: Number(row['last_seen_at']),
      ...(row['verified_at'] === null ? {} : { verifiedAt: Number(row['verified_at']) }),
      ...(row['colour'] === null ? {} : { colour: Number(row['colour']) }),
    }));
  }

  delete(id: MemberId): void {
    this.#delete.run(id);
  }

  put(rows: readonly KnownMemberRow[]): void {
    inTransaction(this.#database, () => {
      for (const { id, publicKey, name, namedAt, firstSeenAt, lastSeenAt, verifiedAt, colour } of rows)
        this.#put.run(
          id,
          publicKey,
          name,
          namedAt,
          firstSeenAt,
          lastSeenAt,
          verifiedAt ?? null,
          colour ?? null,
        );
      this.#prune.run();
    });
  }
}

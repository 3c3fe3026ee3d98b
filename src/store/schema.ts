/**
 * The schema as a list of steps. `user_version` counts the steps that a file has taken; a step that was ever
 * released is never edited, a change is a new one at the end.
 */
import type { DatabaseSync } from 'node:sqlite';

const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE identity (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    public_key BLOB NOT NULL,
    private_key_pkcs8 BLOB NOT NULL
  ) STRICT;
  CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE rooms (
    room TEXT PRIMARY KEY,
    label TEXT NOT NULL UNIQUE,
    joined INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE own_records (
    room TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    id TEXT NOT NULL,
    bytes BLOB NOT NULL,
    UNIQUE (room, sequence, id)
  ) STRICT;
  CREATE TABLE removed_members (
    room TEXT NOT NULL,
    member TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (room, member)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE transfer_outcomes (
    serial INTEGER PRIMARY KEY,
    transfer TEXT NOT NULL UNIQUE,
    outcome TEXT NOT NULL,
    path TEXT
  ) STRICT;
  `,
  `
  CREATE TABLE private_rooms (
    room TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    label TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    other TEXT,
    joined INTEGER NOT NULL,
    state TEXT NOT NULL,
    removed_by TEXT,
    remover_name TEXT,
    closed_at INTEGER,
    genesis_secret BLOB
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE operations (
    serial INTEGER PRIMARY KEY,
    room TEXT NOT NULL,
    id TEXT NOT NULL,
    bytes BLOB NOT NULL,
    UNIQUE (room, id)
  ) STRICT;
  CREATE TABLE epochs (
    serial INTEGER PRIMARY KEY,
    room TEXT NOT NULL,
    id TEXT NOT NULL,
    bytes BLOB NOT NULL,
    secret BLOB NOT NULL,
    UNIQUE (room, id)
  ) STRICT;
  CREATE TABLE invites (
    room TEXT NOT NULL,
    operation TEXT NOT NULL,
    root BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (room, operation)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE prekeys (
    serial INTEGER PRIMARY KEY,
    public_key BLOB NOT NULL,
    private_key BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    superseded_at INTEGER
  ) STRICT;
  CREATE TABLE known_members (
    id TEXT PRIMARY KEY,
    public_key BLOB NOT NULL,
    name TEXT NOT NULL,
    named_at INTEGER NOT NULL,
    first_seen_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    verified_at INTEGER
  ) STRICT, WITHOUT ROWID;
  `,
];

export const SCHEMA_VERSION = MIGRATIONS.length;

/** The number of steps the file has taken. */
export function schemaVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
}

/** Takes the steps that the file still lacks, each in a transaction of its own. */
export function migrate(database: DatabaseSync): void {
  for (let version = schemaVersion(database); version < SCHEMA_VERSION; version++) {
    database.exec('BEGIN IMMEDIATE');
    try {
      database.exec(MIGRATIONS[version] as string);
      database.exec(`PRAGMA user_version = ${version + 1}`);
      database.exec('COMMIT');
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  }
}

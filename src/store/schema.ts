/**
 * The schema as a list of steps. `user_version` counts the steps that a file has taken; a step that was ever
 * released is never edited, a change is a new one at the end.
 */
import type { DatabaseSync } from 'node:sqlite';
import { adoptOwnRecords } from './history/adopt.ts';

/** SQL, or what SQL cannot say. */
type Migration = string | ((database: DatabaseSync) => void);

const HISTORY = `
  CREATE TABLE room_numbers (
    number INTEGER PRIMARY KEY,
    room TEXT NOT NULL UNIQUE
  ) STRICT;
  CREATE TABLE records (
    serial INTEGER PRIMARY KEY,
    room INTEGER NOT NULL,
    id TEXT NOT NULL,
    author TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    depth INTEGER NOT NULL,
    at INTEGER NOT NULL,
    own INTEGER NOT NULL,
    audience TEXT NOT NULL,
    bytes BLOB NOT NULL,
    UNIQUE (room, id)
  ) STRICT;
  CREATE INDEX records_by_author ON records (room, author, sequence);
  CREATE INDEX records_by_order ON records (room, depth, author, sequence, id);
  CREATE TABLE stretches (
    room INTEGER NOT NULL,
    author TEXT NOT NULL,
    floor INTEGER NOT NULL,
    head INTEGER NOT NULL,
    PRIMARY KEY (room, author, floor)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE timeline (
    serial INTEGER PRIMARY KEY,
    room INTEGER NOT NULL,
    depth INTEGER NOT NULL,
    author TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    own INTEGER NOT NULL,
    text TEXT NOT NULL,
    edited_at INTEGER,
    deleted INTEGER NOT NULL DEFAULT 0,
    hidden INTEGER NOT NULL DEFAULT 0,
    cut INTEGER NOT NULL DEFAULT 0,
    reply_to TEXT,
    transfer TEXT,
    file_size INTEGER,
    entries INTEGER,
    UNIQUE (room, id)
  ) STRICT;
  CREATE INDEX timeline_by_order ON timeline (room, depth, author, sequence, id);
  CREATE INDEX timeline_by_id ON timeline (id);
  CREATE INDEX timeline_by_time ON timeline (at);
  CREATE INDEX timeline_by_room_and_time ON timeline (room, at);
  CREATE TABLE annotations (
    room INTEGER NOT NULL,
    target TEXT NOT NULL,
    kind TEXT NOT NULL,
    author TEXT NOT NULL,
    emoji TEXT NOT NULL,
    depth INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    id TEXT NOT NULL,
    at INTEGER NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    is_on INTEGER NOT NULL,
    PRIMARY KEY (room, target, kind, author, emoji)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE read_marks (
    room INTEGER NOT NULL,
    member TEXT NOT NULL,
    target TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (room, member)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE read_places (
    room INTEGER PRIMARY KEY,
    depth INTEGER NOT NULL,
    author TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    id TEXT NOT NULL
  ) STRICT;
  CREATE TABLE forgotten (
    room INTEGER NOT NULL,
    author TEXT NOT NULL,
    up_to INTEGER NOT NULL,
    PRIMARY KEY (room, author)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE retention (
    room INTEGER PRIMARY KEY,
    days INTEGER NOT NULL
  ) STRICT;
  CREATE VIRTUAL TABLE search USING fts5 (
    text, who, tags, content = '', contentless_delete = 1, detail = full, prefix = 3,
    tokenize = 'unicode61 remove_diacritics 2'
  );
  -- A deletion in FTS5 leaves a row number of its own tables behind that is larger than a number of JavaScript, and every
  -- statement after it would trip over it. What happens in a trigger is taken back when that ends.
  CREATE VIEW unsearched AS SELECT 0 AS serial;
  CREATE TRIGGER unsearch INSTEAD OF INSERT ON unsearched BEGIN
    DELETE FROM search WHERE rowid = NEW.serial;
  END;
`;

const MIGRATIONS: readonly Migration[] = [
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
  `
  CREATE TABLE transfers (
    serial INTEGER PRIMARY KEY,
    transfer TEXT NOT NULL UNIQUE,
    room TEXT NOT NULL,
    message TEXT NOT NULL,
    author TEXT NOT NULL,
    author_name TEXT NOT NULL,
    own INTEGER NOT NULL,
    file_name TEXT NOT NULL,
    size INTEGER NOT NULL,
    pack_entries INTEGER,
    at INTEGER NOT NULL,
    depth INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    offer BLOB NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    bytes_done INTEGER NOT NULL,
    members TEXT NOT NULL,
    folder TEXT,
    path TEXT,
    paths TEXT,
    file_size INTEGER,
    file_version TEXT,
    spool TEXT,
    media_type TEXT,
    accepted_at INTEGER,
    changed_at INTEGER NOT NULL,
    written BLOB NOT NULL
  ) STRICT;
  CREATE INDEX transfers_accepted ON transfers (author, accepted_at) WHERE accepted_at IS NOT NULL;
  CREATE TABLE transfer_pages (
    transfer TEXT NOT NULL,
    first INTEGER NOT NULL,
    frame BLOB NOT NULL,
    PRIMARY KEY (transfer, first)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE file_rules (
    scope TEXT NOT NULL,
    subject TEXT NOT NULL,
    accept_bytes INTEGER,
    on_the_way_bytes INTEGER,
    day_bytes INTEGER,
    PRIMARY KEY (scope, subject)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  ALTER TABLE own_records ADD COLUMN audience TEXT NOT NULL DEFAULT '';
  CREATE TABLE audiences (
    serial INTEGER PRIMARY KEY,
    room TEXT NOT NULL,
    id TEXT NOT NULL,
    members TEXT NOT NULL,
    UNIQUE (room, id)
  ) STRICT;
  `,
  (database) => {
    database.exec(HISTORY);
    adoptOwnRecords(database);
    database.exec('DROP TABLE own_records');
  },
  'ALTER TABLE identity ADD COLUMN wrapping BLOB',
  'ALTER TABLE transfers ADD COLUMN asks INTEGER NOT NULL DEFAULT 0',
  'ALTER TABLE known_members ADD COLUMN colour INTEGER',
];

export const SCHEMA_VERSION = MIGRATIONS.length;

/** The number of steps the file has taken. */
export function schemaVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
}

/** Takes the steps that the file still lacks up to `target`, each in a transaction of its own. */
export function migrate(database: DatabaseSync, target = SCHEMA_VERSION): void {
  for (let version = schemaVersion(database); version < target; version++) {
    database.exec('BEGIN IMMEDIATE');
    try {
      const step = MIGRATIONS[version] as Migration;
      if (typeof step === 'string') database.exec(step);
      else step(database);
      database.exec(`PRAGMA user_version = ${version + 1}`);
      database.exec('COMMIT');
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  }
}

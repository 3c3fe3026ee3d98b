/** Files of every earlier version, with something in every table, open with nothing lost. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MemberId, RoomId, TransferId } from '../../src/base/ids.ts';
import { signRecord } from '../../src/core/wire/record.ts';
import type { LogRecord, RecordBody } from '../../src/core/wire/record.ts';
import { generateKeyPair, nodeCrypto } from '../../src/io/crypto.ts';
import { LAST_PLACE } from '../../src/store/history/order.ts';
import { migrate, SCHEMA_VERSION } from '../../src/store/schema.ts';
import { openStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { forget, newFolder } from './running.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = newFolder();
  path = join(folder, 'starling.db');
});
afterEach(() => forget(folder));

const keys = generateKeyPair();
const crypto = nodeCrypto(keys.privateKeyPkcs8);
const ROOM = '0123456789abcdef0123456789abcdef' as RoomId;
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

function chain(bodies: readonly RecordBody[]): LogRecord[] {
  const records: LogRecord[] = [];
  for (const body of bodies) {
    const previous = records.at(-1);
    records.push(
      signRecord(crypto, {
        room: ROOM,
        publicKey: keys.publicKey,
        incarnation: '00112233445566ff',
        sequence: records.length + 1,
        previous: previous?.id,
        parents: [],
        depth: records.length + 1,
        at: 1_790_000_000_000 + records.length,
        name: 'Finch',
        body,
      }),
    );
  }
  return records;
}
const RECORDS = chain([
  { kind: 'text', text: 'the first word' },
  { kind: 'text', text: '第二句话' },
]);

/** What stood in the tables of each step, and whether it is still there: a pair for every table. */
interface Step {
  readonly fill: (database: DatabaseSync) => void;
  readonly check: (store: Store) => void;
}

const STEPS: readonly Step[] = [
  {
    fill: (database) => {
      const run = (sql: string, ...values: (string | number | Uint8Array)[]): unknown =>
        database.prepare(sql).run(...values);
      run('INSERT INTO identity VALUES (1, ?, ?)', keys.publicKey, keys.privateKeyPkcs8);
      run("INSERT INTO settings VALUES ('name', 'Finch')");
      run("INSERT INTO rooms VALUES (?, 'kitchen', 1)", ROOM);
      for (const { sequence, id, bytes: record } of RECORDS)
        run(
          'INSERT INTO own_records (room, sequence, id, bytes) VALUES (?, ?, ?, ?)',
          ROOM,
          sequence,
          id,
          record,
        );
      run(
        'INSERT INTO own_records (room, sequence, id, bytes) VALUES (?, 3, ?, ?)',
        ROOM,
        'f'.repeat(64),
        bytes(1, 2, 3),
      );
      run("INSERT INTO removed_members VALUES (?, 'm', 'Wren')", ROOM);
      run("INSERT INTO transfer_outcomes (transfer, outcome, path) VALUES ('t', 'done', '/x')");
    },
    check: (store) => {
      expect(Buffer.from(store.identity.publicKey)).toEqual(Buffer.from(keys.publicKey));
      expect(store.settings.get('name')).toBe('Finch');
      expect(store.rooms.list()).toEqual([{ room: ROOM, label: 'kitchen', joined: true }]);
      expect(store.removed.list(ROOM)).toEqual([{ member: 'm', name: 'Wren' }]);
      expect(store.outcomes.get('t' as TransferId)).toEqual({ outcome: 'done', path: '/x' });
      const { history } = store;
      // What was damaged then is left out; the chain goes on without it.
      expect(history.restored(ROOM).map((one) => Buffer.from(one.bytes))).toEqual(
        RECORDS.map((one) => Buffer.from(one.bytes)),
      );
      const author = RECORDS[0]?.author;
      expect(history.stretches(ROOM)).toEqual([{ author, floor: 1, head: 2 }]);
      const lines = history.timeline.before(ROOM, LAST_PLACE, 10);
      expect(lines.map(({ text, name, own, at }) => [text, name, own, at])).toEqual([
        ['the first word', 'Finch', true, 1_790_000_000_000],
        ['第二句话', 'Finch', true, 1_790_000_000_001],
      ]);
      expect(history.search({ query: '二句', limit: 5 })).toHaveLength(1);
    },
  },
  {
    fill: (database) => {
      const run = (sql: string, ...values: (string | number | null | Uint8Array)[]): unknown =>
        database.prepare(sql).run(...values);
      run(
        "INSERT INTO private_rooms VALUES (?, 'private', 'crew', 'Crew', NULL, 1, 'open', NULL, NULL, NULL, ?)",
        'a'.repeat(32),
        bytes(9),
      );
      run("INSERT INTO operations (room, id, bytes) VALUES (?, 'o', ?)", 'a'.repeat(32), bytes(1));
      run(
        "INSERT INTO epochs (room, id, bytes, secret) VALUES (?, 'e', ?, ?)",
        'a'.repeat(32),
        bytes(2),
        bytes(3),
      );
      run("INSERT INTO invites VALUES (?, 'o', ?, 4)", 'a'.repeat(32), bytes(5));
      run('INSERT INTO prekeys (public_key, private_key, created_at) VALUES (?, ?, 6)', bytes(7), bytes(8));
      run("INSERT INTO known_members VALUES ('m', ?, 'Wren', 1, 2, 3, 4)", bytes(1));
    },
    check: (store) => {
      const room = 'a'.repeat(32) as RoomId;
      expect(store.privateRooms.list()).toMatchObject([{ room, label: 'crew', name: 'Crew', state: 'open' }]);
      expect(store.privateRooms.chain(room)).toMatchObject({
        genesisSecret: bytes(9),
        operations: [bytes(1)],
        epochs: [{ bytes: bytes(2), secret: bytes(3) }],
        invites: [{ root: bytes(5), operation: 'o', expiresAt: 4 }],
      });
      expect(store.prekeys.list()).toHaveLength(1);
      expect(store.known.list().map(({ id, name }) => [id, name])).toEqual([['m' as MemberId, 'Wren']]);
    },
  },
  {
    fill: (database) => {
      database
        .prepare(
          `INSERT INTO transfers (transfer, room, message, author, author_name, own, file_name, size, at, depth, sequence,
             offer, state, bytes_done, members, changed_at, written)
           VALUES ('t', ?, 'm', 'a', 'Wren', 0, 'report.pdf', 10, 1, 2, 3, ?, 'waiting', 5, '[]', 6, ?)`,
        )
        .run(ROOM, bytes(1), bytes(2));
      database.prepare("INSERT INTO transfer_pages VALUES ('t', 0, ?)").run(bytes(3));
      database.prepare("INSERT INTO file_rules VALUES ('room', ?, 1, 2, 3)").run(ROOM);
    },
    check: (store) => {
      expect(store.transfers.list()).toMatchObject([
        { transfer: 't', state: 'waiting', fileName: 'report.pdf' },
      ]);
      expect(store.transfers.blocks('t' as TransferId)).toMatchObject({
        pages: [bytes(3)],
        written: bytes(2),
      });
      expect(store.fileRules.list()).toHaveLength(1);
    },
  },
  {
    fill: (database) => {
      database.exec("UPDATE own_records SET audience = 'crew' WHERE sequence = 2");
      database
        .prepare("INSERT INTO audiences (room, id, members) VALUES (?, 'crew', 'm n')")
        .run('a'.repeat(32));
    },
    check: (store) => {
      expect(store.history.restored(ROOM).map(({ audience }) => audience)).toEqual(['', 'crew']);
      expect(store.privateRooms.chain('a'.repeat(32) as RoomId)?.audiences).toEqual([
        { id: 'crew', members: ['m', 'n'] },
      ]);
    },
  },
  {
    fill: (database) => {
      const number = database.prepare('SELECT number FROM room_numbers WHERE room = ?').get(ROOM)?.['number'];
      const room = Number(number);
      const [first] = RECORDS;
      database.prepare('INSERT INTO retention (room, days) VALUES (?, 30)').run(room);
      database
        .prepare('INSERT INTO read_marks (room, member, target, sequence) VALUES (?, ?, ?, 1)')
        .run(room, 'm', first?.id ?? '');
      database
        .prepare(
          'INSERT OR REPLACE INTO read_places (room, depth, author, sequence, id) VALUES (?, 1, ?, 1, ?)',
        )
        .run(room, first?.author ?? '', first?.id ?? '');
    },
    check: (store) => {
      const [first] = RECORDS;
      expect(store.history.retentionDays(ROOM)).toBe(30);
      expect(store.history.marks(ROOM)).toEqual([{ member: 'm', message: first?.id }]);
      expect(store.history.readPlace(ROOM)).toMatchObject({ id: first?.id, depth: 1 });
      // A key that nobody wrapped needs nothing to be used.
      expect(store.identity.wrapped).toBeUndefined();
      expect(store.identity.privateKeyPkcs8).toEqual(keys.privateKeyPkcs8);
    },
  },
  {
    fill: (database) => database.exec("UPDATE transfers SET accepted_at = 4 WHERE transfer = 't'"),
    check: (store) => expect(store.transfers.list()).toMatchObject([{ acceptedAt: 4, asks: 0 }]),
  },
  {
    fill: (database) => database.exec("UPDATE known_members SET last_seen_at = 8 WHERE id = 'm'"),
    check: (store) => {
      const [wren] = store.known.list();
      expect(wren).toMatchObject({ name: 'Wren', lastSeenAt: 8, verifiedAt: 4 });
      expect(wren).not.toHaveProperty('colour');
    },
  },
];

test('there is a step here for every version before this one', () => {
  expect(STEPS).toHaveLength(SCHEMA_VERSION - 1);
});

test.each(STEPS.map((_, index) => index + 1))('version %i', (version) => {
  const database = new DatabaseSync(path);
  for (const [index, { fill }] of STEPS.slice(0, version).entries()) {
    migrate(database, index + 1);
    fill(database);
  }
  database.close();
  for (let opening = 0; opening < 2; opening++) {
    const opened = openStore(path);
    if (!opened.ok) throw new Error(opened.error.detail);
    for (const { check } of STEPS.slice(0, version)) check(opened.value);
    opened.value.close();
  }
});

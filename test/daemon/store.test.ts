import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MemberId, RecordId, RoomId, TransferId } from '../../src/base/ids.ts';
import { storeFault } from '../../src/store/faults.ts';
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

function opened(): Store {
  const store = openStore(path);
  if (!store.ok) throw new Error(store.error.code);
  return store.value;
}

const ROOM = 'r' as RoomId;
const record = (sequence: number, id = String(sequence)) =>
  [ROOM, sequence, id as RecordId, new Uint8Array([sequence])] as const;

test('what was written is there after opening again, and the identity stays', () => {
  const first = opened();
  first.settings.set('name', 'Finch');
  first.rooms.remember(ROOM, 'kitchen', true);
  first.removed.add(ROOM, 'm' as MemberId, 'Wren');
  first.outcomes.set('t' as TransferId, { outcome: 'done', path: '/x' });
  for (const sequence of [1, 2, 3]) first.records.insert(...record(sequence));
  first.records.insert(...record(3));
  first.records.insert(...record(3, 'fork'));
  expect(first.settings.countStart()).toBe(1);
  const { publicKey } = first.identity;
  first.close();

  const again = opened();
  expect(again.identity.publicKey).toEqual(publicKey);
  expect(publicKey).toHaveLength(32);
  expect(again.settings.get('name')).toBe('Finch');
  expect(again.rooms.list()).toEqual([{ room: ROOM, label: 'kitchen', joined: true }]);
  expect(again.removed.list(ROOM)).toEqual([{ member: 'm', name: 'Wren' }]);
  expect(again.outcomes.get('t' as TransferId)).toEqual({ outcome: 'done', path: '/x' });
  expect(again.records.newest(ROOM).map((bytes) => bytes[0])).toEqual([1, 2, 3, 3]);
  expect(again.settings.countStart()).toBe(2);
  again.close();
});

test('a commit survives the death of the process: it is in the file, not only in memory', () => {
  const store = opened();
  store.records.insert(...record(1));
  const copy = join(folder, 'copy.db');
  for (const suffix of ['', '-wal']) copyFileSync(path + suffix, copy + suffix);
  store.close();
  path = copy;
  const after = opened();
  expect(after.records.newest(ROOM)).toHaveLength(1);
  after.close();
});

test.runIf(process.platform !== 'win32')('the key is for the owner alone', () => {
  const store = opened();
  for (const suffix of ['', '-wal', '-shm']) expect(statSync(path + suffix).mode & 0o777).toBe(0o600);
  store.close();
});

test('a newer file is refused and left as it is', () => {
  opened().close();
  const database = new DatabaseSync(path);
  database.exec('PRAGMA user_version = 99');
  database.close();
  const before = readFileSync(path);
  const refused = openStore(path);
  expect(refused.ok ? '' : refused.error.code).toBe('store-newer');
  expect(readFileSync(path)).toEqual(before);
});

test.each([
  ['no database at all', () => Buffer.from('this is a text, and long enough to be looked at'.repeat(100))],
  [
    'a torn one',
    () => {
      const store = opened();
      for (let sequence = 1; sequence < 400; sequence++) store.records.insert(...record(sequence));
      store.close();
      const bytes = readFileSync(path);
      bytes.fill(0x5a, 4096, 4096 * 6);
      return bytes;
    },
  ],
])('damage is named and nothing is destroyed: %s', (_, damaged) => {
  writeFileSync(path, damaged());
  const before = readFileSync(path);
  const refused = openStore(path);
  expect(refused.ok ? '' : refused.error.code).toBe('store-damaged');
  expect(readFileSync(path)).toEqual(before);
});

test('a full disk and a read-only one are told apart', () => {
  const store = opened();
  store.close();
  const database = new DatabaseSync(path);
  database.exec('PRAGMA query_only = 1');
  const readOnly = attempt(() => database.exec('CREATE TABLE filler (bytes BLOB)'));
  expect(storeFault(readOnly, path).code).toBe('store-read-only');
  database.exec('PRAGMA query_only = 0; CREATE TABLE filler (bytes BLOB); PRAGMA max_page_count = 1');
  const full = attempt(() => database.exec('INSERT INTO filler VALUES (zeroblob(10000000))'));
  expect(storeFault(full, path).code).toBe('store-full');
  database.close();
});

function attempt(write: () => void): unknown {
  try {
    write();
  } catch (error) {
    return error;
  }
  throw new Error('it was written');
}

test('a profile of the first release is brought up to date, with everything that it holds', () => {
  const first = opened();
  first.settings.set('name', 'Finch');
  const { publicKey } = first.identity;
  first.close();
  const older = new DatabaseSync(path);
  const added = ['private_rooms', 'operations', 'epochs', 'invites', 'prekeys', 'known_members'];
  for (const table of added) older.exec(`DROP TABLE ${table}`);
  older.exec('PRAGMA user_version = 1');
  older.close();
  const store = opened();
  expect([store.identity.publicKey, store.settings.get('name')]).toEqual([publicKey, 'Finch']);
  expect([store.privateRooms.list(), store.prekeys.list(), store.known.list()]).toEqual([[], [], []]);
  store.close();
});

test('keys that were dropped cannot be read from the file any more', () => {
  const store = opened();
  const room = {
    room: ROOM,
    kind: 'private',
    label: 'club',
    name: 'club',
    joined: true,
    state: 'open',
  } as const;
  const secret = new Uint8Array(32).fill(0xa7);
  const epoch = { id: 'e', bytes: new Uint8Array(3), secret };
  store.privateRooms.apply(room, [{ kind: 'genesis-secret', secret: new Uint8Array(32).fill(0xb8) }]);
  store.privateRooms.apply(room, [{ kind: 'epoch', ...epoch }]);
  store.privateRooms.apply(room, [{ kind: 'epoch-dropped', id: 'e' }]);
  expect(store.privateRooms.chain(ROOM)?.epochs).toEqual([]);
  store.privateRooms.close({ ...room, joined: false, state: 'left' }, 1);
  expect(store.privateRooms.chain(ROOM)).toBeUndefined();
  store.close();
  const file = readFileSync(path);
  for (const byte of [0xa7, 0xb8]) expect(file.includes(Buffer.alloc(32, byte))).toBe(false);
});

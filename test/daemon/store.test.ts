import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MemberId, RecordId, RoomId, TransferId } from '../../src/base/ids.ts';
import { storeFault } from '../../src/store/faults.ts';
import {
  CHECK_EVERY_MS,
  CLOSED_ROOMS_MAX,
  ENDED_TRANSFER_MS_MAX,
  FILE_RULES_MAX,
  KEPT_TRANSFERS_MAX,
} from '../../src/store/limits.ts';
import { openStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import type { KeptTransfer } from '../../src/store/transfers.ts';
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
function keep(store: Store, sequence: number, id = String(sequence), room = ROOM): void {
  const author = 'me' as MemberId;
  const place = { room, id: id as RecordId, author, sequence, depth: sequence, at: 1, own: true };
  store.history.keep([{ ...place, name: 'Finch', audience: '', bytes: new Uint8Array([sequence]) }]);
}

test('what was written is there after opening again, and the identity stays', () => {
  const first = opened();
  first.settings.set('name', 'Finch');
  first.rooms.remember(ROOM, 'kitchen', true);
  first.removed.add(ROOM, 'm' as MemberId, 'Wren');
  first.outcomes.set('t' as TransferId, { outcome: 'done', path: '/x' });
  for (const sequence of [1, 2, 3]) keep(first, sequence);
  keep(first, 3);
  keep(first, 3, 'fork');
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
  expect(again.history.restored(ROOM).map(({ bytes }) => bytes[0])).toEqual([1, 2, 3, 3]);
  expect(again.settings.countStart()).toBe(2);
  again.close();
});

test('a commit survives the death of the process: it is in the file, not only in memory', () => {
  const store = opened();
  keep(store, 1);
  const copy = join(folder, 'copy.db');
  for (const suffix of ['', '-wal']) copyFileSync(path + suffix, copy + suffix);
  store.close();
  path = copy;
  const after = opened();
  expect(after.history.restored(ROOM)).toHaveLength(1);
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
      for (let sequence = 1; sequence < 400; sequence++) keep(store, sequence);
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

function keptTransfer(transfer: string, more: Partial<KeptTransfer> = {}): KeptTransfer {
  return {
    transfer: transfer as TransferId,
    room: ROOM,
    message: `${transfer}-record` as RecordId,
    offer: Uint8Array.of(1, 2, 3),
    author: 'm' as MemberId,
    authorName: 'Wren',
    own: false,
    fileName: 'film.mkv',
    size: 1000,
    at: 5,
    depth: 6,
    sequence: 7,
    asks: 0,
    state: 'running',
    bytesDone: 10,
    members: [],
    changedAt: 8,
    ...more,
  };
}

test('a transfer is kept with everything that it takes to go on', () => {
  const full = keptTransfer('t', {
    packEntries: 3,
    reason: 'sender-gone',
    members: [{ id: 'x' as MemberId, name: 'Heron', state: 'done', bytesDone: 9, wanted: true }],
    folder: '/downloads',
    path: '/downloads/film.mkv',
    paths: ['/a', '/b'],
    fileSize: 1000,
    fileVersion: '1764181524123456789',
    spool: '/spool/1',
    mediaType: 'image/png',
    acceptedAt: 4,
  });
  const store = opened();
  const { transfers } = store;
  transfers.save(full);
  transfers.addPage(full.transfer, 8, Uint8Array.of(8));
  transfers.addPage(full.transfer, 0, Uint8Array.of(0));
  transfers.addPage(full.transfer, 0, Uint8Array.of(99));
  transfers.addPage(full.transfer, 'root', Uint8Array.of(7));
  transfers.setWritten(full.transfer, Uint8Array.of(0b101));
  transfers.save(full);
  store.close();
  const again = opened();
  expect(again.transfers.list()).toEqual([full]);
  expect(again.transfers.blocks(full.transfer)).toEqual({
    pages: [Uint8Array.of(0), Uint8Array.of(8)],
    root: Uint8Array.of(7),
    written: Uint8Array.of(0b101),
  });
  expect(again.transfers.bytesSince('m' as MemberId, 4)).toBe(1000);
  expect(again.transfers.bytesSince('m' as MemberId, 5)).toBe(0);
  again.transfers.drop(full.transfer);
  expect([again.transfers.list(), again.transfers.blocks(full.transfer).pages]).toEqual([[], []]);
  again.close();
});

test('a transfer that ended long ago is forgotten once its file is gone', () => {
  const store = opened();
  const { transfers } = store;
  transfers.save(keptTransfer('runs'));
  transfers.save(keptTransfer('there', { state: 'done', path: '/there' }));
  transfers.save(keptTransfer('moved', { state: 'done', path: '/moved' }));
  transfers.save(keptTransfer('declined', { state: 'declined' }));
  transfers.save(keptTransfer('unanswered', { state: 'asking' }));
  transfers.save(keptTransfer('lately', { state: 'declined', changedAt: ENDED_TRANSFER_MS_MAX }));
  transfers.addPage('moved' as TransferId, 0, Uint8Array.of(1));
  const gone = transfers.prune(ENDED_TRANSFER_MS_MAX + 9, (path) => path === '/there');
  expect(gone).toEqual(['moved', 'declined', 'unanswered']);
  expect(transfers.list().map(({ transfer }) => transfer)).toEqual(['runs', 'there', 'lately']);
  expect(transfers.blocks('moved' as TransferId).pages).toEqual([]);
  store.close();
});

test('no more transfers and rules are kept than the bound, and what goes on is kept longest', () => {
  const store = opened();
  const { transfers, fileRules } = store;
  transfers.together(() => {
    for (let index = 0; index < KEPT_TRANSFERS_MAX + 2; index++)
      transfers.save(keptTransfer(`t${index}`, { state: index === 1 || index === 5 ? 'done' : 'running' }));
  });
  transfers.prune(0, () => true);
  const kept = transfers.list().map(({ transfer }) => transfer);
  expect(kept).toHaveLength(KEPT_TRANSFERS_MAX);
  expect(kept.slice(0, 5)).toEqual(['t0', 't2', 't3', 't4', 't6']);
  const rule = { acceptBytes: 1, onTheWayBytes: null, dayBytes: null };
  for (let index = 0; index < FILE_RULES_MAX; index++)
    expect(fileRules.set('member', String(index), rule)).toBe(true);
  expect(fileRules.set('room', 'one more', rule)).toBe(false);
  expect(fileRules.set('member', '7', { ...rule, acceptBytes: 2 })).toBe(true);
  expect(fileRules.set('member', '7', { ...rule, acceptBytes: null })).toBe(true);
  expect(fileRules.list()).toHaveLength(FILE_RULES_MAX - 1);
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

test('a room that was closed long ago goes with its history, once it is listed no more', () => {
  const store = opened();
  const label = (index: number): string => `club ${index}`;
  for (let index = 0; index <= CLOSED_ROOMS_MAX; index++) {
    const room = label(index) as RoomId;
    keep(store, 1, `said in ${index}`, room);
    const kept = { room, kind: 'private', label: label(index), name: label(index), joined: false } as const;
    store.closeRoom({ ...kept, state: 'left' }, index);
  }
  const listed = store.privateRooms.list().map(({ room }) => room);
  expect(listed).toHaveLength(CLOSED_ROOMS_MAX);
  expect(listed).not.toContain(label(0));
  expect(store.history.restored(label(0) as RoomId)).toEqual([]);
  expect(store.history.restored(label(1) as RoomId)).toHaveLength(1);
  store.close();
});

test('a large file that was closed in order is looked at for damage once a week, and after a crash at once', () => {
  const codeAt = (checkedAlwaysBytesMax: number): string => {
    const opening = openStore(path, checkedAlwaysBytesMax);
    if (opening.ok) opening.value.close();
    return opening.ok ? 'ok' : opening.error.code;
  };
  const store = opened();
  for (let sequence = 1; sequence < 400; sequence++) keep(store, sequence);
  store.close();
  const bytes = readFileSync(path);
  // Of what is read at the start nothing is there.
  const last = bytes.length - 4096;
  writeFileSync(path, bytes.fill(0x5a, last - 4096, last));
  expect(codeAt(Number.POSITIVE_INFINITY)).toBe('store-damaged');
  expect(codeAt(0)).toBe('ok');
  const set = (key: string, value: string): void => {
    const database = new DatabaseSync(path);
    database.prepare('UPDATE settings SET value = ? WHERE key = ?').run(value, key);
    database.close();
  };
  set('in-order', 'no');
  expect(codeAt(0)).toBe('store-damaged');
  set('in-order', 'yes');
  set('checked-at', String(Date.now() - CHECK_EVERY_MS));
  expect(codeAt(0)).toBe('store-damaged');
});

/** Private rooms at the daemon: what is kept before it may leave, what rooms are called, what clients are told. */
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { OperationId, RoomId } from '../../src/base/ids.ts';
import type { PrivateEntry, PrivateRoomView } from '../../src/core/api.ts';
import type { StorePrivate } from '../../src/daemon/private-log.ts';
import { roomIdOf } from '../../src/daemon/rooms.ts';
import { openStore } from '../../src/store/store.ts';
import { memberId, publicKeyOf } from './engine-double.ts';
import { forget, newFolder, start, TestClient, until } from './running.ts';
import type { Running } from './running.ts';

const LOBBY = roomIdOf('lobby');
const ROOM = '11'.repeat(16) as RoomId;
const OTHER = '22'.repeat(16) as RoomId;
let folder: string;
let started: Running[] = [];
beforeEach(() => {
  folder = newFolder();
});
afterEach(async () => {
  for (const { daemon } of started) await daemon.stop();
  started = [];
  forget(folder);
});

async function begin(): Promise<Running> {
  const running = await start(folder);
  started.push(running);
  return running;
}

const secret = new Uint8Array(32).fill(7);
const operation = (digit: string) => ({
  id: digit.repeat(64) as OperationId,
  bytes: new Uint8Array([Number(digit)]),
});
const FIRST: readonly PrivateEntry[] = [
  { kind: 'genesis-secret', secret },
  { kind: 'operation', ...operation('1') },
  { kind: 'epoch', id: 'e1', bytes: new Uint8Array([1]), secret },
];

/** What the core does when it is let into a room, or has made one. */
function letIn(
  { engine }: Running,
  { room = ROOM, token = 0, kind = 'private', name = 'club', entries = FIRST }: Partial<StorePrivate> = {},
): void {
  engine.core({ type: 'store-private', room, serial: 1, token, kind, name, entries, opens: true });
}

function view(room: RoomId, name: string, ...names: readonly string[]): PrivateRoomView {
  const member = (one: string, i: number) => ({
    id: memberId(one),
    name: one,
    publicKey: publicKeyOf(one),
    role: i === 0 ? ('owner' as const) : ('member' as const),
    self: false,
  });
  return {
    room,
    kind: 'private',
    name,
    history: { kind: 'since-joining' },
    role: 'member',
    members: names.map(member),
    departed: [],
    openInvites: [],
    secured: true,
    size: 1,
  };
}

test('what a room needs is on the disk before the core hears that it is', async () => {
  const running = await begin();
  const client = await TestClient.of(running);
  const created = client.ask('create', { name: 'club', history: { kind: 'since-joining' } });
  const [command] = await until('the command', () => {
    const commands = running.engine.ofType('create-room');
    return commands.length > 0 ? commands : undefined;
  });
  letIn(running, { token: command?.token ?? 0 });
  const [stored] = running.engine.ofType('private-stored');
  expect(stored).toMatchObject({ room: ROOM, serial: 1 });
  // The answer never came through: a crash right here finds the whole room.
  const copy = new DatabaseSync(join(folder, 'profile', 'starling.db'), { readOnly: true });
  expect(copy.prepare('SELECT count(*) AS total FROM operations').get()?.['total']).toBe(1);
  copy.close();
  running.engine.core({ type: 'room-joined', room: ROOM });
  running.engine.core({ type: 'command-done', token: command?.token ?? 0 });
  expect(await created).toMatchObject({ room: 'club', kind: 'private', state: 'open', id: ROOM });

  await running.daemon.stop();
  const again = await begin();
  expect(again.engine.ofType('open-room')[0]).toMatchObject({
    room: ROOM,
    chain: {
      kind: 'private',
      genesisSecret: secret,
      operations: [operation('1').bytes],
      epochs: [{ secret }],
    },
  });
});

test('a batch that the disk does not take is not said to be kept, and comes before what follows', async () => {
  const running = await begin();
  const client = await TestClient.of(running);
  letIn(running);
  const holder = new DatabaseSync(join(folder, 'profile', 'starling.db'));
  holder.exec('DROP TABLE operations');
  const later = { room: ROOM, token: 0, kind: 'private', name: 'club', opens: false } as const;
  const entry = (digit: string): PrivateEntry[] => [{ kind: 'operation', ...operation(digit) }];
  running.engine.core({ type: 'store-private', ...later, serial: 2, entries: entry('2') });
  running.engine.core({ type: 'store-private', ...later, serial: 3, entries: entry('3') });
  await until('the problem', () => client.ofType('problem')[0]);
  expect(running.engine.ofType('private-stored').map(({ serial }) => serial)).toEqual([1]);
  holder.exec(
    'CREATE TABLE operations (serial INTEGER PRIMARY KEY, room TEXT, id TEXT, bytes BLOB, UNIQUE (room, id))',
  );
  holder.close();
  await until('the rest', () => (running.engine.ofType('private-stored').length === 3 ? true : undefined));
  expect(running.engine.ofType('private-stored').map(({ serial }) => serial)).toEqual([1, 2, 3]);
});

test('a second room of one name has a number; a new name leaves the label, and is found, too', async () => {
  const running = await begin();
  const client = await TestClient.of(running);
  letIn(running);
  letIn(running, { room: OTHER });
  running.engine.core({ type: 'room-changed', room: OTHER, view: view(OTHER, 'plans', 'Wren') });
  const changed = await until('the event', () => client.ofType('room-changed')[0]);
  expect(changed.info).toMatchObject({ room: 'club (2)', name: 'plans' });
  for (const room of ['club (2)', 'PLANS']) {
    await client.ask('say', { room, text: 'x' });
    expect(running.engine.ofType('say').at(-1)?.room).toBe(OTHER);
  }
});

test('members that are away are listed; a removal says who did it, and nothing goes in any more', async () => {
  const running = await begin();
  const client = await TestClient.of(running);
  letIn(running);
  running.engine.core({ type: 'room-joined', room: ROOM });
  running.engine.core({ type: 'room-changed', room: ROOM, view: view(ROOM, 'club', 'Wren', 'Robin') });
  const wren = running.engine.enter(ROOM, 'Wren');
  const members = await client.ask('members', { room: 'club' });
  expect(members.map(({ name, role, present }) => [name, role, present])).toEqual([
    ['Finch', undefined, true],
    ['Robin', 'member', false],
    ['Wren', 'owner', true],
  ]);
  running.engine.core({ type: 'room-closed', room: ROOM, reason: 'removed', by: wren.id });
  const closed = await until('the event', () => client.ofType('room-closed')[0]);
  expect(closed).toMatchObject({ room: 'club', by: { name: 'Wren' }, info: { state: 'removed' } });
  expect(await client.codeOf('say', { room: 'club', text: 'x' })).toBe('room-closed');
  expect(await client.codeOf('join', { room: 'club' })).toBe('room-closed');
  // A senior one took it back.
  running.engine.core({ type: 'room-joined', room: ROOM });
  expect(await client.codeOf('say', { room: 'club', text: 'x' })).toBe('ok');
  expect(await client.codeOf('forget', { room: 'club' })).toBe('room-not-closed');

  running.engine.core({ type: 'room-closed', room: ROOM, reason: 'left' });
  await client.ask('forget', { room: 'club' });
  await running.daemon.stop();
  const store = openStore(join(folder, 'profile', 'starling.db'));
  if (!store.ok) throw new Error(store.error.code);
  expect([store.value.privateRooms.list(), store.value.privateRooms.chain(ROOM)]).toEqual([[], undefined]);
  store.value.close();
});

test('a direct room that somebody opened is told of once we know who it is', async () => {
  const running = await begin();
  const client = await TestClient.of(running);
  letIn(running, { kind: 'direct', name: 'direct' });
  running.engine.core({ type: 'room-joined', room: ROOM });
  expect((await client.ask('snapshot', {})).rooms.map(({ room }) => room)).toEqual(['lobby']);
  running.engine.core({ type: 'room-changed', room: ROOM, view: view(ROOM, 'direct', 'Wren') });
  const joined = await until('the event', () =>
    client.ofType('room-joined').find(({ room }) => room !== 'lobby'),
  );
  expect(joined).toMatchObject({ room: '@Wren', info: { kind: 'direct', with: { name: 'Wren' } } });
  expect(await client.ask('direct', { member: 'Wren' })).toMatchObject({ room: '@Wren', id: ROOM });
  expect(running.engine.ofType('open-direct')).toEqual([]);
});

test('a room of two in which there is a third is not shown as one of two', async () => {
  const running = await begin();
  const client = await TestClient.of(running);
  letIn(running, { kind: 'direct', name: 'direct' });
  running.engine.core({ type: 'room-joined', room: ROOM });
  const kind = async (): Promise<string | undefined> =>
    (await client.ask('snapshot', {})).rooms.find(({ id }) => id === ROOM)?.kind;
  running.engine.core({ type: 'room-changed', room: ROOM, view: view(ROOM, 'direct', 'Wren', 'Finch') });
  expect(await kind()).toBe('direct');
  running.engine.core({
    type: 'room-changed',
    room: ROOM,
    view: view(ROOM, 'direct', 'Wren', 'Finch', 'Eve'),
  });
  expect(await kind()).toBe('private');
});

test('where the other left, the next room of the two takes the label over, whoever opens it', async () => {
  const running = await begin();
  const client = await TestClient.of(running);
  const open = (room: RoomId): void => {
    letIn(running, { room, kind: 'direct', name: 'direct' });
    running.engine.core({ type: 'room-joined', room });
    running.engine.core({ type: 'room-changed', room, view: view(room, 'direct', 'Wren') });
  };
  const labels = async (): Promise<readonly string[]> =>
    (await client.ask('snapshot', {})).rooms.map(({ room, id }) => `${room} ${id}`).slice(1);
  open(ROOM);
  const gone = { id: memberId('Wren'), name: 'Wren', reason: 'left' } as const;
  running.engine.core({
    type: 'room-changed',
    room: ROOM,
    view: { ...view(ROOM, 'direct'), departed: [gone] },
  });
  open(OTHER);
  expect(await labels()).toEqual([`@Wren ${OTHER}`]);
  // By ourselves it is made anew as well.
  running.engine.core({ type: 'room-closed', room: OTHER, reason: 'left' });
  running.engine.enter(LOBBY, 'Wren');
  const made = client.ask('direct', { member: 'Wren' });
  const { token } = await until('the command', () => running.engine.ofType('open-direct')[0]);
  letIn(running, { kind: 'direct', name: 'direct', token });
  running.engine.core({ type: 'command-done', token });
  expect(await made).toMatchObject({ room: '@Wren', id: ROOM });
  expect(await labels()).toEqual([`@Wren ${ROOM}`]);
});

test('why the core refuses is said in its own words; so is what makes no sense', async () => {
  const running = await begin();
  const client = await TestClient.of(running);
  letIn(running);
  running.engine.core({ type: 'room-changed', room: ROOM, view: view(ROOM, 'club', 'Wren') });
  const wren = running.engine.enter(LOBBY, 'Wren');
  running.engine.enter(LOBBY, 'Robin');
  expect(await client.codeOf('add', { room: 'lobby', member: 'Robin' })).toBe('room-not-private');
  expect(await client.codeOf('add', { room: 'club', member: 'Wren' })).toBe('member-here');
  expect(await client.codeOf('add', { room: 'club', member: 'Finch' })).toBe('member-self');
  expect(await client.codeOf('add', { room: 'club', member: 'Heron' })).toBe('member-unknown');
  const removing = client.codeOf('remove', { room: 'club', member: wren.id });
  const command = await until('the command', () => running.engine.ofType('remove-from-room')[0]);
  running.engine.core({ type: 'command-failed', token: command.token, reason: 'not-allowed' });
  expect(await removing).toBe('not-allowed');
  const link = 'STARLING:JOIN/00000000000000000000000000000000';
  expect(await client.codeOf('join', { room: link })).toBe('invite-mistyped');
  expect(await client.codeOf('join', { room: 'abandon ability able about above zzzz' })).toBe(
    'invite-mistyped',
  );
  expect(await client.codeOf('verification', { member: 'Finch' })).toBe('member-self');
});

test('a mark that emoji gave is kept, and the digits of two are those of the other', async () => {
  const running = await begin();
  const client = await TestClient.of(running);
  const wren = running.engine.enter(LOBBY, 'Wren');
  const shown = await client.ask('verification', { member: 'Wren' });
  expect([shown.safetyNumber.length, shown.verified, shown.present]).toEqual([12, false, true]);
  expect(shown.qr.every((row) => row.length === shown.qr.length && /^[01]+$/.test(row))).toBe(true);
  await client.ask('emoji', { member: 'Wren', action: 'start' });
  expect(running.engine.ofType('verify-by-emoji')[0]).toMatchObject({ member: wren.id });
  running.engine.core({ type: 'emoji', member: wren.id, stage: 'compare', emoji: [0, 1, 2, 3, 4, 5, 63] });
  const compare = await until('the emoji', () => client.ofType('emoji')[0]);
  expect(compare.emoji?.[0]).toEqual({ index: 0, symbol: '🐦', name: 'bird' });
  running.engine.core({ type: 'emoji', member: wren.id, stage: 'done' });
  await until('the mark', () => client.ofType('verified-changed')[0]);
  expect((await client.ask('known-members', {}))[0]).toMatchObject({ name: 'Wren', verified: true });
  const members = await client.ask('members', { room: 'lobby' });
  expect(members.find(({ name }) => name === 'Wren')).toMatchObject({ verified: true });
});

test('a prekey is there from the first start, and the same after the next', async () => {
  const first = await begin();
  const [prekey] = first.engine.config?.prekeys ?? [];
  expect(prekey?.privateKey).toHaveLength(32);
  await first.daemon.stop();
  expect((await begin()).engine.config?.prekeys).toEqual([prekey]);
});

/** Rooms of two at the daemon, where both of the two opened one: which is shown, and what becomes of the other. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RoomId } from '../../src/base/ids.ts';
import type { PrivateRoomView } from '../../src/core/api.ts';
import { roomIdOf } from '../../src/daemon/rooms.ts';
import { memberId, publicKeyOf } from './engine-double.ts';
import { forget, newFolder, start, TestClient, until } from './running.ts';
import type { Running } from './running.ts';

const LOW = '11'.repeat(16) as RoomId;
const HIGH = '22'.repeat(16) as RoomId;
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

async function begin(): Promise<{ running: Running; client: TestClient }> {
  const running = await start(folder);
  started.push(running);
  return { running, client: await TestClient.of(running) };
}

function viewOf(room: RoomId, names: readonly string[], departed: readonly string[] = []): PrivateRoomView {
  const role = 'member' as const;
  return {
    room,
    kind: 'direct',
    name: 'direct',
    history: { kind: 'since-joining' },
    role,
    members: names.map((name) => ({
      id: memberId(name),
      name,
      publicKey: publicKeyOf(name),
      role,
      self: false,
    })),
    departed: departed.map((name) => ({ id: memberId(name), name, reason: 'left' as const })),
    openInvites: [],
    secured: true,
    size: 1,
  };
}
const changed = ({ engine }: Running, view: PrivateRoomView): void =>
  engine.core({ type: 'room-changed', room: view.room, view });

/** The core opens one, made by our command of that token, or by somebody else. */
function opens({ engine }: Running, room: RoomId, token = 0): void {
  const entries = [{ kind: 'genesis-secret', secret: new Uint8Array(32) }] as const;
  const made = { room, serial: 1, token, kind: 'direct', name: 'direct', entries, opens: true } as const;
  engine.core({ type: 'store-private', ...made });
  engine.core({ type: 'room-joined', room });
  if (token > 0) engine.core({ type: 'command-done', token });
}
function letsIn(running: Running, room: RoomId, ...names: readonly string[]): void {
  opens(running, room);
  changed(running, viewOf(room, names));
}

/** We open one with Wren, of this id. */
async function open({ running, client }: Awaited<ReturnType<typeof begin>>, room: RoomId): Promise<void> {
  running.engine.enter(roomIdOf('lobby'), 'Wren');
  const made = client.ask('direct', { member: 'Wren' });
  const { token } = await until('the command', () => running.engine.ofType('open-direct')[0]);
  opens(running, room, token);
  changed(running, viewOf(room, ['Wren']));
  running.engine.enter(room, 'Wren');
  expect(await made).toMatchObject({ room: '@Wren', id: room });
}

const shown = async (client: TestClient): Promise<readonly string[]> =>
  (await client.ask('snapshot', {})).rooms
    .filter(({ kind }) => kind === 'direct')
    .map(({ room, id, continuesIn }) => `${room} ${id.slice(0, 2)} ${continuesIn ?? '-'}`);
const speaksIn = async ({ running, client }: Awaited<ReturnType<typeof begin>>, room: string) => {
  await client.ask('say', { room, text: 'x' });
  return running.engine.ofType('say').at(-1)?.room;
};

test('of two rooms that were opened at once one is shown, that of the lower id, on both sides', async () => {
  const here = await begin();
  const { running, client } = here;
  await open(here, HIGH);
  letsIn(running, LOW, 'Wren');
  expect(await shown(client)).toEqual(['@Wren 11 -']);
  expect(client.ofType('room-forgotten')).toEqual([]);
  expect(client.events.at(-1)).toMatchObject({ room: '@Wren', info: { id: LOW } });
  expect(await client.ask('direct', { member: 'Wren' })).toMatchObject({ room: '@Wren', id: LOW });
  // Who comes and goes in the one that is not shown is no news.
  const before = client.events.length;
  running.engine.enter(HIGH, 'Robin');
  await client.ask('snapshot', {});
  expect(client.events.slice(before).filter(({ type }) => type === 'member-joined')).toEqual([]);

  await running.daemon.stop();
  const there = await begin();
  expect(await shown(there.client)).toEqual(['@Wren 11 -']);
  // Both are joined all the same, and in whatever order they are known again.
  expect(there.running.engine.ofType('open-room').map(({ room }) => room)).toHaveLength(2);
  for (const room of [HIGH, LOW]) {
    there.running.engine.core({ type: 'room-joined', room });
    changed(there.running, viewOf(room, ['Wren']));
    expect(await shown(there.client)).toEqual(['@Wren 11 -']);
  }
});

test('what was said in the other one is shown, and whatever is said to it goes on in the first', async () => {
  const here = await begin();
  const { running, client } = here;
  await open(here, LOW);
  letsIn(running, HIGH, 'Wren');
  expect(await shown(client)).toEqual(['@Wren 11 -']);
  running.engine.said(HIGH, 'Wren', { kind: 'text', text: 'me too' });
  const message = await until('the message', () => client.ofType('message')[0]);
  expect(message).toMatchObject({ room: '@Wren (2)', text: 'me too' });
  // The room first, then what was said in it.
  const joined = client.events.findIndex((event) => event.type === 'room-joined' && event.info.id === HIGH);
  expect(joined).toBeGreaterThan(-1);
  expect(joined).toBeLessThan(client.events.indexOf(message));
  expect(await shown(client)).toEqual(['@Wren 11 -', '@Wren (2) 22 @Wren']);
  expect(await speaksIn(here, '@Wren (2)')).toBe(LOW);
  // What is not new goes where it belongs.
  await client.ask('react', { message: message.id, emoji: '👍', on: true });
  expect(running.engine.ofType('annotate').at(-1)?.room).toBe(HIGH);
  await running.daemon.stop();
  expect(await shown((await begin()).client)).toEqual(['@Wren 11 -', '@Wren (2) 22 @Wren']);
});

test('what we said before the first one came stays to be read, under a label of its own', async () => {
  const here = await begin();
  const { running, client } = here;
  await open(here, HIGH);
  await client.ask('say', { room: '@Wren', text: 'early' });
  letsIn(running, LOW, 'Wren');
  expect(await shown(client)).toEqual(['@Wren 11 -', '@Wren (2) 22 @Wren']);
  const page = await client.ask('timeline', { room: '@Wren (2)' });
  expect(page.entries).toMatchObject([{ message: { text: 'early', room: '@Wren (2)' } }]);
  expect((await client.ask('timeline', { room: '@Wren' })).entries).toEqual([]);
  expect(await speaksIn(here, '@Wren')).toBe(LOW);
});

test('who leaves the conversation, or closes it for now, does so with both rooms', async () => {
  const here = await begin();
  const { running, client } = here;
  const { engine } = running;
  await open(here, LOW);
  letsIn(running, HIGH, 'Wren');
  await client.ask('quit', { room: '@Wren' });
  expect(engine.ofType('quit').map(({ room }) => room)).toEqual([HIGH, LOW]);
  const joining = client.ask('join', { room: '@Wren' });
  for (const room of [LOW, HIGH]) {
    await until('the command', () => engine.ofType('open-room').find((command) => command.room === room));
    engine.core({ type: 'room-joined', room });
    changed(running, viewOf(room, ['Wren']));
  }
  await joining;
  expect(await shown(client)).toEqual(['@Wren 11 -']);
  const leaving = client.ask('leave', { room: '@Wren' });
  const { token } = await until('the command', () => engine.ofType('leave-room')[0]);
  engine.core({ type: 'room-closed', room: LOW, reason: 'left' });
  engine.core({ type: 'command-done', token });
  await leaving;
  expect(engine.ofType('leave-room').map(({ room }) => room)).toEqual([LOW, HIGH]);
  engine.core({ type: 'room-closed', room: HIGH, reason: 'left' });
  expect(await shown(client)).toEqual(['@Wren 11 -']);
  expect((await client.ask('snapshot', {})).rooms.find(({ id }) => id === LOW)?.state).toBe('left');
  await running.daemon.stop();
  expect(await shown((await begin()).client)).toEqual(['@Wren 11 -']);
});

test('where the other one left it, or removed us, an empty one beside it does not come up by itself', async () => {
  const here = await begin();
  const { running, client } = here;
  await open(here, LOW);
  letsIn(running, HIGH, 'Wren');
  running.engine.core({ type: 'room-closed', room: LOW, reason: 'removed', by: memberId('Wren') });
  expect(await shown(client)).toEqual(['@Wren 11 -']);
  // Something that is said in it does.
  running.engine.said(HIGH, 'Wren', { kind: 'text', text: 'here I am' });
  await until('the message', () => client.ofType('message')[0]);
  expect(await shown(client)).toEqual(['@Wren 11 -', '@Wren (2) 22 -']);
});

test('a room in which a third is or was never takes the place of one of two', async () => {
  const here = await begin();
  const { running, client } = here;
  await open(here, HIGH);
  opens(running, LOW);
  changed(running, viewOf(LOW, ['Wren'], ['Eve']));
  expect(await shown(client)).toEqual(['@Wren 22 -', '@Wren (2) 11 -']);
  expect(await client.ask('direct', { member: 'Wren' })).toMatchObject({ room: '@Wren', id: HIGH });
  // It is no room of the two, so another one is made where there is no other, and it stays what it is.
  changed(running, viewOf(HIGH, [], ['Wren']));
  const before = running.engine.ofType('open-direct').length;
  const making = client.codeOf('direct', { member: 'Wren' });
  const { token } = await until('the command', () => running.engine.ofType('open-direct')[before]);
  running.engine.core({ type: 'command-failed', token, reason: 'no-prekey' });
  await making;
  expect(await shown(client)).toEqual(['@Wren (2) 11 -']);
  letsIn(running, HIGH, 'Wren');
  // One that took it before the third came loses it again.
  const third = '00'.repeat(16) as RoomId;
  letsIn(running, third, 'Wren');
  expect(await shown(client)).toEqual(['@Wren 00 -', '@Wren (2) 11 -']);
  changed(running, viewOf(third, ['Wren', 'Eve', 'Robin']));
  expect(await shown(client)).toEqual(['@Wren (2) 11 -']);
  expect(await client.ask('direct', { member: 'Wren' })).toMatchObject({ room: '@Wren (3)', id: HIGH });
});

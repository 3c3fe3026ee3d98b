/** Private rooms that others let us into: kept, answered, bounded, and never opened by themselves. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RoomId } from '../../src/base/ids.ts';
import { OFFERS_KEPT_MAX } from '../../src/daemon/limits.ts';
import { roomIdOf } from '../../src/daemon/rooms.ts';
import { openStore } from '../../src/store/store.ts';
import { memberId } from './engine-double.ts';
import { forget, newFolder, start, TestClient, until } from './running.ts';
import type { Running } from './running.ts';

const ROOM = '11'.repeat(16) as RoomId;
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

const roomOf = (number: number): RoomId => number.toString(16).padStart(32, '0') as RoomId;
function offer({ engine }: Running, room: RoomId = ROOM, name = 'club', from = 'Wren'): void {
  const genesisSecret = new Uint8Array(32).fill(9);
  engine.core({ type: 'room-offered', offer: { room, genesisSecret, name }, from: memberId(from) });
}
const namesOf = async (client: TestClient): Promise<readonly string[]> =>
  (await client.ask('snapshot', {})).offers.map(({ name }) => name);

test('an offer is told once, kept over a restart, and opens when it is accepted', async () => {
  const running = await begin();
  const client = await TestClient.of(running);
  running.engine.enter(roomIdOf('lobby'), 'Wren');
  offer(running);
  offer(running);
  const [told, ...more] = await until('the event', () => {
    const events = client.ofType('room-offered');
    return events.length > 0 ? events : undefined;
  });
  expect(told).toMatchObject({ id: ROOM, name: 'club', from: { id: memberId('Wren'), name: 'Wren' } });
  expect(JSON.stringify(told)).not.toContain('09'.repeat(32));
  expect(more).toEqual([]);
  expect(running.engine.ofType('accept-room')).toEqual([]);
  expect((await client.ask('snapshot', {})).rooms.map(({ room }) => room)).toEqual(['lobby']);

  await running.daemon.stop();
  const again = await begin();
  const late = await TestClient.of(again);
  expect(late.snapshot.offers).toMatchObject([{ id: ROOM, name: 'club' }]);
  const accepted = late.ask('accept-room', { offer: ROOM });
  const command = await until('the command', () => again.engine.ofType('accept-room')[0]);
  expect(command.offer).toEqual({ room: ROOM, name: 'club', genesisSecret: new Uint8Array(32).fill(9) });
  const entries = [{ kind: 'genesis-secret', secret: command.offer.genesisSecret }] as const;
  const { token } = command;
  again.engine.core({
    type: 'store-private',
    opens: true,
    room: ROOM,
    serial: 1,
    token,
    kind: 'private',
    name: 'club',
    entries,
  });
  again.engine.core({ type: 'room-joined', room: ROOM });
  again.engine.core({ type: 'command-done', token });
  expect(await accepted).toMatchObject({ room: 'club', kind: 'private', id: ROOM });
  expect(await namesOf(late)).toEqual([]);
  expect(late.ofType('room-offer-ended')).toMatchObject([{ id: ROOM }]);
  expect(await late.codeOf('accept-room', { offer: ROOM })).toBe('offer-unknown');
  // Whoever let us in says so again while it does not hear us in the room.
  offer(again);
  expect(await namesOf(late)).toEqual([]);
}, 20_000);

test('what is declined stays so, also after a restart, and its secret is forgotten', async () => {
  const running = await begin();
  const client = await TestClient.of(running);
  offer(running);
  await client.ask('decline-room', { offer: ROOM });
  expect(await client.codeOf('decline-room', { offer: ROOM })).toBe('offer-unknown');
  offer(running);
  expect(await namesOf(client)).toEqual([]);
  await running.daemon.stop();
  const store = openStore(join(folder, 'profile', 'starling.db'));
  if (!store.ok) throw new Error(store.error.code);
  expect(store.value.settings.get('room-offers')).not.toContain('0909');
  store.value.close();
  const again = await begin();
  const late = await TestClient.of(again);
  offer(again);
  expect(await namesOf(late)).toEqual([]);
  expect(late.ofType('room-offered')).toEqual([]);
  // Each time whoever offered it did not know yet: it is told again.
  const told = { type: 'decline-room', room: ROOM, by: memberId('Wren') };
  expect(running.engine.ofType('decline-room')).toEqual([told, told]);
  expect(again.engine.ofType('decline-room')).toEqual([told]);
});

test('what comes after a no that was heard, or from somebody else, is a new offer', async () => {
  const running = await begin();
  const client = await TestClient.of(running);
  const offered = (): number => client.ofType('room-offered').length;
  offer(running);
  await client.ask('decline-room', { offer: ROOM });
  // That somebody else knows is no news of who offered it.
  running.engine.core({ type: 'decline-told', room: ROOM, to: memberId('Robin') });
  offer(running);
  expect([await namesOf(client), offered()]).toEqual([[], 1]);
  running.engine.core({ type: 'decline-told', room: ROOM, to: memberId('Wren') });
  offer(running);
  expect([await namesOf(client), offered()]).toEqual([['club'], 2]);
  // One that waits for an answer is not ended by news of an older no.
  running.engine.core({ type: 'decline-told', room: ROOM, to: memberId('Wren') });
  expect(await namesOf(client)).toEqual(['club']);
  await client.ask('decline-room', { offer: ROOM });
  offer(running, ROOM, 'club', 'Robin');
  expect([await namesOf(client), offered()]).toEqual([['club'], 3]);
  expect((await client.ask('snapshot', {})).offers[0]?.from.id).toBe(memberId('Robin'));
});

test('a no to an offer of ours is told with the name of the room and of who said it', async () => {
  const running = await begin();
  const client = await TestClient.of(running);
  const entries = [{ kind: 'genesis-secret', secret: new Uint8Array(32) }] as const;
  const kept = { type: 'store-private', room: ROOM, serial: 1, token: 0, kind: 'private' } as const;
  running.engine.core({ ...kept, name: 'club', entries, opens: true });
  const wren = running.engine.enter(roomIdOf('lobby'), 'Wren');
  running.engine.core({ type: 'member-declined', room: ROOM, member: wren.id });
  running.engine.core({ type: 'member-declined', room: roomOf(9), member: wren.id });
  await client.ask('snapshot', {});
  expect(client.ofType('member-declined')).toEqual([
    expect.objectContaining({ room: 'club', member: { id: wren.id, name: 'Wren' } }),
  ]);
});

test('who comes in by another way is not offered the room any more', async () => {
  const running = await begin();
  const client = await TestClient.of(running);
  offer(running);
  const entries = [{ kind: 'genesis-secret', secret: new Uint8Array(32) }] as const;
  running.engine.core({
    type: 'store-private',
    room: ROOM,
    serial: 1,
    token: 0,
    kind: 'private',
    name: 'club',
    entries,
    opens: true,
  });
  running.engine.core({ type: 'room-joined', room: ROOM });
  expect(await namesOf(client)).toEqual([]);
  expect(client.ofType('room-offer-ended')).toMatchObject([{ id: ROOM }]);
});

test('no more are kept than there is room for; what was declined makes room first, then the oldest', async () => {
  const running = await begin();
  const client = await TestClient.of(running);
  for (let i = 0; i < OFFERS_KEPT_MAX; i++) offer(running, roomOf(i), `room ${i}`);
  await client.ask('decline-room', { offer: roomOf(5) });
  offer(running, roomOf(1000), 'late');
  expect(await namesOf(client)).toHaveLength(OFFERS_KEPT_MAX);
  expect(await namesOf(client)).toContain('room 0');
  offer(running, roomOf(1001), 'later');
  const names = await namesOf(client);
  expect(names).toHaveLength(OFFERS_KEPT_MAX);
  expect(names).not.toContain('room 0');
  expect(client.ofType('room-offer-ended').at(-1)).toMatchObject({ id: roomOf(0) });
});

test('damage in what is kept is no offer, and stops nothing', async () => {
  const running = await begin();
  await running.daemon.stop();
  for (const damage of [
    '{',
    '[{"room":1}]',
    '{}',
    `[{"room":"${ROOM}","secret":"zz","name":"x","from":{"id":"a","name":"b"},"at":1}]`,
  ]) {
    const store = openStore(join(folder, 'profile', 'starling.db'));
    if (!store.ok) throw new Error(store.error.code);
    store.value.settings.set('room-offers', damage);
    store.value.close();
    const again = await begin();
    const client = await TestClient.of(again);
    expect(await client.codeOf('accept-room', { offer: ROOM })).toBe('offer-unknown');
    await again.daemon.stop();
  }
});

test('every open invite of a room is taken back, or one', async () => {
  const running = await begin();
  const client = await TestClient.of(running);
  const entries = [{ kind: 'genesis-secret', secret: new Uint8Array(32) }] as const;
  running.engine.core({
    type: 'store-private',
    opens: true,
    room: ROOM,
    serial: 1,
    token: 0,
    kind: 'private',
    name: 'club',
    entries,
  });
  running.engine.core({ type: 'room-joined', room: ROOM });
  const invites = ['aa', 'bb'].map((digits) => ({
    operation: digits.repeat(32) as never,
    by: memberId('Wren'),
    expiresAt: 5,
  }));
  running.engine.core({
    type: 'room-changed',
    room: ROOM,
    view: {
      room: ROOM,
      kind: 'private',
      name: 'club',
      history: { kind: 'since-joining' },
      role: 'admin',
      members: [],
      departed: [],
      openInvites: invites,
      secured: true,
      size: 1,
    },
  });
  const [info] = (await client.ask('snapshot', {})).rooms.filter(({ kind }) => kind === 'private');
  expect(info?.openInvites).toMatchObject([{ id: 'aa'.repeat(32) }, { id: 'bb'.repeat(32) }]);
  const answer = async (count: number): Promise<void> => {
    const command = await until('the command', () => running.engine.ofType('revoke-invite')[count - 1]);
    running.engine.core({ type: 'command-done', token: command.token });
  };
  const one = client.ask('revoke-invite', { room: 'club', invite: 'bb'.repeat(32) });
  await answer(1);
  expect(await one).toEqual({ revoked: 1 });
  expect(running.engine.ofType('revoke-invite')[0]?.invite).toBe('bb'.repeat(32));
  const all = client.ask('revoke-invite', { room: 'club' });
  await answer(2);
  await answer(3);
  expect(await all).toEqual({ revoked: 2 });
  expect(await client.codeOf('revoke-invite', { room: 'club', invite: 'cc' })).toBe('invite-unknown');
  expect(await client.codeOf('revoke-invite', { room: 'lobby' })).toBe('room-not-private');
});

test('a room that we were removed from is listened to after a restart, for the removal may be undone', async () => {
  const running = await begin();
  const entries = [
    { kind: 'genesis-secret', secret: new Uint8Array(32) },
    { kind: 'operation', id: '1'.repeat(64) as never, bytes: new Uint8Array([1]) },
  ] as const;
  running.engine.core({
    type: 'store-private',
    opens: true,
    room: ROOM,
    serial: 1,
    token: 0,
    kind: 'private',
    name: 'club',
    entries,
  });
  running.engine.core({ type: 'room-joined', room: ROOM });
  running.engine.core({ type: 'room-closed', room: ROOM, reason: 'removed', by: memberId('Wren') });
  await running.daemon.stop();
  const again = await begin();
  const client = await TestClient.of(again);
  expect(client.snapshot.rooms.find(({ id }) => id === ROOM)).toMatchObject({
    state: 'removed',
    joined: false,
  });
  expect(again.engine.ofType('open-room')).toMatchObject([
    { room: ROOM, chain: { operations: [new Uint8Array([1])] } },
  ]);
  again.engine.core({ type: 'room-joined', room: ROOM });
  const joined = await until('the event', () =>
    client.events.find((event) => event.type === 'room-joined' && event.info.id === ROOM),
  );
  expect(joined).toMatchObject({ info: { state: 'open', joined: true } });
});

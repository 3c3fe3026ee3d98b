import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AUTO_ACCEPT_BYTES_MAX } from '../../src/daemon/limits.ts';
import { tryLock } from '../../src/daemon/lock.ts';
import { profileAt } from '../../src/daemon/profile.ts';
import { roomIdOf } from '../../src/daemon/rooms.ts';
import { EngineDouble, memberId } from './engine-double.ts';
import { forget, newFolder, start, TestClient, tryStart, until } from './running.ts';
import type { Running } from './running.ts';

const LOBBY = roomIdOf('lobby');
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

async function begin(options: Parameters<typeof start>[1] = {}): Promise<Running> {
  const running = await start(folder, options);
  started.push(running);
  return running;
}
async function restart(running: Running, options: Parameters<typeof start>[1] = {}): Promise<Running> {
  await running.daemon.stop();
  return begin(options);
}

test('restarts continue one chain: each message is one further, and is durable before it leaves', async () => {
  let running = await begin();
  for (let sequence = 1; sequence <= 3; sequence++) {
    const client = await TestClient.of(running);
    const said = await client.ask('say', { room: 'lobby', text: `word ${sequence}` });
    expect(said.sequence).toBe(sequence);
    const kinds = running.engine.commands.map((command) => command.type);
    expect(kinds.indexOf('record-stored')).toBeGreaterThan(kinds.indexOf('say'));
    running = await restart(running);
  }
  expect(running.engine.ofType('join')[0]?.history.records).toHaveLength(3);
});

test('the answer to `say` names who was present, and comes before the message', async () => {
  const running = await begin();
  const wren = running.engine.enter(LOBBY, 'Wren');
  const client = await TestClient.of(running);
  const { id, waiting } = await client.ask('say', { room: 'lobby', text: 'hello' });
  expect(waiting).toEqual([{ id: wren.id, name: 'Wren' }]);
  expect(client.ofType('message')).toEqual([]);
  const message = await until('the message', () => client.ofType('message')[0]);
  expect(message).toMatchObject({ id, own: true, text: 'hello', room: 'lobby' });
  running.engine.core({ type: 'receipt', room: LOBBY, member: wren.id, sequence: 1 });
  await until('the receipt', () => client.ofType('receipt')[0]);
  const late = await TestClient.of(running);
  expect(late.snapshot.messages.map((one) => one.text)).toEqual(['hello']);
});

test('QUIT is remembered over restarts until JOIN, and both are idempotent', async () => {
  let running = await begin();
  let client = await TestClient.of(running);
  await client.ask('join', { room: 'kitchen' });
  for (let i = 0; i < 10; i++) await client.ask('quit', { room: 'lobby' });
  expect(running.engine.ofType('quit')).toHaveLength(1);
  await until('the event', () => client.ofType('room-quit')[0]);

  running = await restart(running);
  expect(running.engine.ofType('join').map((join) => join.room)).toEqual([roomIdOf('kitchen')]);
  client = await TestClient.of(running);
  expect(client.snapshot.rooms.map(({ room, joined }) => [room, joined])).toEqual([
    ['lobby', false],
    ['kitchen', true],
  ]);
  await Promise.all(Array.from({ length: 10 }, async () => client.ask('join', { room: 'Lobby' })));
  expect(running.engine.ofType('join')).toHaveLength(2);
});

test('a room joined for one command is not remembered', async () => {
  let running = await begin({ joinRemembered: 'never' });
  let client = await TestClient.of(running);
  await client.ask('quit', { room: 'lobby' });
  await client.ask('join', { room: 'lobby', remember: false });
  running = await restart(running);
  expect(running.engine.ofType('join')).toEqual([]);
  client = await TestClient.of(running);
  expect(client.snapshot.rooms[0]).toMatchObject({ room: 'lobby', joined: false });
});

test('members: own row first; a removed one is blocked again after a restart, and can come back', async () => {
  let running = await begin();
  const wren = running.engine.enter(LOBBY, 'Wren');
  running.engine.enter(LOBBY, 'Heron');
  running.engine.enter(LOBBY, 'Heron', memberId('another'));
  let client = await TestClient.of(running);
  const list = await client.ask('members', { room: 'lobby' });
  expect(list.map(({ name, self }) => [name, self])).toEqual([
    ['Finch', true],
    ['Heron', false],
    ['Heron', false],
    ['Wren', false],
  ]);
  const ambiguous = await client.tryAsk('remove', { room: 'lobby', member: 'Heron' });
  expect(ambiguous.ok ? {} : ambiguous.error.values).toMatchObject({
    ids: expect.stringContaining(memberId('another').slice(0, 12)),
  });
  expect(await client.codeOf('remove', { room: 'lobby', member: 'Finch' })).toBe('member-self');
  expect(await client.codeOf('remove', { room: 'lobby', member: 'Robin' })).toBe('member-unknown');
  expect(await client.ask('remove', { room: 'lobby', member: wren.id.slice(0, 6) })).toMatchObject({
    name: 'Wren',
  });
  await until('the event', () => client.ofType('member-removed')[0]);

  running = await restart(running);
  await until('the block', () => running.engine.ofType('remove-member')[0]);
  expect(running.engine.ofType('remove-member')[0]).toMatchObject({ member: wren.id });
  client = await TestClient.of(running);
  const [removed] = (await client.ask('members', { room: 'lobby' })).filter((one) => one.removed);
  expect(removed).toMatchObject({ name: 'Wren' });
  await client.ask('restore', { room: 'lobby', member: 'Wren' });
  expect(running.engine.ofType('restore-member')).toHaveLength(1);
  expect((await client.ask('members', { room: 'lobby' })).some((one) => one.removed)).toBe(false);
});

test('small files are accepted by themselves, large ones are asked', async () => {
  const running = await begin();
  const client = await TestClient.of(running);
  const small = running.engine.offered(LOBBY, 'small', 1000);
  const large = running.engine.offered(LOBBY, 'large', AUTO_ACCEPT_BYTES_MAX + 1);
  await until('both', () => (client.ofType('transfer-offered').length === 2 ? true : undefined));
  expect(running.engine.ofType('accept')).toEqual([
    {
      type: 'accept',
      transfer: small,
      folder: join(running.folder, 'downloads'),
      file: { name: 'small', size: 1000 },
    },
  ]);
  const states = (await client.ask('transfers', {})).map(({ transfer, state }) => [transfer, state]);
  expect(states).toEqual([
    [small, 'running'],
    [large, 'asking'],
  ]);
  await client.ask('accept', { transfer: large });
  expect(running.engine.ofType('accept')).toHaveLength(2);
  expect(await client.codeOf('decline', { transfer: large })).toBe('transfer-not-possible');
});

test('a command that only speaks accepts nothing', async () => {
  const running = await begin({ receives: false, catchUp: false });
  running.engine.offered(LOBBY, 'small', 1000);
  const client = await TestClient.of(running);
  await until('the offer', () => client.snapshot.transfers[0] ?? client.ofType('transfer-offered')[0]);
  expect(running.engine.ofType('accept')).toEqual([]);
  expect(running.engine.ofType('join')[0]?.history.catchUp).toBe(false);
  expect(existsSync(join(folder, 'downloads'))).toBe(false);
});

test('a file that arrived is not fetched again after a restart', async () => {
  let running = await begin();
  const transfer = running.engine.offered(LOBBY, '../../evil\u202egnp.exe', 5);
  const path = join(folder, 'downloads', 'x.png');
  writeFileSync(path, 'bytes');
  const stamp = { size: 5, version: '1' };
  running.engine.emit({ type: 'file-saved', transfer, path, mediaType: 'image/png', stamp });
  running.engine.core({ type: 'transfer-done', room: LOBBY, transfer });
  let client = await TestClient.of(running);
  const [info] = await client.ask('transfers', { room: 'lobby' });
  expect(info).toMatchObject({ state: 'done', path, mediaType: 'image/png', bytesDone: 5 });
  expect(info?.file.name).not.toMatch(/[/\\\u202e]/);

  running = await restart(running);
  running.engine.offered(LOBBY, 'x.png', 5, transfer);
  client = await TestClient.of(running);
  expect((await client.ask('transfers', {}))[0]).toMatchObject({ state: 'done', path });
  expect(running.engine.ofType('accept')).toEqual([]);
});

test('an own transfer has a row for each member, and is done when all are', async () => {
  const running = await begin();
  const [wren, heron] = [running.engine.enter(LOBBY, 'Wren'), running.engine.enter(LOBBY, 'Heron')];
  const client = await TestClient.of(running);
  const path = join(folder, 'report.txt');
  writeFileSync(path, 'abc');
  const { transfer, members } = await client.ask('send-path', { room: 'lobby', path });
  expect(members.map(({ name, state }) => [name, state])).toEqual([
    ['Wren', 'waiting'],
    ['Heron', 'waiting'],
  ]);
  const about = { room: LOBBY, transfer: transfer as never };
  running.engine.core({ type: 'transfer-accepted', ...about, member: wren.id });
  running.engine.core({ type: 'transfer-progress', ...about, member: wren.id, bytesDone: 2 });
  running.engine.core({ type: 'transfer-done', ...about, member: wren.id });
  running.engine.core({ type: 'transfer-failed', ...about, member: heron.id, reason: 'declined' });
  await until('the end', () => client.ofType('transfer-failed')[0]);
  expect((await client.ask('transfers', {}))[0]).toMatchObject({ state: 'done' });
  expect(client.ofType('transfer-done')[0]).toMatchObject({ member: { name: 'Wren' }, own: true });
  expect(await client.codeOf('send-path', { room: 'lobby', path: join(folder, 'none') })).toBe(
    'file-missing',
  );
  expect(await client.codeOf('send-path', { room: 'lobby', path: folder })).toBe('file-not-regular');
});

test('who quits before it took the file is no receiver; who is lost did not get it', async () => {
  const running = await begin();
  const members = ['Wren', 'Heron', 'Robin'].map((name) => running.engine.enter(LOBBY, name));
  const client = await TestClient.of(running);
  const path = join(folder, 'report.txt');
  writeFileSync(path, 'abc');
  const { transfer } = await client.ask('send-path', { room: 'lobby', path });
  const about = { room: LOBBY, transfer: transfer as never };
  const [wren, heron, robin] = members as [(typeof members)[0], (typeof members)[0], (typeof members)[0]];
  running.engine.core({ type: 'transfer-done', ...about, member: wren.id });
  for (const [member, reason] of [
    [heron, 'quit'],
    [robin, 'expired'],
  ] as const) {
    running.engine.core({ type: 'transfer-failed', ...about, member: member.id, reason: 'member-left' });
    running.engine.core({ type: 'member-left', room: LOBBY, member, reason });
  }
  await until('both gone', () => (client.ofType('member-left').length === 2 ? true : undefined));
  const [info] = await client.ask('transfers', {});
  expect(info?.members.map(({ name, state }) => [name, state])).toEqual([
    ['Wren', 'done'],
    ['Robin', 'failed'],
  ]);
  running.engine.core({ type: 'transfer-failed', ...about, member: heron.id, reason: 'member-left' });
  expect((await client.ask('transfers', {}))[0]?.members).toHaveLength(2);
});

test('the name, the downloads folder and the port of the page are remembered', async () => {
  const first = await begin({ name: 'Wren' });
  const { port, token } = first.daemon;
  const again = await restart(first, { name: undefined, downloads: undefined });
  expect([again.daemon.port, again.daemon.token]).toEqual([port, token]);
  const { self, downloads } = (await TestClient.of(again)).snapshot;
  expect(self).toMatchObject({ name: 'Wren', named: true });
  expect(downloads).toBe(join(folder, 'downloads'));
});

async function occupy(port: number): Promise<Server> {
  const server = createServer();
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
}

test('a remembered port that is taken moves on and says so; a given one is an error', async () => {
  const first = await begin();
  const { port } = first.daemon;
  await first.daemon.stop();
  const other = await occupy(port);
  try {
    const moved = await begin();
    expect(moved.daemon.port).not.toBe(port);
    const client = await TestClient.of(moved);
    const problem = await until('the problem', () => client.ofType('problem')[0]);
    expect(problem).toMatchObject({ code: 'ui-port-moved', values: { port } });
    await moved.daemon.stop();
    const refused = await tryStart(folder, new EngineDouble(), { uiPort: port });
    expect(refused).toEqual({ ok: false, error: { code: 'ui-port-in-use', values: { port } } });
  } finally {
    other.close();
  }
  expect((await begin()).daemon.port).toBe(port);
});

test('an engine that cannot start leaves nothing behind', async () => {
  const engine = new EngineDouble();
  const values = { interface: 'eth9', known: 'lo' };
  engine.refusal = { type: 'start-failed', code: 'interface-unknown', values };
  const refused = await tryStart(folder, engine);
  expect(refused).toEqual({ ok: false, error: { code: 'interface-unknown', values } });
  expect(existsSync(profileAt(join(folder, 'profile')).door)).toBe(false);
  await begin();
});

test('an engine that breaks ends the daemon, and the reason is kept', async () => {
  const running = await begin();
  running.engine.emit({ type: 'problem', code: 'engine-failed', values: { detail: 'x' } });
  expect(await running.daemon.ended).toEqual({ code: 'engine-failed', values: { detail: 'x' } });
});

test('a brief host ends with its last client, a staying one does not', async () => {
  const brief = await begin({ life: 'brief' });
  const clients = [await TestClient.of(brief), await TestClient.of(brief)];
  clients[0]?.socket.close();
  await new Promise((done) => setTimeout(done, 200));
  await (clients[1] as TestClient).ask('members', { room: 'lobby' });
  clients[1]?.socket.close();
  expect(await brief.daemon.ended).toBeUndefined();
  const staying = await begin();
  (await TestClient.of(staying)).socket.close();
  await new Promise((done) => setTimeout(done, 200));
  await TestClient.of(staying);
});

test('one process holds a profile at a time', () => {
  const profile = profileAt(join(folder, 'locked'));
  mkdirSync(profile.folder);
  const lock = tryLock(profile);
  expect(lock).toBeDefined();
  expect(tryLock(profile)).toBeUndefined();
  lock?.release();
  const again = tryLock(profile);
  expect(again).toBeDefined();
  again?.release();
});

test('loopback alone is said to whoever comes, until a network comes', async () => {
  const running = await begin();
  const lo = { name: 'lo', address: '127.0.0.1', loopback: true };
  running.engine.emit({ type: 'interfaces', interfaces: [lo] });
  const first = await TestClient.of(running);
  await until('the problem', () => first.ofType('problem')[0]);
  expect(first.ofType('problem')[0]?.code).toBe('network-loopback-only');
  running.engine.emit({ type: 'interfaces', interfaces: [lo, { ...lo, name: 'eth0', loopback: false }] });
  const second = await TestClient.of(running);
  await second.ask('members', { room: 'lobby' });
  expect(second.ofType('problem')).toEqual([]);
});

test('colour, rate, downloads folder and interfaces are set, told, and remembered', async () => {
  let running = await begin({ downloads: undefined });
  let client = await TestClient.of(running);
  const other = join(folder, 'elsewhere');
  expect(await client.ask('set-colour', { colour: 3 })).toEqual({ colour: 3 });
  expect(running.engine.ofType('set-colour')).toEqual([{ type: 'set-colour', colour: 3 }]);
  expect(await client.codeOf('set-colour', { colour: 99 })).toBe('bad-request');
  await client.ask('set-settings', { megabitsPerSecond: 40 });

  expect(await client.codeOf('set-downloads', { folder: 'here' })).toBe('folder-not-absolute');
  writeFileSync(join(folder, 'file'), '');
  expect(await client.codeOf('set-downloads', { folder: join(folder, 'file', 'x') })).toBe(
    'downloads-unwritable',
  );
  expect(await client.ask('set-downloads', { folder: other })).toEqual({ downloads: other });
  expect(existsSync(other)).toBe(true);
  expect(running.engine.ofType('set-downloads')).toEqual([{ type: 'set-downloads', folder: other }]);
  await until('the event', () => client.ofType('downloads')[0]);

  // What is accepted from now on goes there; what is sent keeps to the bound, or to a lower one of its own.
  const transfer = running.engine.offered(LOBBY, 'notes.txt', 10);
  await until('the file', () => running.engine.ofType('accept').find((one) => one.folder === other));
  expect(running.engine.ofType('accept').at(-1)).toMatchObject({ transfer, folder: other });
  const path = join(folder, 'file');
  await client.ask('send-path', { room: 'lobby', path });
  await client.ask('send-path', { room: 'lobby', path, rate: 5 });
  expect(running.engine.ofType('offer').map((one) => one.megabitsPerSecondMax)).toEqual([40, 5]);

  const chosen = await client.ask('set-network', { interfaces: ['lo', 'none', 'lo'] });
  expect(chosen).toMatchObject({ interfaces: ['lo', 'none'], fromNextStart: true });
  expect(chosen.available.map(({ name }) => name)).toContain('lo');

  running = await restart(running, { downloads: undefined });
  client = await TestClient.of(running);
  expect(client.snapshot).toMatchObject({
    downloads: other,
    self: { colour: 3 },
    settings: { megabitsPerSecond: 40 },
  });
  // Of those that were chosen, the one that the machine has.
  expect(running.engine.config).toMatchObject({ interfaces: ['lo'], colour: 3, downloads: other });
  expect(await client.ask('set-network', {})).toMatchObject({ fromNextStart: false });
  expect(await client.ask('set-settings', { megabitsPerSecond: null })).not.toHaveProperty(
    'megabitsPerSecond',
  );
});

test('who is forgotten is known no more, and a mark goes with it', async () => {
  const running = await begin();
  const wren = running.engine.enter(LOBBY, 'Wren');
  const client = await TestClient.of(running);
  await client.ask('set-verified', { member: wren.id, verified: true });
  expect(await client.ask('forget-member', { member: wren.id })).toEqual({ id: wren.id, name: 'Wren' });
  expect(await client.ask('known-members', {})).toEqual([]);
  expect(client.ofType('verified-changed').map(({ verified }) => verified)).toEqual([true, false]);
  expect(await client.codeOf('forget-member', { member: wren.id })).toBe('member-unknown');
});

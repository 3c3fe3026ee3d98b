/** Transfers over restarts, pauses and rules: what the daemon asks of the engine, and what it keeps. */
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TransferId } from '../../src/base/ids.ts';
import type { TransferInfo } from '../../src/contract/api.ts';
import { AUTO_ACCEPT_BYTES_MAX } from '../../src/daemon/limits.ts';
import { roomIdOf } from '../../src/daemon/rooms.ts';
import { stampOf } from '../../src/io/files/file-stamp.ts';
import { memberId } from './engine-double.ts';
import { forget, newFolder, start, TestClient, until } from './running.ts';
import type { Running } from './running.ts';

const LOBBY = roomIdOf('lobby');
const MB = 1024 * 1024;
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
const stateOf = async (client: TestClient, transfer: string): Promise<TransferInfo | undefined> =>
  (await client.ask('transfers', {})).find((one) => one.transfer === transfer);
const restored = (running: Running) => running.engine.ofType('restore-transfer');

test('what was on its way goes on after a restart, with the blocks and pages that were there', async () => {
  let running = await begin();
  const transfer = running.engine.offered(LOBBY, 'film.mkv', 20 * MB);
  running.engine.core({ type: 'transfer-progress', room: LOBBY, transfer, bytesDone: 9 * MB });
  running.engine.core({ type: 'store-page', transfer, kind: 'page', first: 8, frame: Uint8Array.of(8) });
  running.engine.core({ type: 'store-page', transfer, kind: 'root', first: 0, frame: Uint8Array.of(9) });
  running.engine.emit({ type: 'blocks-durable', transfer, blocks: [0, 1, 9] });
  running.engine.emit({ type: 'blocks-durable', transfer, blocks: [17] });
  let client = await TestClient.of(running);
  await until('the transfer', () => client.snapshot.transfers[0]);

  running = await restart(running);
  expect(running.engine.config?.keepParts).toEqual([transfer]);
  await until('the restore', () => restored(running)[0]);
  expect(restored(running)).toEqual([
    {
      type: 'restore-transfer',
      room: LOBBY,
      transfer,
      file: { kind: 'part', folder: join(folder, 'downloads'), name: 'film.mkv', size: 20 * MB },
      restored: {
        offer: new TextEncoder().encode('film.mkv'),
        own: false,
        state: 'receiving',
        pages: [Uint8Array.of(8)],
        root: Uint8Array.of(9),
        written: Uint8Array.of(0b11, 0b10, 0b10),
        paused: false,
      },
    },
  ]);
  client = await TestClient.of(running);
  expect(await stateOf(client, transfer)).toMatchObject({ state: 'waiting', bytesDone: 9 * MB });
  running.engine.core({ type: 'transfer-progress', room: LOBBY, transfer, bytesDone: 10 * MB });
  await until('it runs', () =>
    client.ofType('transfer-state').find((one) => one.transfer.state === 'running'),
  );

  // Less of it was there than the store knew: that is what the next run gets.
  running.engine.emit({ type: 'part-checked', transfer, written: Uint8Array.of(1, 0, 0) });
  running = await restart(running);
  await until('the restore', () => restored(running)[0]);
  expect(restored(running)[0]?.restored.written).toEqual(Uint8Array.of(1, 0, 0));
});

test('a command that only speaks takes nothing up, and a room that is not joined waits', async () => {
  let running = await begin();
  const transfer = running.engine.offered(LOBBY, 'film.mkv', MB);
  await TestClient.of(running);
  running = await restart(running, { receives: false, joinRemembered: 'always' });
  let client = await TestClient.of(running);
  expect(await stateOf(client, transfer)).toMatchObject({ state: 'waiting' });
  expect(restored(running)).toEqual([]);
  running = await restart(running, { joinRemembered: 'never' });
  expect(restored(running)).toEqual([]);
  client = await TestClient.of(running);
  await client.ask('join', { room: 'lobby' });
  await until('the restore', () => restored(running)[0]);
});

test('a pause is remembered, and ends with resume', async () => {
  let running = await begin();
  const transfer = running.engine.offered(LOBBY, 'film.mkv', MB);
  let client = await TestClient.of(running);
  expect(await client.ask('pause', { transfer })).toMatchObject({ state: 'paused' });
  expect(await client.ask('pause', { transfer })).toMatchObject({ state: 'paused' });
  expect(running.engine.ofType('pause')).toEqual([{ type: 'pause', transfer }]);
  running = await restart(running);
  await until('the restore', () => restored(running)[0]);
  expect(restored(running)[0]?.restored.paused).toBe(true);
  client = await TestClient.of(running);
  expect(await client.ask('resume', { transfer })).toMatchObject({ state: 'running' });
  expect(running.engine.ofType('unpause')).toEqual([{ type: 'unpause', transfer }]);
  expect(await client.ask('resume', { transfer })).toMatchObject({ state: 'running' });
  expect(await client.codeOf('retry', { transfer })).toBe('transfer-not-possible');
});

test('waiting says why, and what failed goes on with retry', async () => {
  const running = await begin();
  const transfer = running.engine.offered(LOBBY, 'film.mkv', MB);
  const client = await TestClient.of(running);
  running.engine.core({ type: 'transfer-waiting', room: LOBBY, transfer, reason: 'sender-gone' });
  await until('the event', () => client.ofType('transfer-waiting')[0]);
  expect(await stateOf(client, transfer)).toMatchObject({ state: 'waiting', reason: 'sender-gone' });
  running.engine.core({ type: 'transfer-failed', room: LOBBY, transfer, reason: 'disk-error' });
  await until('the failure', () => client.ofType('transfer-failed')[0]);
  expect(await client.ask('retry', { transfer })).toMatchObject({ state: 'running' });
  expect(running.engine.ofType('retry')).toEqual([
    { type: 'retry', transfer, folder: join(folder, 'downloads'), file: { name: 'film.mkv', size: MB } },
  ]);
});

test('a cancelled one is gone for good, also where the core does not know it', async () => {
  let running = await begin();
  const transfer = running.engine.offered(LOBBY, 'film.mkv', MB);
  await TestClient.of(running);
  running = await restart(running, { joinRemembered: 'never' });
  let client = await TestClient.of(running);
  await client.ask('cancel', { transfer });
  expect(running.engine.ofType('remove-part')).toMatchObject([{ transfer }]);
  running = await restart(running);
  running.engine.offered(LOBBY, 'film.mkv', MB, transfer);
  client = await TestClient.of(running);
  expect(await stateOf(client, transfer)).toMatchObject({ state: 'cancelled' });
  expect([...restored(running), ...running.engine.ofType('accept')]).toEqual([]);
});

test('a finished file is offered to others again, as long as it is what it was', async () => {
  let running = await begin();
  const transfer = running.engine.offered(LOBBY, 'x.txt', 5);
  const path = join(folder, 'downloads', 'x.txt');
  writeFileSync(path, 'bytes');
  const stamp = stampOf(statSync(path, { bigint: true }));
  running.engine.emit({ type: 'file-saved', transfer, path, stamp });
  // The process dies before the core says that it is done.
  const client = await TestClient.of(running);
  expect(await stateOf(client, transfer)).toMatchObject({ state: 'done', path });
  running = await restart(running);
  await until('the restore', () => restored(running)[0]);
  expect(restored(running)[0]).toMatchObject({
    restored: { state: 'complete' },
    file: { kind: 'whole', path, stamp },
  });
  running.engine.emit({ type: 'restore-refused', transfer, fault: 'file-changed', detail: '' });
  expect(await stateOf(await TestClient.of(running), transfer)).toMatchObject({ state: 'done' });
});

test('an own file goes on where its source is unchanged; otherwise its sender is told', async () => {
  let running = await begin();
  const wren = running.engine.enter(LOBBY, 'Wren');
  running.engine.enter(LOBBY, 'Heron');
  let client = await TestClient.of(running);
  const path = join(folder, 'report.txt');
  writeFileSync(path, 'abc');
  const { transfer } = await client.ask('send-path', { room: 'lobby', path });
  running.engine.core({
    type: 'transfer-done',
    room: LOBBY,
    transfer: transfer as TransferId,
    member: wren.id,
  });
  running.engine.core({
    type: 'transfer-safety',
    room: LOBBY,
    transfer: transfer as TransferId,
    blocksAtRisk: 7,
  });
  await until('the safety', () =>
    client.ofType('transfer-state').find((one) => one.transfer.atRiskBytes === 3),
  );

  running = await restart(running);
  await until('the restore', () => restored(running)[0]);
  const stamp = stampOf(statSync(path, { bigint: true }));
  expect(restored(running)[0]).toMatchObject({
    transfer,
    restored: { own: true, state: 'complete' },
    file: { kind: 'whole', path, stamp },
  });
  client = await TestClient.of(running);
  // Heron had not decided, and is not here: only who has it or wants it is still listed.
  expect((await stateOf(client, transfer))?.members.map(({ name, state }) => [name, state])).toEqual([
    ['Wren', 'done'],
  ]);
  const again = await client.ask('send-path', { room: 'lobby', path, resume: true });
  expect(again.transfer).toBe(transfer);
  expect(running.engine.ofType('offer')).toEqual([]);

  running.engine.emit({
    type: 'restore-refused',
    transfer: transfer as TransferId,
    fault: 'file-changed',
    detail: 'x',
  });
  await until('the failure', () => client.ofType('transfer-failed')[0]);
  expect(client.ofType('problem').at(-1)).toMatchObject({ code: 'file-changed', values: { path } });
  utimesSync(path, 1, 1);
  const anew = await client.ask('send-path', { room: 'lobby', path, resume: true });
  expect(anew.transfer).not.toBe(transfer);
});

test('a paused own file stays with us until resume, and cancel ends it for everybody after a restart, too', async () => {
  let running = await begin();
  let client = await TestClient.of(running);
  const path = join(folder, 'report.txt');
  writeFileSync(path, 'abc');
  const { transfer } = await client.ask('send-path', { room: 'lobby', path });
  await client.ask('pause', { transfer });
  running = await restart(running);
  client = await TestClient.of(running);
  await until('the restore', () => restored(running)[0]);
  expect(restored(running)[0]?.restored).toMatchObject({ own: true, paused: true });
  expect(await client.ask('resume', { transfer })).toMatchObject({ state: 'running' });
  running = await restart(running, { receives: false });
  client = await TestClient.of(running);
  await client.ask('cancel', { transfer });
  const kinds = running.engine.commands.map(({ type }) => type);
  expect(kinds.slice(-2)).toEqual(['restore-transfer', 'cancel']);
});

test('rules: of a member before that of the room before that for all, and quotas ask', async () => {
  let running = await begin();
  let client = await TestClient.of(running);
  running.engine.enter(LOBBY, 'Wren');
  const accepts = (): number => running.engine.ofType('accept').length;
  const offer = async (name: string, size: number): Promise<string | undefined> => {
    const transfer = running.engine.offered(LOBBY, name, size);
    return (await stateOf(client, transfer))?.state;
  };
  const { everywhere, defaults } = await client.ask('rules', {});
  expect(everywhere).toEqual(defaults);
  expect(everywhere.acceptBytes).toBe(AUTO_ACCEPT_BYTES_MAX);
  await client.ask('set-rules', { acceptBytes: 100 });
  expect(await offer('a', 101)).toBe('asking');
  expect(await offer('b', 100)).toBe('running');
  await client.ask('set-rules', { room: 'lobby', acceptBytes: 1000 });
  expect(await offer('c', 1000)).toBe('running');
  await client.ask('set-rules', { member: 'Wren', acceptBytes: 0 });
  expect(await offer('d', 1)).toBe('asking');
  await client.ask('set-rules', { member: 'Wren', acceptBytes: 5000, onTheWayBytes: 2000 });
  // 1100 bytes are on their way.
  expect(await offer('e', 900)).toBe('running');
  expect(await offer('f', 1)).toBe('asking');
  await client.ask('set-rules', { member: 'Wren', onTheWayBytes: null, dayBytes: 2500 });
  expect(await offer('g', 500)).toBe('running');
  expect(await offer('h', 1)).toBe('asking');
  expect(accepts()).toBe(4);
  await until('the event', () => client.ofType('rules').at(-1));

  running = await restart(running);
  client = await TestClient.of(running);
  const rules = await client.ask('rules', {});
  expect(rules).toMatchObject({
    everywhere: { acceptBytes: 100 },
    rooms: [{ room: 'lobby', acceptBytes: 1000, dayBytes: null }],
    members: [{ member: { id: memberId('Wren') }, acceptBytes: 5000, onTheWayBytes: null, dayBytes: 2500 }],
  });
  const none = { acceptBytes: null, onTheWayBytes: null, dayBytes: null };
  await client.ask('set-rules', { member: memberId('Wren'), ...none });
  await client.ask('set-rules', { room: 'lobby', ...none });
  expect(await client.ask('set-rules', none)).toEqual({
    everywhere: defaults,
    defaults,
    rooms: [],
    members: [],
  });
  expect(await client.codeOf('set-rules', { room: 'lobby', member: 'Wren', acceptBytes: 1 })).toBe(
    'bad-request',
  );
  expect(await client.codeOf('set-rules', { acceptBytes: -1 })).toBe('bad-request');
});

test('what does not fit is refused, and its sender told', async () => {
  const running = await begin();
  const client = await TestClient.of(running);
  await client.ask('set-rules', {
    acceptBytes: Number.MAX_SAFE_INTEGER,
    onTheWayBytes: Number.MAX_SAFE_INTEGER,
    dayBytes: Number.MAX_SAFE_INTEGER,
  });
  const petabyte = 2 ** 50;
  const byRule = running.engine.offered(LOBBY, 'huge', petabyte);
  await until('the refusal', () => running.engine.ofType('decline')[0]);
  expect(running.engine.ofType('decline')).toEqual([
    { type: 'decline', transfer: byRule, reason: 'disk-full' },
  ]);
  expect(await stateOf(client, byRule)).toMatchObject({ state: 'failed', reason: 'disk-full' });
  expect(client.ofType('problem').at(-1)).toMatchObject({ code: 'disk-full', values: { name: 'huge' } });
  expect(await client.codeOf('resume', { transfer: byRule })).toBe('disk-full');
  await client.ask('set-rules', { acceptBytes: 0 });
  const asked = running.engine.offered(LOBBY, 'also huge', petabyte);
  await until('the question', () => client.ofType('transfer-offered')[1]);
  expect(await client.codeOf('accept', { transfer: asked })).toBe('disk-full');
  expect(running.engine.ofType('decline')).toHaveLength(2);
});

test('copies of the spool that nobody needs are gone after a restart', async () => {
  const running = await begin();
  const spool = join(folder, 'profile', 'spool');
  mkdirSync(join(spool, 'left-over'), { recursive: true });
  writeFileSync(join(spool, 'left-over', 'x'), 'x');
  await restart(running);
  expect(existsSync(spool) ? readdirSync(spool) : []).toEqual([]);
});

test('what the engine reports as it ends is kept', async () => {
  let running = await begin();
  const transfer = running.engine.offered(LOBBY, 'film.mkv', 9 * MB);
  const { daemon, engine } = running;
  engine.beforeStopped = () => engine.emit({ type: 'blocks-durable', transfer, blocks: [2] });
  await daemon.stop();
  running = await begin();
  await until('the restore', () => restored(running)[0]);
  expect(restored(running)[0]?.restored.written).toEqual(Uint8Array.of(4, 0));
});

test('who leaves a room and comes back goes on with its files', async () => {
  const running = await begin();
  const { engine } = running;
  const wren = engine.enter(LOBBY, 'Wren');
  const client = await TestClient.of(running);
  const transfer = engine.offered(LOBBY, 'film.mkv', MB);
  const path = join(folder, 'report.txt');
  writeFileSync(path, 'abc');
  const own = (await client.ask('send-path', { room: 'lobby', path })).transfer as TransferId;
  engine.core({ type: 'transfer-accepted', room: LOBBY, transfer: own, member: wren.id });
  await client.ask('quit', { room: 'lobby' });
  for (const id of [transfer, own])
    engine.core({ type: 'transfer-failed', room: LOBBY, transfer: id, reason: 'room-quit' });
  await until('both failed', () => (client.ofType('transfer-failed').length === 2 ? true : undefined));
  await client.ask('join', { room: 'lobby' });
  await until('both are back', () => (restored(running).length === 2 ? true : undefined));
  expect(await stateOf(client, transfer)).toMatchObject({ state: 'waiting' });
  expect(await stateOf(client, own)).toMatchObject({ state: 'waiting', members: [{ state: 'waiting' }] });
});

test('what was offered while a command ran that takes nothing is taken by the next one that does', async () => {
  let running = await begin({ receives: false });
  const small = running.engine.offered(LOBBY, 'small', 1000);
  const large = running.engine.offered(LOBBY, 'large', AUTO_ACCEPT_BYTES_MAX + 1);
  let client = await TestClient.of(running);
  expect(await stateOf(client, small)).toMatchObject({ state: 'asking' });
  running = await restart(running);
  await until('the restore', () => restored(running)[0]);
  client = await TestClient.of(running);
  expect(restored(running).map(({ transfer }) => transfer)).toEqual([small]);
  expect(await stateOf(client, large)).toMatchObject({ state: 'asking' });
  // Taken by the user, it is handed over just so.
  await client.ask('accept', { transfer: large });
  expect(restored(running).map(({ transfer }) => transfer)).toEqual([small, large]);
});

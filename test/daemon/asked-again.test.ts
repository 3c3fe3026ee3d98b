/** A sender asks once more for what somebody did not take: what the daemon makes of it on both sides, over restarts too. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RoomId, TransferId } from '../../src/base/ids.ts';
import type { TransferInfo } from '../../src/contract/api.ts';
import { RETRY_ASK_SPACING_MS } from '../../src/core/limits.ts';
import { roomIdOf } from '../../src/daemon/rooms.ts';
import { memberId } from './engine-double.ts';
import { forget, newFolder, start, TestClient, until } from './running.ts';
import type { Running } from './running.ts';

const LOBBY = roomIdOf('lobby');
const WREN = memberId('Wren');
const MB = 1024 * 1024;
let folder: string;
let started: Running[] = [];
beforeEach(() => {
  folder = newFolder();
});
afterEach(async () => {
  vi.useRealTimers();
  for (const { daemon } of started) await daemon.stop();
  started = [];
  forget(folder);
});

async function begin(): Promise<Running> {
  const running = await start(folder);
  started.push(running);
  return running;
}
async function restart(running: Running): Promise<Running> {
  await running.daemon.stop();
  return begin();
}
const stateOf = async (client: TestClient, transfer: string): Promise<TransferInfo | undefined> =>
  (await client.ask('transfers', {})).find((one) => one.transfer === transfer);

function ask(running: Running, transfer: TransferId, from = WREN, room: RoomId = LOBBY): void {
  const isKnown = running.engine.ofType('restore-transfer').length === 0;
  running.engine.core({ type: 'transfer-asked-again', room, transfer, from, isKnown });
}

test('what a person declined is a question again, and no rule answers it; three times, over restarts', async () => {
  let running = await begin();
  let client = await TestClient.of(running);
  await client.ask('set-rules', { acceptBytes: 0 });
  const transfer = running.engine.offered(LOBBY, 'film.mkv', MB);
  await until('the question', () => client.ofType('transfer-offered')[0]);
  await client.ask('decline', { transfer });
  await client.ask('set-rules', { acceptBytes: null });
  // Somebody else's word, or in another room, is nobody's.
  ask(running, transfer, memberId('Heron'));
  ask(running, transfer, WREN, roomIdOf('kitchen'));
  ask(running, 'f'.repeat(32) as TransferId);
  expect(await stateOf(client, transfer)).toMatchObject({ state: 'declined' });

  ask(running, transfer);
  await until('the question', () => client.ofType('transfer-asked-again')[0]);
  expect(client.ofType('transfer-asked-again')).toMatchObject([{ transfer, from: { name: 'Wren' } }]);
  expect(await stateOf(client, transfer)).toMatchObject({ state: 'asking', askedAgain: true });
  expect(running.engine.ofType('reoffer')).toEqual([{ type: 'reoffer', transfer }]);

  running = await restart(running);
  client = await TestClient.of(running);
  expect(await stateOf(client, transfer)).toMatchObject({ state: 'asking', askedAgain: true });
  expect([...running.engine.ofType('accept'), ...running.engine.ofType('restore-transfer')]).toEqual([]);
  await client.ask('decline', { transfer });
  running = await restart(running);
  client = await TestClient.of(running);
  // The core of this run does not know it: it gets to, and the sender hears of it from there.
  running.engine.core({
    type: 'transfer-asked-again',
    room: LOBBY,
    transfer,
    from: WREN,
    isKnown: false,
  });
  const [restored] = await until('the restore', () =>
    running.engine.ofType('restore-transfer').length === 0
      ? undefined
      : running.engine.ofType('restore-transfer'),
  );
  expect(restored).toMatchObject({ transfer, file: { kind: 'gone' }, restored: { state: 'offered' } });
  await client.ask('decline', { transfer });
  for (let i = 0; i < 3; i++)
    running.engine.core({ type: 'transfer-asked-again', room: LOBBY, transfer, from: WREN, isKnown: true });
  await until('the third question', () => client.ofType('transfer-asked-again')[1]);
  await client.ask('decline', { transfer });
  running.engine.core({ type: 'transfer-asked-again', room: LOBBY, transfer, from: WREN, isKnown: true });
  expect(await stateOf(client, transfer)).toMatchObject({ state: 'declined' });

  // The person itself may still take it back.
  const other = running.engine.offered(LOBBY, 'song.flac', MB);
  await until('it runs', () => running.engine.ofType('accept').find((one) => one.transfer === other));
  await client.ask('cancel', { transfer: other });
  running.engine.core({
    type: 'transfer-failed',
    room: LOBBY,
    transfer: other,
    reason: 'cancelled-by-receiver',
  });
  running.engine.core({
    type: 'transfer-asked-again',
    room: LOBBY,
    transfer: other,
    from: WREN,
    isKnown: true,
  });
  await until('the question', () => client.ofType('transfer-asked-again')[2]);
  expect(await client.ask('resume', { transfer: other })).toMatchObject({ state: 'running' });
  expect(running.engine.ofType('accept').at(-1)).toEqual({
    type: 'accept',
    transfer: other,
    folder: join(folder, 'downloads'),
    file: { name: 'song.flac', size: MB },
  });
});

test('what the machine failed at is tried again by itself where there is space; what never fitted still does not', async () => {
  const running = await begin();
  const client = await TestClient.of(running);
  const transfer = running.engine.offered(LOBBY, 'film.mkv', MB);
  const huge = running.engine.offered(LOBBY, 'huge', 2 ** 29);
  running.engine.core({ type: 'transfer-failed', room: LOBBY, transfer, reason: 'disk-full' });
  running.engine.core({ type: 'transfer-failed', room: LOBBY, transfer: huge, reason: 'pack-refused' });
  await until('the failures', () => client.ofType('transfer-failed')[1]);
  ask(running, huge);
  ask(running, transfer);
  const [retried] = await until('the retry', () =>
    running.engine.ofType('retry').length === 0 ? undefined : running.engine.ofType('retry'),
  );
  expect(retried).toMatchObject({ transfer });
  expect(await stateOf(client, transfer)).toMatchObject({ state: 'running' });
  expect(await stateOf(client, huge)).toMatchObject({ state: 'failed' });

  await client.ask('set-rules', {
    acceptBytes: Number.MAX_SAFE_INTEGER,
    onTheWayBytes: Number.MAX_SAFE_INTEGER,
    dayBytes: Number.MAX_SAFE_INTEGER,
  });
  const never = running.engine.offered(LOBBY, 'petabyte', 2 ** 50);
  await until('the refusal', () => running.engine.ofType('decline')[0]);
  ask(running, never);
  expect(await stateOf(client, never)).toMatchObject({ state: 'failed', reason: 'disk-full' });
  expect(running.engine.ofType('retry')).toHaveLength(1);
});

test('a sender asks who is there, not too often, and nobody who holds it back or has it', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  const running = await begin();
  const names = ['Wren', 'Heron', 'Robin', 'Tern'];
  const [wren, heron, robin, tern] = names.map((name) => running.engine.enter(LOBBY, name).id);
  const client = await TestClient.of(running);
  const path = join(folder, 'report.txt');
  writeFileSync(path, 'abc');
  const { transfer } = await client.ask('send-path', { room: 'lobby', path });
  const about = { room: LOBBY, transfer: transfer as TransferId };
  const tell = (type: 'transfer-asked' | 'transfer-paused' | 'transfer-done', member = wren): void =>
    running.engine.core({ type, ...about, member: member as never });
  const fail = (reason: 'declined' | 'disk-full', member = wren): void =>
    running.engine.core({ type: 'transfer-failed', ...about, member: member as never, reason });
  const rows = async (): Promise<TransferInfo['members']> => (await stateOf(client, transfer))?.members ?? [];
  fail('declined');
  fail('disk-full', heron);
  tell('transfer-paused', robin);
  tell('transfer-done', tern);
  await until('the last', () => client.ofType('transfer-done')[0]);
  expect((await rows()).map((row) => row.ask)).toEqual(['question', 'retry', undefined, undefined]);
  expect(await client.codeOf('retry', { transfer, member: 'Robin' })).toBe('retry-paused');
  expect(await client.codeOf('retry', { transfer, member: 'Tern' })).toBe('retry-pointless');
  expect(await client.codeOf('retry', { transfer, member: 'Owl' })).toBe('member-unknown');

  for (let times = 1; times <= 3; times++) {
    const asked = await client.ask('retry', { transfer, member: 'Wren' });
    const { askedAt = 0, askableAt } = asked.members[0] ?? {};
    expect(askableAt).toBe(askedAt + RETRY_ASK_SPACING_MS);
    expect(running.engine.ofType('ask-member')).toHaveLength(times);
    tell('transfer-asked');
    await until('the news', () => client.ofType('transfer-asked-again')[times - 1]);
    expect((await rows())[0]).toMatchObject({ state: 'waiting' });
    expect((await rows())[0]).not.toHaveProperty('askedAt');
    fail('declined');
    if (times < 3) expect(await client.codeOf('retry', { transfer, member: 'Wren' })).toBe('retry-early');
    vi.setSystemTime(Date.now() + RETRY_ASK_SPACING_MS);
  }
  expect((await rows())[0]).toMatchObject({ state: 'declined', ask: 'enough' });
  expect(await client.codeOf('retry', { transfer, member: 'Wren' })).toBe('retry-enough');
  vi.useRealTimers();

  running.engine.core({
    type: 'member-left',
    room: LOBBY,
    member: running.engine.members[1] as never,
    reason: 'expired',
  });
  await until('gone', () => client.ofType('member-left')[0]);
  expect(await client.codeOf('retry', { transfer, member: 'Heron' })).toBe('retry-away');
  // Nothing is asked about what has ended.
  await client.ask('cancel', { transfer });
  running.engine.core({ type: 'transfer-failed', ...about, reason: 'cancelled-by-sender' });
  await until('the end', () => client.ofType('transfer-failed').find((one) => one.member === undefined));
  expect((await rows()).every((row) => row.ask === undefined)).toBe(true);
});

test('an own file that everybody declined stands after a restart, and what was asked is remembered', async () => {
  let running = await begin();
  const { id } = running.engine.enter(LOBBY, 'Wren');
  let client = await TestClient.of(running);
  const path = join(folder, 'report.txt');
  writeFileSync(path, 'abc');
  const { transfer } = await client.ask('send-path', { room: 'lobby', path });
  const about = { room: LOBBY, transfer: transfer as TransferId, member: id };
  running.engine.core({ type: 'transfer-failed', ...about, reason: 'declined' });
  await until('the refusal', () => client.ofType('transfer-failed')[0]);
  await client.ask('retry', { transfer, member: 'Wren' });
  running.engine.core({ type: 'transfer-asked', ...about });
  running.engine.core({ type: 'transfer-failed', ...about, reason: 'declined' });
  await until('the second one', () => client.ofType('transfer-failed')[1]);

  running = await restart(running);
  await until('the restore', () => running.engine.ofType('restore-transfer')[0]);
  running.engine.enter(LOBBY, 'Wren', id);
  client = await TestClient.of(running);
  const row = (await stateOf(client, transfer))?.members[0];
  expect(row).toMatchObject({ state: 'declined', ask: 'question' });
  expect(await client.codeOf('retry', { transfer, member: 'Wren' })).toBe('retry-early');
});

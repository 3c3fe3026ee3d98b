/** What was said, through the local API: everything a client can ask of it, and what it is refused. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RecordId } from '../../src/base/ids.ts';
import type { MessageInfo, TimelinePage } from '../../src/contract/api.ts';
import { roomIdOf } from '../../src/daemon/rooms.ts';
import { forget, newFolder, start, TestClient, until } from './running.ts';
import type { Running } from './running.ts';

const LOBBY = roomIdOf('lobby');
const NOBODY = 'ab'.repeat(32);
const DAY_MS = 86_400_000;
/** Said by the double at this time and a little. */
const SAID_AT = 1_790_000_000_000;

let folder: string;
let running: Running;
let client: TestClient;
let second: TestClient;
beforeEach(async () => {
  folder = newFolder();
  running = await start(folder);
  client = await TestClient.of(running);
  second = await TestClient.of(running);
});
afterEach(async () => {
  await running.daemon.stop();
  forget(folder);
});

const textsOf = ({ entries }: TimelinePage): string[] =>
  entries.map((entry) => (entry.kind === 'message' ? entry.message.text : entry.transfer.file.name));

/** Somebody else says that; returns its id once it is kept and shown. */
async function heard(name: string, text: string, sequence = 1): Promise<string> {
  const { id } = running.engine.said(LOBBY, name, { kind: 'text', text }, sequence);
  await until('what was said', () => client.ofType('message').find((message) => message.id === id));
  return id;
}
/** As a client that did not ask for it is told. */
const changed = (id: string, what: (message: MessageInfo) => boolean): Promise<MessageInfo> =>
  until('the change', () =>
    second
      .ofType('message-changed')
      .map(({ message }) => message)
      .find((message) => message.id === id && what(message)),
  );

test('pages: from the end, from a place on, and around a message or a time; one after the other is all of it', async () => {
  for (let sequence = 1; sequence <= 25; sequence++) await heard('Wren', `line ${sequence}`, sequence);
  const newest = await client.ask('timeline', { room: 'lobby', limit: 10 });
  expect(textsOf(newest)).toEqual(Array.from({ length: 10 }, (_, index) => `line ${16 + index}`));
  expect(newest.after).toBeUndefined();
  const older = await client.ask('timeline', { room: 'lobby', before: newest.before, limit: 10 });
  const oldest = await client.ask('timeline', { room: 'lobby', before: older.before, limit: 10 });
  expect(oldest.before).toBeUndefined();
  expect([...textsOf(oldest), ...textsOf(older), ...textsOf(newest)]).toHaveLength(25);
  const next = await client.ask('timeline', { room: 'lobby', after: oldest.after, limit: 10 });
  expect(textsOf(next)).toEqual(textsOf(older));
  const [, , third] = older.entries;
  const id = third?.kind === 'message' ? third.message.id : '';
  const around = await client.ask('timeline', { room: 'lobby', around: id, limit: 4 });
  expect(textsOf(around)).toContain('line 8');
  const byTime = await client.ask('timeline', { room: 'lobby', around: SAID_AT + 20, limit: 4 });
  expect(textsOf(byTime)).toContain('line 20');
  expect(await client.codeOf('timeline', { room: 'lobby', before: 'nonsense' })).toBe('message-unknown');
  const two = { before: newest.before, after: newest.before };
  expect(await client.codeOf('timeline', { room: 'lobby', ...two })).toBe('bad-request');
  expect(await client.codeOf('timeline', { room: 'lobby', limit: 201 })).toBe('bad-request');
  expect(await client.codeOf('timeline', { room: 'nowhere' })).toBe('room-unknown');
});

test('search: words, who, when and what, with where they are', async () => {
  await heard('Wren', 'the pump is on deck two');
  await heard('Wren', '水泵在二层甲板', 2);
  await heard('Heron', 'which pump?', 1);
  const found = async (wish: object): Promise<string[]> => {
    const { hits } = await client.ask('search', wish);
    return hits.map(({ entry }) => (entry.kind === 'message' ? entry.message.text : ''));
  };
  expect(await found({ query: 'pump' })).toEqual(['which pump?', 'the pump is on deck two']);
  expect(await found({ query: '甲板' })).toEqual(['水泵在二层甲板']);
  expect(await found({ query: 'pump', room: 'lobby', since: SAID_AT + DAY_MS })).toEqual([]);
  expect(await found({ query: 'pump', kind: 'file' })).toEqual([]);
  const { hits, before } = await client.ask('search', { query: 'pump', limit: 1 });
  expect(hits[0]?.highlights).toEqual([[6, 10]]);
  const rest = await client.ask('search', { query: 'pump', limit: 1, before });
  expect(rest.hits).toHaveLength(1);
  expect(rest.before).toBeUndefined();
  expect(await client.codeOf('search', { query: 'pump', from: 'nobody at all' })).toBe('member-unknown');
  expect(await client.codeOf('search', { query: 'x'.repeat(257) })).toBe('bad-request');
});

test('reply, edit, reaction, deletion: others of this profile see each, and only own words can be changed', async () => {
  const question = await heard('Wren', 'who has the key?');
  const { id } = await client.ask('say', { room: 'lobby', text: 'I haev', replyTo: question });
  const said = await until('the reply', () => second.ofType('message').find((message) => message.id === id));
  expect(said.replyTo).toMatchObject({ id: question, text: 'who has the key?', from: { name: 'Wren' } });
  expect(await client.ask('edit', { message: id, text: 'I have' })).toMatchObject({ text: 'I have' });
  expect((await changed(id, ({ text }) => text === 'I have')).editedAt).toBeGreaterThan(0);
  await client.ask('react', { message: question, emoji: '👍', on: true });
  expect((await changed(question, ({ reactions }) => reactions !== undefined)).reactions).toEqual([
    { emoji: '👍', own: true, people: [expect.objectContaining({ name: 'me' })] },
  ]);
  expect(
    (await client.ask('react', { message: question, emoji: '👍', on: false })).reactions,
  ).toBeUndefined();
  expect(await client.codeOf('edit', { message: question, text: 'mine' })).toBe('message-not-own');
  expect(await client.codeOf('delete', { message: question })).toBe('message-not-own');
  expect(await client.codeOf('edit', { message: id, text: ' \n' })).toBe('text-empty');
  expect(await client.codeOf('react', { message: id, emoji: 'two words', on: true })).toBe('bad-request');
  expect(await client.codeOf('react', { message: NOBODY, emoji: '👍', on: true })).toBe('message-unknown');
  expect(await client.ask('delete', { message: id })).toMatchObject({ text: '', deleted: true });
  await changed(id, ({ deleted }) => deleted === true);
  // What somebody else wants changed of our words changes nothing.
  running.engine.said(LOBBY, 'Heron', { kind: 'edit', target: question as RecordId, text: 'forged' });
  running.engine.said(LOBBY, 'Wren', { kind: 'edit', target: question as RecordId, text: 'who has it?' }, 2);
  await changed(question, ({ text }) => text === 'who has it?');
  expect(second.ofType('message-changed').some(({ message }) => message.text === 'forged')).toBe(false);
});

test('hidden for us is gone here, and stays gone over a restart', async () => {
  const id = await heard('Wren', 'not for me');
  await heard('Wren', 'for me', 2);
  await client.ask('hide', { message: id });
  await until('the event', () => second.ofType('messages-hidden').find(({ ids }) => ids.includes(id)));
  await running.daemon.stop();
  running = await start(folder);
  client = await TestClient.of(running);
  expect(textsOf(await client.ask('timeline', { room: 'lobby' }))).toEqual(['for me']);
  expect(await client.codeOf('hide', { message: id })).toBe('message-unknown');
});

test('read marks: one count for all clients, told to others once, and never backwards', async () => {
  const ids: string[] = [];
  for (let sequence = 1; sequence <= 3; sequence++)
    ids.push(await heard('Wren', `line ${sequence}`, sequence));
  const unread = async (): Promise<number | undefined> =>
    (await second.ask('snapshot', {})).rooms.find(({ room }) => room === 'lobby')?.unread;
  expect(await unread()).toBe(3);
  expect(await client.ask('read', { room: 'lobby', message: ids[1] as string })).toEqual({ unread: 1 });
  const told = await until('the event', () => second.ofType('room-changed').at(-1));
  expect(told.info).toMatchObject({ unread: 1, readUpTo: expect.stringContaining(ids[1] as string) });
  expect(await client.ask('read', { room: 'lobby', message: ids[0] as string })).toEqual({ unread: 1 });
  expect(await unread()).toBe(1);
  const marks = running.engine.ofType('annotate').filter(({ what }) => what.kind === 'read');
  expect(marks.map(({ target }) => target)).toEqual([ids[1]]);
  running.engine.said(LOBBY, 'Heron', { kind: 'read', upTo: ids[2] as RecordId });
  await until('the mark', () =>
    second.ofType('read-marks').find(({ marks }) => marks.some(({ message }) => message === ids[2])),
  );
});

test('who types is told to others, and shown', async () => {
  await client.ask('typing', { room: 'lobby' });
  await until('the command', () => running.engine.ofType('typing')[0]);
  const wren = running.engine.enter(LOBBY, 'Wren');
  running.engine.core({ type: 'typing', room: LOBBY, member: wren.id });
  expect(await until('the event', () => second.ofType('typing')[0])).toMatchObject({ member: wren.id });
});

test('retention: what is older goes now and is not found any more; for ever again keeps what comes', async () => {
  await heard('Wren', 'long ago');
  const { id } = await client.ask('say', { room: 'lobby', text: 'today' });
  await until('today', () => client.ofType('message').find((message) => message.id === id));
  expect(await client.ask('set-retention', { room: 'lobby', days: 30 })).toEqual({ days: 30, dropped: 1 });
  await until('the event', () => second.ofType('room-changed').find(({ info }) => info.retentionDays === 30));
  expect(textsOf(await client.ask('timeline', { room: 'lobby' }))).toEqual(['today']);
  expect((await client.ask('search', { query: 'ago' })).hits).toEqual([]);
  expect(await client.ask('set-retention', { room: 'lobby', days: null })).toEqual({
    days: null,
    dropped: 0,
  });
  expect(await client.codeOf('set-retention', { room: 'lobby', days: 0 })).toBe('bad-request');
});

test('export: everything into a new file, and hostile words do nothing in the page', async () => {
  await heard('Wren', '<script>alert(1)</script> & "quotes"');
  await heard('<img src=x onerror=alert(1)>', 'a name');
  const lines = join(folder, 'lobby.jsonl');
  expect(await client.ask('export', { room: 'lobby', format: 'jsonl', path: lines })).toEqual({
    path: lines,
    entries: 2,
  });
  const texts = readFileSync(lines, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).text);
  expect(texts).toContain('<script>alert(1)</script> & "quotes"');
  const page = join(folder, 'lobby.html');
  await client.ask('export', { room: 'lobby', format: 'html', path: page });
  const html = readFileSync(page, 'utf8');
  expect(html).not.toMatch(/<script|<img|onerror=alert\(1\)>/);
  expect(html).toContain('&lt;script&gt;');
  // What is there is never written over.
  writeFileSync(lines, 'mine');
  expect(await client.codeOf('export', { room: 'lobby', format: 'jsonl', path: lines })).toBe(
    'export-failed',
  );
  expect(readFileSync(lines, 'utf8')).toBe('mine');
  const lost = join(folder, 'no such folder', 'file');
  expect(await client.codeOf('export', { room: 'lobby', format: 'jsonl', path: lost })).toBe('export-failed');
  expect(existsSync(lost)).toBe(false);
  mkdirSync(join(folder, 'x'));
  expect(await client.codeOf('export', { room: 'lobby', format: 'jsonl', path: 'x/relative' })).not.toBe(
    'ok',
  );
});

test('a public room that was quit is deleted here when asked: not one that is open, and the lobby stays, empty', async () => {
  expect(await client.codeOf('forget', { room: 'pond' })).toBe('room-unknown');
  await client.ask('join', { room: 'pond' });
  await client.ask('say', { room: 'pond', text: 'ripples' });
  expect(await client.codeOf('forget', { room: 'pond' })).toBe('room-not-closed');
  await client.ask('quit', { room: 'pond' });
  await client.ask('forget', { room: 'pond' });
  await until('the other tab to be told', () =>
    second.ofType('room-forgotten').find(({ room }) => room === 'pond'),
  );
  const labels = async (): Promise<string[]> =>
    (await client.ask('snapshot', {})).rooms.map(({ room }) => room);
  expect(await labels()).toEqual(['lobby']);
  expect((await client.ask('search', { query: 'ripples' })).hits).toEqual([]);

  await heard('Wren', 'in the lobby');
  await client.ask('quit', { room: 'lobby' });
  await client.ask('forget', { room: 'lobby' });
  expect(await labels()).toEqual(['lobby']);
  expect(textsOf(await client.ask('timeline', { room: 'lobby' }))).toEqual([]);

  await running.daemon.stop();
  running = await start(folder);
  client = await TestClient.of(running);
  const { rooms } = await client.ask('snapshot', {});
  expect(rooms.map(({ room, joined }) => [room, joined])).toEqual([['lobby', false]]);
});

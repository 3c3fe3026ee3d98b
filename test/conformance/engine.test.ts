/** Whole engines in their worker threads, by real sockets on loopback: they meet, talk, deliver a file and part. */
import { createHash, randomBytes } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RoomId } from '../../src/base/ids.ts';
import { publicRoomId } from '../../src/core/room/groups.ts';
import { startWorkerEngine, type EnginePort } from '../../src/daemon/engine.ts';
import { generateKeyPair, nodeCrypto } from '../../src/io/crypto.ts';
import type { EngineConfig, EngineEvent, ForwardedEvent } from '../../src/io/engine-messages.ts';
import { listInterfaces } from '../../src/io/interfaces.ts';

const loopback = listInterfaces().filter((one) => one.loopback);
/** Below the ephemeral ports, and a range for each test process. */
let port = 10_000 + (process.pid % 50) * 400;
let folder: string;
const room = publicRoomId(nodeCrypto(generateKeyPair().privateKeyPkcs8), 'lobby');
const engines: Station[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'starling-engine-'));
  port += 20;
});
afterEach(async () => {
  await Promise.all(engines.splice(0).map((one) => one.handle.terminate()));
  rmSync(folder, { recursive: true, force: true });
});

interface Station {
  readonly name: string;
  readonly handle: EnginePort;
  readonly events: EngineEvent[];
  /** Resolves with its last word: `stopped` or `start-failed`. */
  readonly end: Promise<EngineEvent['type']>;
  readonly downloads: string;
}

/** Stores every record at once, as a daemon does, and accepts every file. */
function answer(handle: EnginePort, event: ForwardedEvent): void {
  if (event.type === 'store-record') {
    handle.post({ type: 'record-stored', room: event.room, id: event.id });
  } else if (event.type === 'keep-record') {
    handle.post({ type: 'records-kept', room: event.room, serial: event.serial });
  } else if (event.type === 'transfer-offered' && !event.own) {
    handle.post({ type: 'accept', transfer: event.transfer });
  }
}

function start(name: string, more: Partial<EngineConfig> = {}): Station {
  const downloads = join(folder, name);
  const interfaces = loopback.map((one) => one.name);
  const events: EngineEvent[] = [];
  let ended: (lastWord: EngineEvent['type']) => void = () => {};
  const end = new Promise<EngineEvent['type']>((resolve) => (ended = resolve));
  const manifests = join(folder, `${name}-packs`);
  const config = { ...generateKeyPair(), name, port, interfaces, downloads, manifests, ...more };
  const handle = startWorkerEngine(config, (event) => {
    events.push(event);
    if (event.type === 'file-saved') handle.post({ type: 'file-kept', transfer: event.transfer });
    if (event.type === 'stopped' || event.type === 'start-failed') ended(event.type);
    if (event.type === 'core') answer(handle, event.event);
  });
  const station = { name, handle, events, end, downloads };
  engines.push(station);
  return station;
}

function meet(...stations: Station[]): void {
  for (const { handle } of stations) {
    handle.post({ type: 'join', room, history: { records: [], floors: [], catchUp: false } });
  }
}

const coreEvents = (one: Station): ForwardedEvent[] =>
  one.events.flatMap((event) => (event.type === 'core' ? [event.event] : []));
const ofType = <T extends ForwardedEvent['type']>(one: Station, type: T) =>
  coreEvents(one).filter((event): event is Extract<ForwardedEvent, { type: T }> => event.type === type);
const names = (one: Station): string[] =>
  coreEvents(one).flatMap((event) => (event.type === 'member-joined' ? [event.member.name] : []));
const failures = (one: Station) => ofType(one, 'transfer-failed');
const soon = { timeout: 15_000, interval: 20 };

async function threeMet(): Promise<readonly [Station, Station, Station]> {
  const [a, b, c] = [start('Finch'), start('Heron'), start('Wren')];
  meet(a, b, c);
  await expect
    .poll(
      () =>
        [a, b, c].map((one) =>
          names(one)
            .filter((name) => name !== one.name)
            .toSorted(),
        ),
      soon,
    )
    .toEqual([
      ['Heron', 'Wren'],
      ['Finch', 'Wren'],
      ['Finch', 'Heron'],
    ]);
  return [a, b, c];
}

describe('engines on one machine', () => {
  it('meet, hear each other’s words in one order, and see who quits', async () => {
    const [a, b, c] = await threeMet();
    a.handle.post({ type: 'say', room, text: '你好 #1\nsecond line', at: 1, token: 1 });
    b.handle.post({ type: 'say', room, text: 'hello', at: 2, token: 1 });
    const heard = (one: Station): string[] =>
      ofType(one, 'message')
        .toSorted((x, y) => x.depth - y.depth || (x.from < y.from ? -1 : 1))
        .map(({ text }) => text);
    await expect.poll(() => [a, b, c].map((one) => heard(one).length), soon).toEqual([2, 2, 2]);
    expect(heard(b)).toEqual(heard(a));
    expect(heard(c)).toEqual(heard(a));
    c.handle.post({ type: 'quit', room });
    await expect
      .poll(() => ofType(a, 'member-left').map(({ member, reason }) => [member.name, reason]), soon)
      .toEqual([['Wren', 'quit']]);
    b.handle.post({ type: 'stop' });
    expect(await b.end).toBe('stopped');
    await expect.poll(() => ofType(a, 'member-left').length, soon).toBe(2);
  });

  it('deliver a file to everyone, byte for byte, and an empty one', async () => {
    const [a, b, c] = await threeMet();
    const content = randomBytes(5 * 1024 * 1024 + 12_345);
    const path = join(folder, 'photo.bin');
    writeFileSync(path, content);
    writeFileSync(join(folder, 'empty'), '');
    a.handle.post({ type: 'offer', room, path, name: '../photo.bin', at: 1, token: 5 });
    b.handle.post({ type: 'offer', room, path: join(folder, 'empty'), name: 'empty', at: 1, token: 6 });
    await expect
      .poll(() => [b, c].map((one) => readdirSync(one.downloads).includes('photo.bin')), soon)
      .toEqual([true, true]);
    const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
    for (const one of [b, c]) {
      expect(digest(readFileSync(join(one.downloads, 'photo.bin')))).toBe(digest(content));
    }
    await expect
      .poll(() => ofType(a, 'transfer-done').filter(({ member }) => member !== undefined).length, soon)
      .toBe(2);
    await expect
      .poll(() => [a, c].map((one) => readdirSync(one.downloads).includes('empty')), soon)
      .toEqual([true, true]);
    const order = c.events
      .map((event) => (event.type === 'core' ? event.event.type : event.type))
      .filter((type) => type === 'file-saved' || type === 'transfer-done');
    expect(order).toEqual(['file-saved', 'transfer-done', 'file-saved', 'transfer-done']);
    await expect.poll(() => readdirSync(c.downloads).toSorted(), soon).toEqual(['empty', 'photo.bin']);
  });

  it('keep one member’s full disk to that member, and keep what came for another try', async (context) => {
    const small = join(folder, 'Wren');
    mkdirSync(small);
    const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small]);
    if (mount.status !== 0) context.skip('mounting a small file system needs root on Linux');
    try {
      const [a, b, c] = await threeMet();
      const path = join(folder, 'large.bin');
      writeFileSync(path, randomBytes(3 * 1024 * 1024));
      a.handle.post({ type: 'offer', room, path, name: 'large.bin', at: 1, token: 5 });
      await expect
        .poll(() => failures(c).map(({ member, reason }) => [member, reason]), soon)
        .toEqual([[undefined, 'disk-full']]);
      await expect.poll(() => failures(a).map(({ reason }) => reason), soon).toEqual(['disk-full']);
      await expect.poll(() => readdirSync(b.downloads), soon).toEqual(['large.bin']);
      // What came is kept for another try.
      expect(readdirSync(c.downloads)).toEqual([expect.stringMatching(/^\.starling-.*\.part$/)]);
    } finally {
      await Promise.all(engines.splice(0).map((one) => one.handle.terminate()));
      spawnSync('umount', [small]);
    }
  });

  it('stop a file that is edited while it is sent, and leave nothing of it', async () => {
    const [a, b, c] = await threeMet();
    const path = join(folder, 'log.txt');
    writeFileSync(path, randomBytes(30 * 1024 * 1024));
    a.handle.post({ type: 'offer', room, path, name: 'log.txt', at: 1, token: 5 });
    await expect.poll(() => ofType(a, 'transfer-accepted').length, soon).toBeGreaterThan(0);
    appendFileSync(path, 'one more line');
    const reasons = (): unknown =>
      [a, b, c].map((one) => failures(one).some((event) => event.member === undefined));
    await expect.poll(reasons, soon).toEqual([true, true, true]);
    expect(failures(a).map(({ reason }) => reason)).toContain('file-changed');
    await expect
      .poll(() => [b, c].map((one) => (existsSync(one.downloads) ? readdirSync(one.downloads) : [])), soon)
      .toEqual([[], []]);
  });

  it('say why they cannot start, and end', async () => {
    const exclusive = createSocket('udp4');
    exclusive.bindSync({ port, address: '0.0.0.0' });
    const blocked = start('Finch');
    expect(await blocked.end).toBe('start-failed');
    expect(blocked.events).toEqual([{ type: 'start-failed', code: 'port-in-use', values: { port } }]);
    await new Promise<void>((resolve) => exclusive.close(resolve));
    const lost = start('Heron', { interfaces: ['none0'] });
    expect(await lost.end).toBe('start-failed');
    expect(lost.events).toMatchObject([{ type: 'start-failed', code: 'interface-unknown' }]);
    const mixed = start('Wren', { publicKey: generateKeyPair().publicKey });
    expect(await mixed.end).toBe('start-failed');
    expect(mixed.events).toMatchObject([{ type: 'start-failed', code: 'key-mismatch' }]);
  });

  it('bear commands that are too late or wrong, and answer every question', async () => {
    const a = start('Finch');
    const nowhere = 'f'.repeat(32) as RoomId;
    a.handle.post({ type: 'cancel', transfer: 'f'.repeat(32) as never });
    a.handle.post({ type: 'quit', room: nowhere });
    a.handle.post({ type: 'ask-members', room: nowhere, request: 1 });
    a.handle.post({ type: 'say', room: nowhere, text: 'x', at: 0, token: 9 });
    a.handle.post({ type: 'ask-counters', request: 2 });
    await expect.poll(() => a.events.some(({ type }) => type === 'counters'), soon).toBe(true);
    expect(a.events.filter(({ type }) => type === 'members')).toEqual([
      { type: 'members', request: 1, members: [] },
    ]);
    expect(a.events.filter(({ type }) => type === 'problem')).toMatchObject([
      { code: 'command-refused', values: { command: 'ask-members' } },
      { code: 'command-refused', values: { command: 'say', token: 9 } },
    ]);
  });
});

/** A folder that is sent a second time: two engines by real sockets, and the bytes that the sender puts on the wire counted. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Peer } from '../../src/core/peer.ts';
import { publicRoomId } from '../../src/core/room/groups.ts';
import { generateKeyPair, nodeCrypto } from '../../src/io/crypto.ts';
import { startEngine } from '../../src/io/engine.ts';
import type { Engine } from '../../src/io/engine.ts';
import type { EngineEvent } from '../../src/io/engine-messages.ts';
import { listInterfaces } from '../../src/io/interfaces.ts';
import { chooseSockets } from '../../src/io/sockets/choose.ts';
import { noise } from './pack-scene.ts';

const loopback = listInterfaces().filter((one) => one.loopback);
const room = publicRoomId(nodeCrypto(generateKeyPair().privateKeyPkcs8), 'lobby');
const port = 20_000 + (process.pid % 50) * 100;
const FILES = 200;
const FILE_BYTES = 50_000;

let folder: string;
let stations: Station[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'starling-again-'));
  stations = [];
});
afterEach(async () => {
  await Promise.all(stations.map((one) => one.engine.stop()));
  rmSync(folder, { recursive: true, force: true });
});

interface Station {
  readonly engine: Engine;
  readonly events: EngineEvent[];
  readonly downloads: string;
  sentBytes: number;
}

async function start(name: string): Promise<Station> {
  const events: EngineEvent[] = [];
  const late: { station?: Station } = {};
  const downloads = join(folder, name);
  const started = await startEngine(
    {
      ...generateKeyPair(),
      name,
      port,
      interfaces: loopback.map((one) => one.name),
      downloads,
      manifests: join(folder, `${name}-packs`),
    },
    {
      sockets: await chooseSockets(undefined),
      createPeer: (config) => {
        const peer = new Peer(config);
        const poll = peer.pollTransmit.bind(peer);
        peer.pollTransmit = (now) => {
          const next = poll(now);
          const bytes = (next?.bytes.length ?? 0) + (next?.payload?.length ?? 0);
          if (late.station !== undefined) late.station.sentBytes += bytes;
          return next;
        };
        return peer;
      },
      post: (event) => {
        events.push(event);
        if (event.type !== 'core') return;
        const { event: inner } = event;
        const answer = (command: Parameters<Engine['command']>[0]): void =>
          void setImmediate(() => late.station?.engine.command(command));
        if (inner.type === 'store-record') answer({ type: 'record-stored', room: inner.room, id: inner.id });
        else if (inner.type === 'keep-record')
          answer({ type: 'records-kept', room: inner.room, serial: inner.serial });
        else if (inner.type === 'transfer-offered' && !inner.own)
          answer({ type: 'accept', transfer: inner.transfer });
      },
    },
  );
  if (!started.ok) throw new Error(started.error.code);
  const station: Station = { engine: started.value, events, downloads, sentBytes: 0 };
  late.station = station;
  stations.push(station);
  started.value.command({ type: 'join', room, history: { records: [], floors: [], catchUp: false } });
  return station;
}

const count = (station: Station, type: string): number =>
  station.events.filter((event) => event.type === 'core' && event.event.type === type).length;

/** Sends the folder, and returns what that put on the wire. */
async function send(sender: Station, receivers: readonly Station[], path: string, again: boolean) {
  const before = sender.sentBytes;
  const done = count(sender, 'transfer-done');
  const token = count(sender, 'store-record') + 1;
  sender.engine.command({
    type: 'offer',
    room,
    path,
    paths: [path],
    name: 'photos',
    again,
    at: Date.now(),
    token,
  });
  await expect.poll(() => count(sender, 'transfer-done'), { timeout: 90_000 }).toBe(done + receivers.length);
  expect(count(sender, 'transfer-failed')).toBe(0);
  return sender.sentBytes - before;
}

function expectSame(copy: string, source: string): void {
  expect(readdirSync(copy).toSorted()).toEqual(readdirSync(source).toSorted());
  for (const name of readdirSync(source)) {
    const same = readFileSync(join(copy, name)).equals(readFileSync(join(source, name)));
    expect([name, same]).toEqual([name, true]);
  }
}

it('costs the wire only what changed, where everybody has the rest', { timeout: 300_000 }, async () => {
  const source = join(folder, 'photos');
  mkdirSync(source);
  for (let i = 0; i < FILES; i++) writeFileSync(join(source, `${i}`), noise(FILE_BYTES, `${i}`));
  const sender = await start('Wren');
  const receivers = [await start('Finch'), await start('Robin')];
  await expect.poll(() => count(sender, 'member-joined'), { timeout: 10_000 }).toBe(2);
  const size = FILES * FILE_BYTES;
  expect(await send(sender, receivers, source, false)).toBeGreaterThan(size);

  // One file changes, one comes, one goes: what is around them in the stream is elsewhere now.
  writeFileSync(join(source, '100'), noise(FILE_BYTES + 1234, 'another'));
  writeFileSync(join(source, 'new'), noise(3000, 'new'));
  rmSync(join(source, '199'));
  const second = await send(sender, receivers, source, true);
  for (const { downloads } of receivers) {
    expectSame(join(downloads, 'photos (2)'), source);
    expect(readdirSync(downloads).toSorted()).toEqual(['photos', 'photos (2)']);
  }
  // Of ten blocks the manifest's, and those with the changed and the new file.
  process.stdout.write(`second send: ${((100 * second) / size).toFixed(1)} % of ${size} bytes\n`);
  expect(second).toBeLessThan(0.35 * size);

  // A file of the same size and other content is noticed by the hash of its block.
  writeFileSync(join(source, '150'), noise(FILE_BYTES, 'same size'));
  expect(await send(sender, receivers, source, true)).toBeLessThan(0.35 * size);
  for (const { downloads } of receivers) expectSame(join(downloads, 'photos (3)'), source);
});

it(
  'costs what it costs for one who has nothing, and is whole at everyone',
  { timeout: 300_000 },
  async () => {
    const source = join(folder, 'photos');
    mkdirSync(source);
    for (let i = 0; i < 100; i++) writeFileSync(join(source, `${i}`), noise(FILE_BYTES, `${i}`));
    const sender = await start('Wren');
    const old = await start('Finch');
    await expect.poll(() => count(sender, 'member-joined'), { timeout: 10_000 }).toBe(1);
    await send(sender, [old], source, false);
    const fresh = await start('Robin');
    await expect.poll(() => count(sender, 'member-joined'), { timeout: 10_000 }).toBe(2);
    await send(sender, [old, fresh], source, true);
    expectSame(join(old.downloads, 'photos (2)'), source);
    expectSame(join(fresh.downloads, 'photos'), source);
  },
);

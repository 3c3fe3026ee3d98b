/** Invites, direct rooms and emoji between whole engines in their worker threads, by real sockets on loopback. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { MemberId, RoomId } from '../../src/base/ids.ts';
import { publicRoomId } from '../../src/core/room/groups.ts';
import { inviteRootOfLink } from '../../src/core/secrecy/invite.ts';
import { tendPrekeys } from '../../src/core/secrecy/prekeys.ts';
import { startWorkerEngine, type EnginePort } from '../../src/daemon/engine.ts';
import { generateKeyPair, nodeCrypto } from '../../src/io/crypto.ts';
import type { ForwardedEvent } from '../../src/io/engine-messages.ts';
import { listInterfaces } from '../../src/io/interfaces.ts';

const soon = { timeout: 15_000, interval: 20 };
const crypto = nodeCrypto(generateKeyPair().privateKeyPkcs8);
const lobby = publicRoomId(crypto, 'lobby');
/** Below the ephemeral ports, and a range for each test process. */
let port = 10_020 + (process.pid % 50) * 400;
let folder: string;
const engines: Station[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'starling-invites-'));
  port += 20;
});
afterEach(async () => {
  await Promise.all(engines.splice(0).map((one) => one.handle.terminate()));
  rmSync(folder, { recursive: true, force: true });
});

interface Station {
  readonly handle: EnginePort;
  readonly events: ForwardedEvent[];
}

/** Stores everything at once, and is in the lobby. */
function start(name: string): Station {
  const events: ForwardedEvent[] = [];
  const pair = generateKeyPair();
  const prekeys = tendPrekeys(nodeCrypto(pair.privateKeyPkcs8), [], Date.now());
  const interfaces = listInterfaces().flatMap((one) => (one.loopback ? [one.name] : []));
  const config = {
    ...pair,
    prekeys,
    name,
    port,
    interfaces,
    downloads: join(folder, name),
    manifests: join(folder, `${name}-packs`),
  };
  const handle = startWorkerEngine(config, (event) => {
    if (event.type !== 'core') return;
    const { event: core } = event;
    events.push(core);
    if (core.type === 'store-record') handle.post({ type: 'record-stored', room: core.room, id: core.id });
    if (core.type === 'keep-record')
      handle.post({ type: 'records-kept', room: core.room, serial: core.serial });
    if (core.type === 'store-private')
      handle.post({ type: 'private-stored', room: core.room, serial: core.serial });
  });
  const station = { handle, events };
  engines.push(station);
  handle.post({ type: 'join', room: lobby, history: { records: [], floors: [], catchUp: false } });
  return station;
}

const of = <Type extends ForwardedEvent['type']>(one: Station, type: Type) =>
  one.events.filter((event): event is Extract<ForwardedEvent, { type: Type }> => event.type === type);
const roomOf = (one: Station): RoomId | undefined => of(one, 'store-private')[0]?.room;
const members = (one: Station): number => of(one, 'room-changed').at(-1)?.view.members.length ?? 0;
const outcome = (one: Station, token: number): string | undefined =>
  of(one, 'command-failed').find((event) => event.token === token)?.reason ??
  of(one, 'command-done').find((event) => event.token === token)?.type;

/** The one whom this one sees in the lobby, once its prekey came. */
async function seen(one: Station): Promise<MemberId> {
  const reachable = (): MemberId[] =>
    one.events.flatMap((event) =>
      event.type === 'member-joined' && event.member.canBeReached ? [event.member.id] : [],
    );
  await expect.poll(() => reachable().length, soon).toBe(1);
  return reachable()[0] as MemberId;
}

async function talk(a: Station, b: Station, room: RoomId): Promise<void> {
  await expect.poll(() => [members(a), members(b)], soon).toEqual([2, 2]);
  a.handle.post({ type: 'say', room, text: 'from a', at: Date.now(), token: 90 });
  b.handle.post({ type: 'say', room, text: 'from b', at: Date.now(), token: 91 });
  for (const one of [a, b])
    await expect
      .poll(
        () =>
          of(one, 'message')
            .map(({ text }) => text)
            .toSorted(),
        soon,
      )
      .toEqual(['from a', 'from b']);
}

it('an invite brings somebody in, once', async () => {
  const [a, b] = [start('Finch'), start('Heron')];
  a.handle.post({
    type: 'create-room',
    name: 'nest',
    history: { kind: 'since-joining' },
    kind: 'private',
    token: 1,
  });
  await expect.poll(() => outcome(a, 1), soon).toBe('command-done');
  const room = roomOf(a) as RoomId;
  const root = inviteRootOfLink(crypto, new Uint8Array(16).fill(1));
  a.handle.post({ type: 'invite', room, root, expiresAt: Date.now() + 60_000, token: 2 });
  await expect.poll(() => outcome(a, 2), soon).toBe('command-done');
  b.handle.post({ type: 'join-by-invite', root, at: Date.now(), token: 3 });
  await expect.poll(() => outcome(b, 3), soon).toBe('command-done');
  expect(roomOf(b)).toBe(room);
  await talk(a, b, room);
  const c = start('Wren');
  c.handle.post({ type: 'join-by-invite', root, at: Date.now(), token: 4 });
  await expect.poll(() => outcome(c, 4), soon).toBe('invite-used');
});

it('a room of two opens on both sides, and both see the same seven emoji', async () => {
  const [a, b] = [start('Finch'), start('Heron')];
  const [bobAtA, annAtB] = [await seen(a), await seen(b)];
  a.handle.post({ type: 'open-direct', member: bobAtA, token: 1 });
  await expect.poll(() => outcome(a, 1), soon).toBe('command-done');
  await expect.poll(() => roomOf(b), soon).toBe(roomOf(a));
  await talk(a, b, roomOf(a) as RoomId);
  a.handle.post({ type: 'verify-by-emoji', member: bobAtA });
  await expect.poll(() => of(b, 'emoji').at(-1)?.stage, soon).toBe('asked');
  b.handle.post({ type: 'answer-emoji', member: annAtB, what: 'accept' });
  await expect
    .poll(() => [a, b].map((one) => of(one, 'emoji').at(-1)?.stage), soon)
    .toEqual(['compare', 'compare']);
  expect(of(a, 'emoji').at(-1)?.emoji).toEqual(of(b, 'emoji').at(-1)?.emoji);
});

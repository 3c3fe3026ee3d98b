/** Someone on the network who forges, replays, cuts and floods: chat stays usable, and nothing untrue is shown. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_PORT } from '../../src/core/limits.ts';
import { Attached } from './attached.ts';
import { Gathering, membersSeen, messagesSeen } from './gathering.ts';
import type { Guest } from './gathering.ts';
import { JsonLines } from './json-lines.ts';

const ATTACK_S = 8;
/** Bounded maps fill up once: decoders, rosters and logs together stay below this. */
const GROWTH_BYTES_MAX = 96 * 1024 * 1024;
const FLOOD_PER_S = 100_000;
/** Once it runs, a flood adds nothing but garbage that is collected by and by. */
const FLOOD_GROWTH_BYTES_MAX = 64 * 1024 * 1024;

function residentBytes(lines: JsonLines): number {
  const status = readFileSync(`/proc/${lines.child.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
}

describe('forged, random, cut and replayed datagrams', () => {
  let gathering: Gathering;
  let first: Guest;
  let second: Guest;
  let attached: Attached;
  beforeAll(async () => {
    gathering = await Gathering.of(3);
    const all = gathering.guests as [Guest, Guest, Guest];
    [first, second] = all;
    await gathering.complete(5000);
    attached = await Attached.to(first.person);
    // The third host is the attacker's: its person goes, so that a replayed LEAVE and HELLO of theirs are at hand.
    all[2].host.kill('SIGINT');
    await all[2].host.exited;
  });
  afterAll(() => gathering.close());

  it('chat stays usable, and only who is there is listed', { timeout: 90_000 }, async () => {
    const [room] = (await attached.request('snapshot', {})).rooms;
    const attacker = gathering.network.hosts[2]!;
    const script = resolve(import.meta.dirname, 'attack.ts');
    const target = [
      room!.groups[0]!,
      String(DEFAULT_PORT),
      first.person.host.address,
      String(DEFAULT_PORT + 1),
    ];
    const attack = new JsonLines(
      attacker.spawn(process.execPath, [script, attacker.address, ...target, String(ATTACK_S)], {
        stdio: 'pipe',
      }),
      'attack',
    );
    const heard = attack.find('listening', 10_000, (event) => event.type === 'attacking');
    await attached.request('say', { room: 'lobby', text: 'before' });
    await heard;
    const before = [first, second].map(({ host }) => residentBytes(host));
    for (let i = 0; i < 10; i++) {
      for (const { person, host } of [first, second]) {
        const text = `${person.name} under fire ${i}`;
        const other = host === first.host ? second.host : first.host;
        const { status, lines } = await person.run('say', text);
        expect(status, lines.errors).toBe(0);
        await other.find(text, 5000, (event) => event.type === 'message' && event['text'] === text);
      }
    }
    // Quitting and joining again while one's own LEAVE is replayed.
    expect((await second.person.run('quit', 'lobby')).status).toBe(0);
    expect((await second.person.run('join', 'lobby')).status).toBe(0);
    const end = await attack.find('the end', ATTACK_S * 1000 + 10_000, (event) => event.type === 'attacked');
    expect(end['heard']).toBeGreaterThan(50);
    await new Promise((done) => setTimeout(done, 2000));
    for (const [{ host }, name] of [
      [first, 'Heron'],
      [second, 'Finch'],
    ] as const) {
      expect([...membersSeen(host)]).toEqual([name]);
    }
    for (const { host } of [first, second]) {
      const texts = messagesSeen(host).map((event) => event['text'] as string);
      expect(new Set(texts).size).toBe(texts.length);
      for (const text of texts) expect(text).toMatch(/^(before|(Finch|Heron) under fire \d)$/);
    }
    const growth = [first, second].map(({ host }, index) => residentBytes(host) - before[index]!);
    for (const bytes of growth) expect(bytes).toBeLessThan(GROWTH_BYTES_MAX);
  });

  it(
    'a hundred thousand datagrams a second leave chat usable and memory flat',
    { timeout: 90_000 },
    async () => {
      const [room] = (await attached.request('snapshot', {})).rooms;
      const attacker = gathering.network.hosts[2]!;
      const script = resolve(import.meta.dirname, 'attack.ts');
      const target = [
        room!.groups[0]!,
        String(DEFAULT_PORT),
        first.person.host.address,
        String(DEFAULT_PORT + 1),
      ];
      const args = [script, attacker.address, ...target, String(ATTACK_S), String(FLOOD_PER_S)];
      const attack = new JsonLines(attacker.spawn(process.execPath, args, { stdio: 'pipe' }), 'flood');
      await attack.find('flooding', 10_000, (event) => event.type === 'attacking');
      await new Promise((done) => setTimeout(done, 2000));
      const before = [first, second].map(({ host }) => residentBytes(host));
      const waitsMs: number[] = [];
      for (let i = 0; i < 8; i++) {
        for (const [from, to] of [
          [attached, second],
          [undefined, first],
        ] as const) {
          const text = `in the flood ${i} ${from === undefined ? 'back' : 'out'}`;
          const saidAt = performance.now();
          if (from === undefined) void second.person.run('say', text);
          else await from.request('say', { room: 'lobby', text });
          await to.host.find(text, 10_000, (event) => event.type === 'message' && event['text'] === text);
          waitsMs.push(performance.now() - saidAt);
        }
      }
      const after = [first, second].map(({ host }) => residentBytes(host));
      const end = await attack.find(
        'the end',
        ATTACK_S * 1000 + 20_000,
        (event) => event.type === 'attacked',
      );
      process.stderr.write(
        `flood: ${Math.round(end['perSecond'])} a second, waits ${waitsMs.map(Math.round).join(' ')} ms, ` +
          `grown ${after.map((bytes, i) => Math.round((bytes - before[i]!) / 1e6)).join(' and ')} MB\n`,
      );
      // A machine that is busy with other things sends less; what it reached is printed.
      expect(end['perSecond']).toBeGreaterThan(FLOOD_PER_S * 0.1);
      for (const [index, bytes] of after.entries())
        expect(bytes - before[index]!).toBeLessThan(FLOOD_GROWTH_BYTES_MAX);
      await new Promise((done) => setTimeout(done, 3000));
      for (const [{ host }, name] of [
        [first, 'Heron'],
        [second, 'Finch'],
      ] as const)
        expect([...membersSeen(host)]).toEqual([name]);
    },
  );

  it('the address of a member is where it really is', async () => {
    const members = await attached.request('members', { room: 'lobby' });
    expect(members.find((member) => member.name === 'Heron')?.address).toContain(second.person.host.address);
  });
});

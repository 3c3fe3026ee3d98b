/** Files between five hosts that lose a tenth of their packets in both directions. */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Gathering, LOSES_A_TENTH } from './gathering.ts';
import type { Guest } from './gathering.ts';
import type { JsonLines } from './json-lines.ts';

const MB = 1_000_000;
const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

function makeFile(guest: Guest, name: string, bytes: number): string {
  const path = guest.person.pathFor(name);
  writeFileSync(path, randomBytes(bytes));
  return path;
}

const doneWith = (lines: JsonLines, name: string, timeoutMs: number) =>
  lines.find(
    `${name} done`,
    timeoutMs,
    (event) => event.type === 'transfer-done' && event['file'].name === name && event['own'] !== true,
  );

describe('five hosts, a tenth lost in both directions', () => {
  let gathering: Gathering;
  let guests: readonly [Guest, Guest, ...Guest[]];
  beforeAll(async () => {
    gathering = await Gathering.of(5, LOSES_A_TENTH);
    guests = gathering.guests as typeof guests;
    await gathering.complete(10_000);
  });
  afterAll(() => gathering.close());

  const everyoneHas = (sender: Guest, path: string): void => {
    const name = basename(path);
    const sent = hash(readFileSync(path));
    for (const guest of guests) {
      if (guest === sender) continue;
      expect(hash(guest.person.receivedBytes(name)), guest.person.name).toBe(sent);
    }
  };

  it('20 MB and an empty file reach all others byte for byte, while another host sends its own', async () => {
    const [first, second] = guests;
    const large = makeFile(first, 'large.bin', 20 * MB);
    const empty = makeFile(first, 'empty.bin', 0);
    const own = makeFile(second, 'own.bin', 3 * MB);
    const runs = await Promise.all([
      first.person.run('send', large, '--expect', '4'),
      first.person.run('send', empty, '--expect', '4'),
      second.person.run('send', own, '--expect', '4'),
    ]);
    for (const { status, lines } of runs) {
      expect(status, lines.errors).toBe(0);
      expect(lines.events.at(-1)).toMatchObject({ type: 'result', ok: true, verified: 4, expected: 4 });
      expect(lines.strays).toEqual([]);
    }
    everyoneHas(first, large);
    everyoneHas(first, empty);
    everyoneHas(second, own);
    for (const guest of guests) {
      const expected = ['empty.bin', 'large.bin', 'own.bin'].filter((name) =>
        name === 'own.bin' ? guest !== second : guest !== first,
      );
      expect(guest.person.received()).toEqual(expected);
    }
  });

  it('a second file of the same name takes a free one and leaves the first as it was', async () => {
    const [first, second] = guests;
    const before = second.person.receivedBytes('empty.bin');
    const path = makeFile(first, 'empty.bin', 10_000);
    const { status, lines } = await first.person.run('send', path, '--expect', '4');
    expect(status, lines.errors).toBe(0);
    expect(second.person.receivedBytes('empty.bin')).toEqual(before);
    expect(hash(second.person.receivedBytes('empty (2).bin'))).toBe(hash(readFileSync(path)));
  });

  it('the sender is told of what it cannot send', async () => {
    const { status, lines } = await guests[0].person.run('send', guests[0].person.pathFor('absent.bin'));
    expect(status).toBe(1);
    expect(lines.events.some((event) => event.type === 'problem')).toBe(true);
  });
});

describe('a receiver that dies or stops during a transfer', () => {
  /** Enough to be in the middle for a while: 4 s at the rate that the sender's link is held to. */
  const BYTES = 24 * MB;
  const RATE_MBIT = 50;
  let gathering: Gathering;
  let undisturbedMs = 0;
  beforeAll(async () => {
    gathering = await Gathering.of(4);
    await gathering.complete(5000);
    gathering.network.hosts[0]!.limitRate(RATE_MBIT);
  });
  afterAll(() => gathering.close());

  /** Sends a file, lets `disturb` act on the last guest when it is a quarter done, and times the two others. */
  async function timeOthers(name: string, disturb?: (victim: JsonLines) => void): Promise<number> {
    const [sender, one, two, victim] = gathering.guests as [Guest, Guest, Guest, Guest];
    const path = makeFile(sender, name, BYTES);
    const startMs = performance.now();
    const sending = sender.person.start('send', path);
    if (disturb !== undefined) {
      await victim.host.find(
        'a quarter',
        30_000,
        (event) =>
          event.type === 'transfer-progress' &&
          event['file'].name === name &&
          event['bytesDone'] >= BYTES / 4,
      );
      disturb(victim.host);
    }
    await Promise.all([one, two].map((guest) => doneWith(guest.host, name, 60_000)));
    const tookMs = performance.now() - startMs;
    for (const guest of [one, two])
      expect(hash(guest.person.receivedBytes(name))).toBe(hash(readFileSync(path)));
    sending.kill('SIGKILL');
    return tookMs;
  }

  it('nobody is disturbed', async () => {
    undisturbedMs = await timeOthers('undisturbed.bin');
  });

  it('SIGSTOP of one delays no other', async () => {
    const tookMs = await timeOthers('stopped.bin', (victim) => victim.kill('SIGSTOP'));
    gathering.guests[3]!.host.kill('SIGCONT');
    expect(tookMs).toBeLessThan(undisturbedMs * 1.5 + 1500);
  });

  it('SIGKILL of one delays no other, and it leaves no half-written file under its name', async () => {
    const victim = gathering.guests[3]!;
    await doneWith(victim.host, 'stopped.bin', 60_000);
    const tookMs = await timeOthers('killed.bin', (lines) => lines.kill('SIGKILL'));
    expect(tookMs).toBeLessThan(undisturbedMs * 1.5 + 1500);
    expect(victim.person.received().filter((name) => !name.startsWith('.'))).not.toContain('killed.bin');
  });
});

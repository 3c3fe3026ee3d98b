/** A receiver whose downloads are on a small disk that others fill, too. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openNetwork } from './network.ts';
import type { Network } from './network.ts';
import { Person } from './person.ts';
import type { JsonLines } from './json-lines.ts';

const MB = 1_000_000;
const DISK_MIB = 48;
/** 12 MB take 4 s. */
const RATE_MBIT = 25;
const hash = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

describe('a disk that fills up during a transfer', () => {
  let network: Network;
  let sender: Person;
  let receiver: Person;
  let [sending, receiving]: JsonLines[] = [];
  beforeAll(async () => {
    network = openNetwork(2);
    const [one, two] = network.hosts;
    one?.limitRate(RATE_MBIT);
    sender = new Person('Finch', one!);
    receiver = new Person('Heron', two!);
    mkdirSync(receiver.downloads);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'tmpfs', receiver.downloads]);
    sending = await sender.stay();
    receiving = receiver.start('watch', '--any-size');
    await sending.find('the receiver', 15_000, ({ type }) => type === 'member-joined');
  });
  afterAll(() => {
    network.close();
    spawnSync('umount', ['-l', receiver.downloads]);
    sender.forget();
    receiver.forget();
  });

  const file = (name: string, bytes: number): string => {
    const path = sender.pathFor(name);
    writeFileSync(path, randomBytes(bytes));
    return path;
  };
  const fill = (path: string): void => {
    const filler = openSync(path, 'w');
    try {
      for (;;) writeSync(filler, Buffer.alloc(65536, 1));
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
    } finally {
      closeSync(filler);
    }
  };
  const failed = (name: string) => (event: { type: string; file?: { name: string } }) =>
    event.type === 'transfer-failed' && event.file?.name === name;

  it('fails with a message on both sides, harms nothing else, and goes on with what is missing once there is space', async () => {
    const path = file('large.bin', 12 * MB);
    const command = sender.start('send', path);
    await receiving!.find(
      'a third',
      30_000,
      (event) => event.type === 'transfer-progress' && event['bytesDone'] >= 4 * MB,
    );
    const filler = join(receiver.downloads, 'filler');
    fill(filler);
    const atReceiver = await receiving!.find('the failure', 30_000, failed('large.bin'));
    expect(atReceiver['reason']).toBe('disk-full');
    const atSender = await command.find('the failure', 30_000, failed('large.bin'));
    expect(atSender).toMatchObject({ reason: 'disk-full', member: { name: 'Heron' } });
    await command.exited;
    expect(receiver.received()).not.toContain('large.bin');
    // Talk goes on, in both directions.
    expect((await sender.say('is it full?')).status).toBe(0);
    expect((await receiver.say('it is')).status).toBe(0);

    // Still no space: said, and nothing is lost by asking.
    const early = await receiver.run('resume', 'large.bin');
    expect(early.status).toBe(1);
    expect(
      early.lines.events.some(({ type, ...event }) => type === 'problem' && event['code'] === 'disk-full'),
    ).toBe(true);

    rmSync(filler);
    const before = network.hosts[0]!.counters().sent.bytes;
    expect((await receiver.run('resume', 'large.bin')).status).toBe(0);
    await receiving!.find(
      'the file',
      30_000,
      (event) => event.type === 'transfer-done' && event['file'].name === 'large.bin',
    );
    expect(hash(join(receiver.downloads, 'large.bin'))).toBe(hash(path));
    expect(network.hosts[0]!.counters().sent.bytes - before).toBeLessThan(10 * MB);
  });

  it('what would not fit is not begun, and its sender told', async () => {
    const path = file('too-large.bin', 30 * MB);
    const command = sender.start('send', path);
    const atSender = await command.find('the refusal', 30_000, failed('too-large.bin'));
    expect(atSender).toMatchObject({ reason: 'disk-full', member: { name: 'Heron' } });
    await command.exited;
    expect(receiver.received()).toEqual(['large.bin']);
  });
});

/**
 * Files by both kinds of sockets, with the buffers that Starling asks for and with those that the kernel gives by itself,
 * when nothing is lost, when losses come in bursts, and when 30 % is lost on every way. The rest of what may befall a
 * transfer is met in virtual time (sim/sending.test.ts): here it goes through a kernel.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chooseSockets } from '../../src/io/sockets/choose.ts';
import { DEFAULT_PORT } from '../../src/core/limits.ts';
import { Gathering } from './gathering.ts';
import type { Guest } from './gathering.ts';
import type { Loss } from './network.ts';

const MB = 1_000_000;
/** On the way in to everybody, so that what comes back meets it too. */
const NOTHING: Loss = { inPerMille: 0, outPerMille: 0, at: 'wire' };
const THIRTY_PERCENT: Loss = { ...NOTHING, inPerMille: 300 };
/** Around 90 packets in a row, as many as a default receive buffer holds; not at all hosts at once. */
const bursts = (index: number): Loss => ({ ...NOTHING, inPerMille: 120, burst: 60 + 20 * index });
const KERNELS_OWN = { NODE_OPTIONS: `--import ${resolve(import.meta.dirname, 'default-buffers.ts')}` };

const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const kernelDefault = (): number => Number(readFileSync('/proc/sys/net/core/rmem_default', 'utf8'));

describe('four hosts: fast and portable sockets, each with large and with default buffers', () => {
  let gathering: Gathering;
  let guests: readonly [Guest, Guest, Guest, Guest];
  beforeAll(async () => {
    const { path } = await chooseSockets(undefined);
    gathering = await Gathering.of(4, undefined, [
      { STARLING_SOCKETS: path },
      { STARLING_SOCKETS: 'portable' },
      { STARLING_SOCKETS: path, ...KERNELS_OWN },
      { STARLING_SOCKETS: 'portable', ...KERNELS_OWN },
    ]);
    guests = gathering.guests as unknown as typeof guests;
    await gathering.complete(5000);
  });
  afterAll(() => gathering.close());

  /** The receive buffers of the sockets that Starling has on a host. */
  function receiveBuffers({ person }: Guest): number[] {
    const listed = person.host.run('ss', '-uamnH');
    const ofPort = new RegExp(`:${DEFAULT_PORT}\\s.*\\n?.*skmem:\\(r\\d+,rb(\\d+)`, 'g');
    return [...listed.matchAll(ofPort)].map((match) => Number(match[1]));
  }

  /** Each sends one file to the three others, all at once. */
  async function send(
    loss: (index: number) => Loss,
    name: string,
    files: readonly (readonly [Guest, number])[],
  ): Promise<void> {
    for (const [index, { person }] of guests.entries()) person.host.setLoss(loss(index));
    const sendings = files.map(async ([sender, bytes], index) => {
      const path = sender.person.pathFor(`${name}-${index}.bin`);
      writeFileSync(path, randomBytes(bytes));
      const { status, lines } = await sender.person.run('send', path, '--expect', '3');
      expect(status, lines.errors).toBe(0);
      expect(lines.events.at(-1)).toMatchObject({ type: 'result', ok: true, verified: 3, expected: 3 });
      return { sender, path };
    });
    for (const { sender, path } of await Promise.all(sendings)) {
      const sent = hash(readFileSync(path));
      for (const guest of guests) {
        if (guest === sender) continue;
        expect(hash(guest.person.receivedBytes(basename(path))), guest.person.name).toBe(sent);
      }
    }
  }

  it('two of them really have what the kernel gives by itself', () => {
    for (const guest of guests.slice(2)) {
      const buffers = receiveBuffers(guest);
      expect(buffers.length).toBeGreaterThan(0);
      expect(Math.max(...buffers)).toBe(kernelDefault());
    }
    for (const guest of guests.slice(0, 2))
      expect(Math.max(...receiveBuffers(guest))).toBeGreaterThan(kernelDefault());
  });

  it('as fast as it goes, by each kind of sockets', async () => {
    await send(() => NOTHING, 'fast', [[guests[0], 20 * MB]]);
    await send(() => NOTHING, 'portable', [[guests[3], 10 * MB]]);
  });

  it('losses of 60 to 120 packets in a row', async () => {
    await send(bursts, 'bursts', [
      [guests[0], 5 * MB],
      [guests[1], 1],
    ]);
  });

  it('30 % lost on every way, there and back, with a sender of each kind at once', async () => {
    await send(() => THIRTY_PERCENT, 'lossy', [
      [guests[2], 3 * MB],
      [guests[1], 3 * MB],
      [guests[3], 0],
    ]);
  });
});

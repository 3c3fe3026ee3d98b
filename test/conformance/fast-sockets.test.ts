/** What only the fast path has: trains, batches, its self-test and the way back to the portable adapter. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Bytes } from '../../src/base/bytes.ts';
import { err } from '../../src/base/result.ts';
import { listInterfaces } from '../../src/io/interfaces.ts';
import { TRAIN_DATAGRAMS_MAX } from '../../src/io/limits.ts';
import { chooseSockets } from '../../src/io/sockets/choose.ts';
import { loadKernel, trainEnd } from '../../src/io/sockets/fast-kernel.ts';
import { selfTest } from '../../src/io/sockets/fast-self-test.ts';
import type { DatagramPort, OpenDatagramPort } from '../../src/io/sockets/port.ts';

const onLinux = process.platform === 'linux';
const loopback = listInterfaces().filter((one) => one.loopback);
let nextPort = 31_000 + (process.pid % 50) * 20;

function open(openPort: OpenDatagramPort, heard: Bytes[]): DatagramPort {
  const handlers = {
    onDatagram: (_from: unknown, bytes: Bytes) => void heard.push(bytes.slice()),
    onDrain: () => undefined,
    onProblem: () => undefined,
  };
  const opened = openPort({ port: nextPort, interfaces: loopback, loopbackOnly: true, handlers });
  if (!opened.ok) throw new Error(opened.error.code);
  return opened.value;
}

const numbered = (count: number, bytes: number): Uint8Array[] =>
  Array.from({ length: count }, (_, i) => new Uint8Array(bytes).fill(i & 255).with(0, i >> 8));

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 5000;
  while (!condition() && performance.now() < end) await new Promise((done) => setTimeout(done, 2));
}

describe('trains', () => {
  it('take equal datagrams, at most one shorter at the end, and no more than fit', () => {
    const of = (...lengths: number[]): Uint8Array[] => lengths.map((length) => new Uint8Array(length));
    expect(trainEnd(of(100, 100, 100), 0)).toBe(3);
    expect(trainEnd(of(100, 100, 40, 100), 0)).toBe(3);
    expect(trainEnd(of(100, 200), 0)).toBe(1);
    expect(trainEnd(of(100, 0, 100), 0)).toBe(1);
    expect(trainEnd(of(0, 0), 0)).toBe(1);
    expect(trainEnd(numbered(500, 10), 0)).toBe(TRAIN_DATAGRAMS_MAX);
    expect(trainEnd(of(30_000, 30_000, 30_000), 0)).toBe(2);
  });
});

describe.skipIf(!onLinux)('the fast path', () => {
  it('is chosen here, and proves itself', async () => {
    const kernel = await loadKernel();
    if (!kernel.ok) throw new Error(kernel.error);
    expect(await selfTest(kernel.value)).toBeUndefined();
    expect((await chooseSockets(undefined)).path).toBe('fast');
  });

  it('gives way to the portable adapter where it cannot be had, and says why', async () => {
    const chosen = await chooseSockets(undefined, () => Promise.resolve(err('no such library')));
    expect(chosen).toMatchObject({ path: 'portable', reason: 'no such library' });
    await expect(chooseSockets('fast', () => Promise.resolve(err('no such library')))).rejects.toThrow(
      'no such library',
    );
    expect((await chooseSockets('portable')).path).toBe('portable');
  });

  it('delivers bursts longer than one batch, with a short datagram at the end of a train', async () => {
    const { open: openPort } = await chooseSockets('fast');
    nextPort += 20;
    const heard: Bytes[] = [];
    const one = open(openPort, []);
    const other = open(openPort, heard);
    const burst = [...numbered(90, 700), new Uint8Array(33).fill(7), ...numbered(60, 90)];
    one.send({ kind: 'unicast', address: { host: '127.0.0.1', port: other.unicastPort } }, burst);
    await until(() => heard.length === burst.length);
    expect(heard).toEqual(burst);
    await Promise.all([one.close(), other.close()]);
  });

  it('closes with datagrams on their way, many times, and keeps no descriptor', async () => {
    const { open: openPort } = await chooseSockets('fast');
    const before = readdirSync('/proc/self/fd').length;
    for (let round = 0; round < 200; round++) {
      const port = open(openPort, []);
      port.subscribe('239.255.17.77');
      port.send(
        { kind: 'unicast', address: { host: '127.0.0.1', port: port.unicastPort } },
        numbered(100, 1400),
      );
      await port.close();
    }
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before + 2);
  });
});

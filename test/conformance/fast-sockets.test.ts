/** What only the fast path can get wrong: trains, batches, descriptors, and a machine it does not suit. */
import { readdirSync } from 'node:fs';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { err, ok } from '../../src/base/result.ts';
import type { Datagram } from '../../src/core/datagram.ts';
import { listInterfaces } from '../../src/io/interfaces.ts';
import { chooseSockets } from '../../src/io/sockets/choose.ts';
import { BATCH_MAX, loadKernel, type Kernel } from '../../src/io/sockets/fast-kernel.ts';
import { selfTest } from '../../src/io/sockets/fast-self-test.ts';
import { fastSockets, openAdopted } from '../../src/io/sockets/fast.ts';
import type { UdpSocket } from '../../src/io/sockets/udp.ts';

const LOOPBACK = { port: 0, address: '127.0.0.1', reuseAddr: false };
const LOOPBACK_IP = 0x7f00_0001;
const loaded = await loadKernel();
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const filled = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte);
/** Each in one piece. */
const sends = (all: readonly Uint8Array[]): Datagram[] => all.map((bytes) => ({ bytes }));
const descriptors = (): number => readdirSync('/proc/self/fd').length;

interface Ear {
  readonly udp: UdpSocket;
  readonly heard: Uint8Array[];
  readonly results: [string | undefined, number][];
  oversized: number;
}

describe('the choice of sockets', () => {
  it('falls back where the calls are missing, and says why', async () => {
    const chosen = await chooseSockets(undefined, () => Promise.resolve(err('no such symbol')));
    expect(chosen).toMatchObject({ path: 'portable', reason: 'no such symbol' });
  });

  it('takes the portable sockets where they are wished for, and fails rather than hand out the wrong ones', async () => {
    const missing = () => Promise.resolve(err('no such symbol'));
    expect(await chooseSockets('portable')).toMatchObject({ path: 'portable' });
    await expect(chooseSockets('fast', missing)).rejects.toThrow('no such symbol');
  });
});

describe.runIf(loaded.ok)('the fast path', () => {
  const ears: Ear[] = [];
  let behind = false;
  let kernel: Kernel;

  beforeAll(() => {
    if (!loaded.ok) throw new Error(loaded.error);
    kernel = loaded.value;
  });
  afterEach(async () => {
    behind = false;
    await Promise.all(ears.splice(0).map(({ udp }) => udp.close()));
  });

  function ear(): Ear {
    const bound = fastSockets(kernel).bind(LOOPBACK);
    if (!bound.ok) throw new Error(bound.error);
    const one: Ear = { udp: bound.value, heard: [], results: [], oversized: 0 };
    one.udp.listen({
      onDatagram: (_from, bytes) => one.heard.push(bytes.slice()),
      isBehind: () => behind,
      onOversized: () => one.oversized++,
      onSent: (error, count) => one.results.push([error, count]),
    });
    ears.push(one);
    return one;
  }
  const portOf = (one: Ear): number => one.udp.socket.address().port;
  const left = (one: Ear): number => one.results.reduce((sum, [, count]) => sum + count, 0);

  /** A kernel with one call that is wrong. */
  function altered(over: Partial<Pick<Kernel, 'send' | 'receive' | 'open'>>): Kernel {
    const broken = {
      open: kernel.open.bind(kernel),
      claimAddress: kernel.claimAddress.bind(kernel),
      close: kernel.close.bind(kernel),
      send: kernel.send.bind(kernel),
      receive: kernel.receive.bind(kernel),
      ...over,
    };
    return broken as unknown as Kernel;
  }

  it('proves itself on this machine', async () => {
    expect(await selfTest(kernel)).toBeUndefined();
    expect(await chooseSockets('fast')).toMatchObject({ path: 'fast' });
  });

  it('falls back where a byte, an order, a length or an error is not as it should be', async () => {
    const before = descriptors();
    const wrong: Partial<Pick<Kernel, 'send' | 'receive' | 'open'>>[] = [
      { open: () => err('EPERM') },
      { send: () => 'EINVAL' },
      { receive: () => 'EFAULT' },
      { receive: (fd) => flip(kernel.receive(fd)) },
      { receive: (fd) => reversed(kernel.receive(fd)) },
      { receive: (fd) => uncut(kernel.receive(fd)) },
    ];
    for (const one of wrong) {
      const chosen = await chooseSockets(undefined, () => Promise.resolve(ok(altered(one))));
      expect(chosen.path).toBe('portable');
      expect(chosen.reason).not.toBe('');
    }
    await expect.poll(descriptors).toBe(before);
  });

  it('carries trains whose last segment is shorter, beside single datagrams, in order', async () => {
    const [a, b] = [ear(), ear()];
    const sizes = [1472, 1472, 1472, 7, 1200, 1200, 1, 0, 2048, 300, 300, 1472];
    const datagrams = sizes.map((size, i) => filled(size, i + 1));
    a.udp.send(sends(datagrams), '127.0.0.1', portOf(b));
    await expect.poll(() => b.heard.length).toBe(sizes.length);
    expect(b.heard).toEqual(datagrams);
    await expect.poll(() => left(a)).toBe(sizes.length);
  });

  it('sends one train of equal lengths that are cut differently into head and payload', async () => {
    const [a, b] = [ear(), ear()];
    const calls: number[] = [];
    const counting = altered({
      send: (fd, ip, port, all, from, to) => {
        calls.push(to - from);
        return kernel.send(fd, ip, port, all, from, to);
      },
    });
    const bound = fastSockets(counting).bind(LOOPBACK);
    if (!bound.ok) throw new Error(bound.error);
    bound.value.listen({ onDatagram() {}, isBehind: () => false, onOversized() {}, onSent() {} });
    const whole = [200, 200, 200, 200, 77].map((length, i) => filled(length, i + 1));
    const cut = (bytes: Uint8Array, at: number): Datagram => ({
      bytes: bytes.subarray(0, at),
      payload: bytes.subarray(at),
    });
    const train = [12, 0, 200, 199].map((at, i) => cut(whole[i] as Uint8Array, at));
    bound.value.send([...train, { bytes: whole[4] as Uint8Array }], '127.0.0.1', portOf(b));
    await expect.poll(() => b.heard.length).toBe(5);
    expect(b.heard).toEqual(whole);
    expect(calls).toEqual([5]);
    // A longer whole breaks the train, however short its head is.
    a.udp.send([cut(filled(300, 8), 12), cut(filled(301, 9), 1)], '127.0.0.1', portOf(b));
    await expect.poll(() => b.heard.slice(5)).toEqual([filled(300, 8), filled(301, 9)]);
    await bound.value.close();
  });

  it('keeps what has to wait, although its payloads are used again', async () => {
    let room = 0;
    const narrow = altered({
      send: (fd, ip, port, all, from, to) =>
        to - from > room ? 'EAGAIN' : kernel.send(fd, ip, port, all, from, to),
    });
    const bound = fastSockets(narrow).bind(LOOPBACK);
    if (!bound.ok) throw new Error(bound.error);
    const b = ear();
    bound.value.listen({
      onDatagram() {},
      isBehind: () => false,
      onOversized() {},
      onSent: () => (room = 40),
    });
    const block = filled(500, 7);
    const parts = Array.from({ length: 9 }, (_, i) => ({
      bytes: Uint8Array.of(i),
      payload: block.subarray(10 * i, 10 * i + 10),
    }));
    bound.value.send(parts.slice(0, 4), '127.0.0.1', portOf(b));
    bound.value.send(parts.slice(4), '127.0.0.1', portOf(b));
    block.fill(9);
    await expect.poll(() => b.heard.length).toBe(9);
    expect(b.heard).toEqual(parts.map((_, i) => Uint8Array.of(i, ...filled(10, 7))));
    await bound.value.close();
  });

  it('reads at once when it is asked to, and leaves a silent socket to the event loop', async () => {
    const [a, b] = [ear(), ear()];
    a.udp.send(sends([filled(9, 1), filled(9, 2)]), '127.0.0.1', portOf(b));
    b.udp.receive();
    expect(b.heard).toEqual([filled(9, 1), filled(9, 2)]);
    // In vain now and then is not silence.
    for (let i = 0; i < 30; i++) {
      b.udp.receive();
      a.udp.send(sends([filled(9, 3)]), '127.0.0.1', portOf(b));
      b.udp.receive();
    }
    expect(b.heard.length).toBe(32);
    for (let i = 0; i < 100; i++) b.udp.receive();
    a.udp.send(sends([filled(9, 4)]), '127.0.0.1', portOf(b));
    b.udp.receive();
    expect(b.heard.length).toBe(32);
    await expect.poll(() => b.heard.length).toBe(33);
    a.udp.send(sends([filled(9, 5)]), '127.0.0.1', portOf(b));
    b.udp.receive();
    expect(b.heard.length).toBe(34);
  });

  it('uses the bytes that a handler got again: whoever keeps them copies them', async () => {
    const [a, b] = [ear(), fastSockets(kernel).bind(LOOPBACK)];
    if (!b.ok) throw new Error(b.error);
    const kept: Uint8Array[] = [];
    b.value.listen({
      onDatagram: (_from, bytes) => kept.push(bytes),
      isBehind: () => false,
      onOversized() {},
      onSent() {},
    });
    const { port } = b.value.socket.address();
    for (const byte of [1, 2]) {
      a.udp.send(sends([filled(20, byte)]), '127.0.0.1', port);
      b.value.receive();
      expect(kept.at(-1)).toEqual(filled(20, byte));
    }
    expect(kept[0]).toEqual(filled(20, 2));
    await b.value.close();
  });

  it('takes bursts of more than one batch, each datagram with memory of its own', async () => {
    const [a, b] = [ear(), ear()];
    b.udp.socket.setRecvBufferSize(4 * 1024 * 1024);
    const count = 3 * BATCH_MAX - 5;
    const datagrams = Array.from({ length: count }, (_, i) => filled(100, i));
    a.udp.send(sends(datagrams), '127.0.0.1', portOf(b));
    await expect.poll(() => b.heard.length).toBe(count);
    a.udp.send(sends(datagrams.map(() => filled(100, 255))), '127.0.0.1', portOf(b));
    await expect.poll(() => b.heard.length).toBe(2 * count);
    expect(b.heard.slice(0, count)).toEqual(datagrams);
    b.heard[3]?.fill(9);
    expect(b.heard[4]).toEqual(datagrams[4]);
  });

  it('leaves batches in the kernel while its reader is behind, and loses none of them by that', async () => {
    const [a, b] = [ear(), ear()];
    b.udp.socket.setRecvBufferSize(4 * 1024 * 1024);
    behind = true;
    const datagrams = Array.from({ length: 200 }, (_, i) => filled(100, i));
    a.udp.send(sends(datagrams), '127.0.0.1', portOf(b));
    await turn();
    expect(b.heard.length).toBeLessThan(BATCH_MAX);
    behind = false;
    await expect.poll(() => b.heard.length).toBe(200);
    expect(b.heard).toEqual(datagrams);
  });

  it('drops and counts what is too long, wherever in a batch it comes', async () => {
    const [a, b] = [ear(), ear()];
    const sizes = [2049, 100, 60_000, 2048, 65_507, 1];
    for (const size of sizes) a.udp.send(sends([filled(size, 1)]), '127.0.0.1', portOf(b));
    await expect.poll(() => b.heard.map(({ length }) => length)).toEqual([100, 2048, 1]);
    expect(b.oversized).toBe(3);
    a.udp.send(sends([filled(65_508, 1), filled(70_000, 1), filled(3, 1)]), '127.0.0.1', portOf(b));
    await expect.poll(() => b.heard.length).toBe(4);
    expect(a.results).toContainEqual(['EMSGSIZE', 1]);
  });

  it('sends one by one where the path takes no trains', async () => {
    const refusing = altered({
      send: (fd, ip, port, all, from, to) =>
        to - from > 1 ? 'EIO' : kernel.send(fd, ip, port, all, from, to),
    });
    const bound = fastSockets(refusing).bind(LOOPBACK);
    if (!bound.ok) throw new Error(bound.error);
    const b = ear();
    const results: [string | undefined, number][] = [];
    bound.value.listen({
      onDatagram() {},
      isBehind: () => behind,
      onOversized() {},
      onSent: (...sent) => results.push(sent),
    });
    const datagrams = Array.from({ length: 60 }, (_, i) => filled(500, i));
    bound.value.send(sends(datagrams), '127.0.0.1', portOf(b));
    await expect.poll(() => b.heard.length).toBe(60);
    expect(b.heard).toEqual(datagrams);
    expect(results).toEqual([[undefined, 60]]);
    await bound.value.close();
  });

  it('waits where the kernel has no room, keeps the order, and goes on by itself', async () => {
    let room = 30;
    const narrow = altered({
      send: (fd, ip, port, all, from, to) => {
        if (to - from > room) return 'EAGAIN';
        room -= to - from;
        return kernel.send(fd, ip, port, all, from, to);
      },
    });
    const bound = fastSockets(narrow).bind(LOOPBACK);
    if (!bound.ok) throw new Error(bound.error);
    const b = ear();
    let told = 0;
    bound.value.listen({
      onDatagram() {},
      isBehind: () => behind,
      onOversized() {},
      onSent: (error, count) => {
        expect(error).toBeUndefined();
        told += count;
        room += 20;
      },
    });
    const datagrams = Array.from({ length: 70 }, (_, i) => filled(300, i));
    bound.value.send(sends(datagrams.slice(0, 20)), '127.0.0.1', portOf(b));
    bound.value.send(sends(datagrams.slice(20, 50)), '127.0.0.1', portOf(b));
    bound.value.send(sends(datagrams.slice(50)), '127.0.0.1', portOf(b));
    await expect.poll(() => b.heard.length).toBe(70);
    expect(b.heard).toEqual(datagrams);
    await expect.poll(() => told).toBe(70);
    await bound.value.close();
  });

  it('closes with data on its way in and out, and tells each datagram once', async () => {
    const stuck = altered({ send: () => 'EAGAIN' });
    for (let round = 0; round < 20; round++) {
      const b = ear();
      const bound = fastSockets(stuck).bind(LOOPBACK);
      if (!bound.ok) throw new Error(bound.error);
      let told = 0;
      bound.value.listen({
        onDatagram() {},
        isBehind: () => behind,
        onOversized() {},
        onSent: (_error, count) => (told += count),
      });
      bound.value.send(sends([filled(9, 1), filled(9, 2)]), '127.0.0.1', portOf(b));
      bound.value.send(sends([filled(9, 3)]), '127.0.0.1', portOf(b));
      const a = ear();
      a.udp.send(sends(Array.from({ length: 40 }, () => filled(1400, 4))), '127.0.0.1', portOf(b));
      if (round % 2 === 0) await turn();
      await Promise.all([bound.value.close(), ...ears.splice(0).map(({ udp }) => udp.close())]);
      await expect.poll(() => told).toBe(3);
    }
  });

  it('stops reading in the middle of a burst when its reader closes it', async () => {
    const [a, b] = [ear(), fastSockets(kernel).bind(LOOPBACK)];
    if (!b.ok) throw new Error(b.error);
    let heard = 0;
    let closed: Promise<void> | undefined;
    b.value.listen({
      onDatagram: () => {
        heard++;
        closed ??= b.value.close();
      },
      isBehind: () => behind,
      onOversized() {},
      onSent() {},
    });
    const { port } = b.value.socket.address();
    const train = sends(Array.from({ length: 40 }, () => filled(100, 1)));
    for (let i = 0; i < 4; i++) a.udp.send(train, '127.0.0.1', port);
    await expect.poll(() => closed !== undefined).toBe(true);
    await closed;
    expect(heard).toBe(1);
  });

  it('keeps its unicast address to itself, also from sockets that would share', async () => {
    const own = openAdopted(kernel, LOOPBACK);
    if (!own.ok) throw new Error(own.error);
    const { port } = own.value.socket.address();
    const rival = createSocket({ type: 'udp4', reuseAddr: true });
    expect(() => rival.bindSync({ port, address: '127.0.0.1' })).toThrow('EADDRINUSE');
    expect(fastSockets(kernel).bind({ ...LOOPBACK, port, reuseAddr: true })).toEqual(err('EADDRINUSE'));
    rival.close();
    own.value.socket.close();
    await once(own.value.socket, 'close');
  });

  it('leaks no descriptor in thousands of openings, failed ones included', { timeout: 60_000 }, async () => {
    const before = descriptors();
    for (let round = 0; round < 50; round++) {
      const opened = Array.from({ length: 50 }, () => ear());
      opened[0]?.udp.send(sends([filled(5, 1), filled(5, 1)]), '127.0.0.1', portOf(opened[1] as Ear));
      for (let i = 0; i < 10; i++) {
        expect(fastSockets(kernel).bind({ ...LOOPBACK, address: '203.0.113.9' })).toEqual(
          err('EADDRNOTAVAIL'),
        );
      }
      await Promise.all(ears.splice(0).map(({ udp }) => udp.close()));
    }
    expect(descriptors()).toBe(before);
  });

  it('closes whole ports with datagrams on their way, many times, and keeps no descriptor', async () => {
    const { open } = await chooseSockets('fast');
    const interfaces = listInterfaces().filter((one) => one.loopback);
    const handlers = { onDatagram() {}, isBehind: () => false, onDrain() {}, onProblem() {} };
    const before = descriptors();
    for (let round = 0; round < 200; round++) {
      // Below the ephemeral ports, and a range for each test process.
      const opened = open({
        port: 31_000 + (process.pid % 50) * 20,
        interfaces,
        loopbackOnly: true,
        handlers,
      });
      if (!opened.ok) throw new Error(opened.error.code);
      const port = opened.value;
      port.subscribe('239.255.17.77');
      const train = sends(Array.from({ length: 100 }, () => filled(1400, 1)));
      port.send({ kind: 'multicast', group: '239.255.17.77', bulk: false }, train);
      await port.close();
    }
    await expect.poll(descriptors).toBe(before);
  });

  it('names the error of the very call that failed', () => {
    const train = sends([filled(5, 1), filled(5, 2)]);
    expect(kernel.send(-1, LOOPBACK_IP, 9, train, 0, 2)).toBe('EBADF');
    expect(kernel.receive(-1)).toBe('EBADF');
    expect(kernel.open(0xcb00_7109, 9, false)).toEqual(err('EADDRNOTAVAIL'));
    const own = kernel.open(LOOPBACK_IP, 0, false);
    if (!own.ok) throw new Error(own.error);
    expect(kernel.receive(own.value)).toBe('EAGAIN');
    expect(kernel.send(own.value, LOOPBACK_IP, 0, train, 0, 1)).toBe('EINVAL');
    kernel.close(own.value);
  });
});

type Received = ReturnType<Kernel['receive']>;

function flip(received: Received): Received {
  const last = typeof received === 'string' ? undefined : received.at(-1)?.bytes;
  if (last !== undefined) last[0] = (last[0] ?? 0) ^ 1;
  return received;
}

function reversed(received: Received): Received {
  return typeof received === 'string' ? received : received.toReversed();
}

function uncut(received: Received): Received {
  if (typeof received === 'string') return received;
  return received.map((one) => (one.bytes === undefined ? { ...one, bytes: new Uint8Array(2048) } : one));
}

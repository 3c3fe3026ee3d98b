/** The promises of the datagram port, kept by every adapter with real sockets on loopback. */
import { readFileSync } from 'node:fs';
import { createSocket } from 'node:dgram';
import { afterEach, describe, expect, it } from 'vitest';
import type { Address } from '../../src/core/api.ts';
import type { Datagram } from '../../src/core/datagram.ts';
import { listInterfaces, type NetworkInterface } from '../../src/io/interfaces.ts';
import { SENDS_IN_FLIGHT_MAX, UNICAST_PORTS_MAX } from '../../src/io/limits.ts';
import type { IoFault, IoProblem } from '../../src/io/problems.ts';
import { chooseSockets } from '../../src/io/sockets/choose.ts';
import { openPortablePort } from '../../src/io/sockets/portable.ts';
import type { DatagramPort, OpenDatagramPort } from '../../src/io/sockets/port.ts';

const GROUP = '239.255.17.33';
const OTHER_GROUP = '239.255.17.34';
/** The kernel's table of memberships, which the others have no like of. */
const onLinux = process.platform === 'linux';
const loopback = listInterfaces().filter((one) => one.loopback);
/** Every test also runs through many renewals of the memberships. */
const REJOIN_INTERVAL_MS = 5;
/** Below the ephemeral ports, and a range for each test process: test files run side by side. */
let nextPort = 10_000 + (process.pid % 50) * 400;

interface Heard {
  readonly from: Address;
  readonly text: string;
}

interface Station {
  readonly port: DatagramPort;
  readonly heard: Heard[];
  readonly problems: IoProblem[];
  drains: number;
}

function datagramPortConformance(openPort: OpenDatagramPort): void {
  const stations: Station[] = [];

  function open(port: number, interfaces: readonly NetworkInterface[] = loopback): Station | IoFault {
    const station = { heard: [] as Heard[], problems: [] as IoProblem[], drains: 0 };
    const opened = openPort({
      port,
      interfaces,
      loopbackOnly: true,
      rejoinIntervalMs: REJOIN_INTERVAL_MS,
      handlers: {
        onDatagram: (from, bytes) => station.heard.push({ from, text: new TextDecoder().decode(bytes) }),
        isBehind: () => false,
        onDrain: () => station.drains++,
        onProblem: (problem) => station.problems.push(problem),
      },
    });
    if (!opened.ok) return opened.error;
    const whole: Station = Object.assign(station, { port: opened.value });
    stations.push(whole);
    return whole;
  }

  function station(port: number): Station {
    const opened = open(port);
    if ('code' in opened) throw new Error(opened.code);
    return opened;
  }

  afterEach(async () => {
    await Promise.all(stations.splice(0).map((one) => one.port.close()));
  });

  const bytes = (text: string): Datagram => ({ bytes: new TextEncoder().encode(text) });
  const toGroup = (group: string, bulk = false) => ({ kind: 'multicast', group, bulk }) as const;
  const texts = (one: Station): string[] => one.heard.map(({ text }) => text);
  const freshPort = (): number => (nextPort += 20);

  it('carries a multicast to every member of the group, the sender included, and to nobody else', async () => {
    const port = freshPort();
    const [a, b, c] = [station(port), station(port), station(port)];
    a.port.subscribe(GROUP);
    b.port.subscribe(GROUP);
    c.port.subscribe(OTHER_GROUP);
    a.port.send(toGroup(GROUP), [bytes('one')]);
    c.port.send(toGroup(GROUP, true), [bytes('from outside')]);
    await expect
      .poll(() => [texts(a), texts(b)])
      .toEqual([
        ['one', 'from outside'],
        ['one', 'from outside'],
      ]);
    expect(c.heard).toEqual([]);
  });

  it('gives each process on one machine a unicast port of its own, and answers from it', async () => {
    const port = freshPort();
    const [a, b] = [station(port), station(port)];
    expect([a.port.unicastPort, b.port.unicastPort]).toEqual([port + 1, port + 2]);
    a.port.send({ kind: 'unicast', address: { host: '127.0.0.1', port: b.port.unicastPort } }, [
      bytes('hello'),
    ]);
    await expect
      .poll(() => b.heard)
      .toEqual([{ from: { host: '127.0.0.1', port: a.port.unicastPort }, text: 'hello' }]);
    expect(a.heard).toEqual([]);
  });

  it.runIf(onLinux)('leaves the group in the kernel at once, and can come back', async () => {
    const port = freshPort();
    const a = station(port);
    const membersOf = (): number => membershipCount(GROUP);
    const before = membersOf();
    a.port.subscribe(GROUP);
    a.port.subscribe(GROUP);
    expect(membersOf()).toBe(before + 1);
    a.port.unsubscribe(GROUP);
    a.port.unsubscribe(GROUP);
    expect(membersOf()).toBe(before);
    a.port.subscribe(GROUP);
    a.port.send(toGroup(GROUP), [bytes('again')]);
    await expect.poll(() => texts(a)).toEqual(['again']);
  });

  it('sends head and payload as one datagram, trains of them in order, and lets payloads be used again', async () => {
    const a = station(freshPort());
    a.port.subscribe(GROUP);
    const block = new Uint8Array(12);
    const expected: string[] = [];
    for (let round = 0; round < 20; round++) {
      block.fill(97 + round);
      const train = [0, 1, 5, 11, 12].map((cut) => ({
        bytes: block.slice(0, cut),
        payload: block.subarray(cut),
      }));
      const unicast = { kind: 'unicast', address: { host: '127.0.0.1', port: a.port.unicastPort } } as const;
      a.port.send(round % 2 === 0 ? unicast : toGroup(GROUP), train);
      for (let i = 0; i < train.length; i++) expected.push(String.fromCharCode(97 + round).repeat(12));
      // The caller puts its next block there.
      block.fill(33);
    }
    await expect.poll(() => texts(a).length).toBe(expected.length);
    expect(texts(a).toSorted()).toEqual(expected);
  });

  it('takes what has arrived when it is asked to, or soon by itself', async () => {
    const port = freshPort();
    const [a, b] = [station(port), station(port)];
    b.port.subscribe(GROUP);
    // Asking in vain, often, costs nothing that comes later.
    for (let i = 0; i < 50; i++) b.port.receive();
    for (let i = 0; i < 5; i++) {
      a.port.send(toGroup(GROUP), [bytes(`group ${i}`)]);
      a.port.send({ kind: 'unicast', address: { host: '127.0.0.1', port: b.port.unicastPort } }, [
        bytes(`unicast ${i}`),
      ]);
      b.port.receive();
      await expect.poll(() => b.heard.length).toBe(2 * (i + 1));
    }
    expect(new Set(texts(b)).size).toBe(10);
    await b.port.close();
    b.port.receive();
  });

  it('says which port is taken by a program that does not share it', async () => {
    const port = freshPort();
    const exclusive = createSocket('udp4');
    exclusive.bindSync({ port, address: '0.0.0.0' });
    expect(open(port)).toEqual({ code: 'port-in-use', values: { port } });
    await new Promise<void>((resolve) => exclusive.close(resolve));
    expect(open(port)).toHaveProperty('port');
  });

  it('says so when no unicast port is left', async () => {
    const port = freshPort();
    for (let i = 0; i < UNICAST_PORTS_MAX; i++) station(port);
    const values = { first: port + 1, last: port + UNICAST_PORTS_MAX };
    expect(open(port)).toEqual({ code: 'unicast-ports-in-use', values });
  });

  it('is full after SENDS_IN_FLIGHT_MAX and says when there is room again', async () => {
    const a = station(freshPort());
    let sent = 0;
    while (!a.port.full && sent < 10 * SENDS_IN_FLIGHT_MAX) {
      a.port.send({ kind: 'unicast', address: { host: '127.0.0.1', port: a.port.unicastPort } }, [
        bytes('x'),
      ]);
      sent++;
    }
    expect(sent).toBe(SENDS_IN_FLIGHT_MAX);
    await expect.poll(() => a.drains).toBe(1);
    expect(a.port.full).toBe(false);
    await expect.poll(() => a.heard.length).toBe(sent);
  });

  it('counts what cannot be sent, reports it once, and goes on', async () => {
    const a = station(freshPort());
    a.port.subscribe(GROUP);
    const tooLarge = { bytes: new Uint8Array(65_508) };
    for (let i = 0; i < 3; i++) a.port.send(toGroup(GROUP), [tooLarge]);
    await expect.poll(() => a.port.counters()['io-send-EMSGSIZE']).toBe(3);
    expect(a.problems.map(({ code }) => code)).toEqual(['send-too-large']);
    a.port.send(toGroup(GROUP), [bytes('still here')]);
    await expect.poll(() => texts(a)).toEqual(['still here']);
  });

  it('bears addresses that are none, as a hostile member may announce them', async () => {
    const a = station(freshPort());
    for (const address of [
      { host: '127.0.0.1', port: 0 },
      { host: '127.0.0.1', port: 70_000 },
      { host: 'no address', port: 9 },
      { host: '', port: 9 },
    ]) {
      a.port.send({ kind: 'unicast', address }, [bytes('x')]);
    }
    await expect
      .poll(() => Object.values(a.port.counters()).reduce((sum, count) => sum + count, 0))
      .toBeGreaterThanOrEqual(3);
    expect(a.port.full).toBe(false);
    expect(a.problems).toEqual([]);
  });

  it('drops what no Starling sends, and counts it', async () => {
    const a = station(freshPort());
    a.port.send({ kind: 'unicast', address: { host: '127.0.0.1', port: a.port.unicastPort } }, [
      { bytes: new Uint8Array(9000) },
    ]);
    await expect.poll(() => a.port.counters()['io-oversized']).toBe(1);
    expect(a.heard).toEqual([]);
  });

  it.runIf(onLinux)('stays a member while it renews its membership', async () => {
    const a = station(freshPort());
    a.port.subscribe(GROUP);
    await new Promise((resolve) => setTimeout(resolve, 10 * REJOIN_INTERVAL_MS));
    expect(membershipCount(GROUP)).toBe(1);
    a.port.send(toGroup(GROUP), [bytes('still a member')]);
    await expect.poll(() => texts(a)).toEqual(['still a member']);
    a.port.unsubscribe(GROUP);
    await new Promise((resolve) => setTimeout(resolve, 10 * REJOIN_INTERVAL_MS));
    expect(membershipCount(GROUP)).toBe(0);
  });

  it.runIf(onLinux)(
    'follows the interfaces: with none it is silent, with one it is heard again',
    async () => {
      const port = freshPort();
      const [a, b] = [station(port), station(port)];
      b.port.subscribe(GROUP);
      a.port.setInterfaces([]);
      a.port.send(toGroup(GROUP), [bytes('nowhere')]);
      a.port.setInterfaces(loopback);
      a.port.send(toGroup(GROUP), [bytes('back')]);
      await expect.poll(() => texts(b)).toEqual(['back']);
      b.port.setInterfaces([]);
      expect(membershipCount(GROUP)).toBe(0);
      b.port.setInterfaces(loopback);
      a.port.send(toGroup(GROUP), [bytes('joined anew')]);
      await expect.poll(() => texts(b)).toEqual(['back', 'joined anew']);
    },
  );

  it('reports an interface whose address is gone, and uses the others', async () => {
    const port = freshPort();
    const a = station(port);
    const gone: NetworkInterface = {
      name: 'gone0',
      index: undefined,
      address: '203.0.113.9',
      networks: [],
      loopback: false,
      multicast: true,
      kind: 'ethernet',
      mtuBytes: 1500,
    };
    a.port.subscribe(GROUP);
    a.port.setInterfaces([gone, ...loopback]);
    const codes = a.problems.map(({ code, values }) => [code, values['interface']]);
    expect(codes).toEqual([
      ['network-unreachable', 'gone0'],
      ['group-join-failed', 'gone0'],
    ]);
    a.port.send(toGroup(GROUP), [bytes('by the other')]);
    await expect.poll(() => texts(a)).toEqual(['by the other']);
  });

  it.runIf(onLinux)('closes with everything sent and every membership dropped, once or twice', async () => {
    const port = freshPort();
    const [a, b] = [station(port), station(port)];
    b.port.subscribe(OTHER_GROUP);
    a.port.subscribe(GROUP);
    for (let i = 0; i < 20; i++) a.port.send(toGroup(OTHER_GROUP), [bytes(String(i))]);
    await Promise.all([a.port.close(), a.port.close()]);
    expect(membershipCount(GROUP)).toBe(0);
    await expect.poll(() => b.heard.length).toBe(20);
    a.port.send(toGroup(OTHER_GROUP), [bytes('late')]);
    a.port.subscribe(GROUP);
    expect(membershipCount(GROUP)).toBe(0);
  });
}

/** Sockets of this machine that are members of the group, by the kernel's own table. */
function membershipCount(group: string): number {
  const reversed = group
    .split('.')
    .toReversed()
    .map((part) => Number(part).toString(16).padStart(2, '0').toUpperCase())
    .join('');
  return readFileSync('/proc/net/igmp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([address]) => address === reversed)
    .reduce((sum, [, users]) => sum + Number(users), 0);
}

describe('the portable port', () => datagramPortConformance(openPortablePort));

const best = await chooseSockets(process.env['STARLING_SOCKETS']);
describe.runIf(best.path === 'fast')('the fast port', () => datagramPortConformance(best.open));

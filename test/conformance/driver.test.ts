/** The driver against a core and a port that only take notes: who is called when, and when not. */
import { describe, expect, it } from 'vitest';
import type { MemberId, RoomId } from '../../src/base/ids.ts';
import type { PeerApi, PeerEvent } from '../../src/core/api.ts';
import { DATAGRAM_BYTES_MAX } from '../../src/core/limits.ts';
import { monotonicClock, nap } from '../../src/io/clock.ts';
import { Ways } from '../../src/io/ways.ts';
import { Driver } from '../../src/io/driver.ts';
import {
  INBOX_DATAGRAMS_BEHIND,
  INBOX_DATAGRAMS_MAX,
  INBOX_STANDING_MS,
  NAP_MS_MAX,
} from '../../src/io/limits.ts';
import { NotedCore, NotedPort } from './driver-notes.ts';

const NOBODY = '0'.repeat(32) as MemberId;

const ROOM = '00000000000000000000000000000001' as RoomId;
const OTHER_ROOM = '00000000000000000000000000000002' as RoomId;
const groups = (room: RoomId) => ({
  control: room === ROOM ? '239.255.0.1' : '239.255.0.2',
  // One bulk group is the other room's control group by chance.
  bulk: room === ROOM ? ['239.255.0.2', '239.255.0.3'] : ['239.255.0.9'],
});
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function rig(onEvent: (event: PeerEvent) => void = () => {}) {
  const core = new NotedCore();
  const port = new NotedPort();
  const peer = core as unknown as PeerApi;
  const driver = new Driver({
    peer,
    port,
    clock: monotonicClock,
    nap,
    groups,
    ways: new Ways(NOBODY, 0, []),
    datagramBytesMax: DATAGRAM_BYTES_MAX,
    onEvent,
  });
  return { core, port, driver };
}

/** Its time passes by rests, and where a test says so. Rests and readings of the sockets are noted among the core's calls. */
function restingRig() {
  const core = new NotedCore();
  const port = new NotedPort();
  const time = { now: 1000 };
  const rest = (durationMs: number): void => {
    core.calls.push(`rest ${durationMs.toFixed(1)}`);
    time.now += durationMs;
  };
  port.onReceive = () => core.calls.push('receive');
  const peer = core as unknown as PeerApi;
  const driver = new Driver({
    peer,
    port,
    clock: () => time.now,
    nap: rest,
    groups,
    ways: new Ways(NOBODY, 0, []),
    datagramBytesMax: DATAGRAM_BYTES_MAX,
    onEvent: () => {},
  });
  /** A datagram of a file leaves now, and the next is due so much later. */
  const sendFile = (dueMs: number): void => {
    core.transmits.push({ to: { kind: 'bulk', room: ROOM, slot: 0 }, bytes: Uint8Array.of(0) });
    core.due = time.now + dueMs;
    driver.run(() => {});
    core.calls.length = 0;
  };
  return { core, port, driver, time, sendFile };
}

const control = (room = ROOM) => ({ kind: 'control', room }) as const;
const datagram = (first: number): [{ host: string; port: number }, Uint8Array] => [
  { host: '127.0.0.1', port: 9 },
  Uint8Array.of(first),
];

describe('Driver', () => {
  it('drains events, then datagrams, after each single datagram', async () => {
    const { core, driver } = rig();
    core.events.push({ type: 'room-joined', room: ROOM });
    core.transmits.push({ to: control(), bytes: Uint8Array.of(0) });
    driver.received(...datagram(1));
    driver.received(...datagram(2));
    expect(core.calls).toEqual([]);
    // On a busy machine the second waits for the next turn.
    const expected = ['datagram 1', 'event room-joined', 'transmit', 'datagram 2'];
    await expect.poll(() => core.calls).toEqual(expected);
  });

  it('leaves datagrams in the core while the port is full, and goes on when it has room', async () => {
    const { core, port, driver } = rig();
    port.roomFor = 3;
    core.due = 0;
    core.onTimeout = () => (core.due = 0);
    for (let i = 0; i < 5; i++) core.transmits.push({ to: control(), bytes: Uint8Array.of(i) });
    driver.run(() => {});
    expect(port.sent.length).toBe(3);
    const before = core.calls.length;
    await sleep(20);
    // Something is due all the time, and yet a full port is waited for by timer, not by spinning.
    expect(core.calls.length - before).toBeLessThan(30);
    expect(core.transmits.length).toBe(2);
    port.roomFor = Infinity;
    driver.drained();
    await turn();
    expect(port.sent.length).toBe(5);
    core.onTimeout = () => {};
    core.due = Infinity;
    await driver.stop();
  });

  it('hands over trains: in order, one destination each, no longer than the port takes', () => {
    const { core, port, driver } = rig();
    port.trainMax = 3;
    const bulk = { kind: 'bulk', room: ROOM, slot: 0 } as const;
    const bulkAgain = { kind: 'bulk', room: ROOM, slot: 0 } as const;
    const otherBulk = { kind: 'bulk', room: ROOM, slot: 1 } as const;
    const to = (host: string) => ({ kind: 'unicast', address: { host, port: 9 } }) as const;
    const order = [bulk, bulkAgain, otherBulk, bulk, bulk, bulk, bulk, control(), control(OTHER_ROOM)];
    const all = [...order, to('127.0.0.1'), to('127.0.0.1'), to('127.0.0.2')];
    for (const [i, to] of all.entries()) core.transmits.push({ to, bytes: Uint8Array.of(i) });
    driver.run(() => {});
    expect(port.firsts).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(port.trains).toEqual([2, 1, 3, 1, 1, 1, 2, 1]);
  });

  it('loses nothing that it polled when the port becomes full between two destinations', async () => {
    const { core, port, driver } = rig();
    port.trainMax = 8;
    port.roomFor = 1;
    core.transmits.push({ to: control(), bytes: Uint8Array.of(0) });
    core.transmits.push({ to: control(OTHER_ROOM), bytes: Uint8Array.of(1) });
    core.transmits.push({ to: control(OTHER_ROOM), bytes: Uint8Array.of(2) });
    driver.run(() => {});
    expect(port.firsts).toEqual([0, 1]);
    expect(core.transmits.length).toBe(1);
    port.roomFor = Infinity;
    driver.drained();
    await turn();
    expect(port.firsts).toEqual([0, 1, 2]);
  });

  it('lets no train wait for datagrams that are slow to make', () => {
    const { core, port, driver } = rig();
    port.trainMax = 44;
    core.transmitMs = 0.3;
    for (let i = 0; i < 10; i++) core.transmits.push({ to: control(), bytes: Uint8Array.of(i) });
    driver.run(() => {});
    expect(port.firsts.length).toBe(10);
    expect(Math.max(...port.trains)).toBeLessThanOrEqual(4);
  });

  it('says when a datagram reached the machine, however long it then waited', async () => {
    const { core, driver, time } = restingRig();
    const from = { host: '127.0.0.1', port: 9 };
    driver.received(from, Uint8Array.of(48), 5);
    driver.received(from, Uint8Array.of(33), 5);
    time.now += 20;
    await expect.poll(() => core.waits.length).toBe(2);
    expect(core.waits).toEqual([5, 25]);
  });

  it('reads the sockets between slices of a flood', async () => {
    const { core, driver } = rig();
    core.datagramMs = 0.2;
    for (let i = 0; i < 100; i++) driver.received(...datagram(128 + i));
    await turn();
    const first = core.calls.length;
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(20);
    await expect.poll(() => core.calls.length).toBe(100);
    expect(core.calls).toEqual(Array.from({ length: 100 }, (_, i) => `datagram ${128 + i}`));
  });

  it('keeps a bounded inbox and counts what it drops', async () => {
    const { core, driver } = rig();
    for (let i = 0; i < INBOX_DATAGRAMS_MAX + 7; i++) driver.received(...datagram(0));
    expect(driver.counters()['io-inbox-full']).toBe(7);
    await expect.poll(() => core.calls.length).toBe(INBOX_DATAGRAMS_MAX);
    driver.received(...datagram(1));
    await expect.poll(() => core.calls.at(-1)).toBe('datagram 1');
  });

  it('drops what waited too long once its inbox stands, so that answers are not all too late', async () => {
    const { core, driver, time } = restingRig();
    driver.received(...datagram(1));
    time.now += INBOX_STANDING_MS + 1;
    driver.received(...datagram(2));
    await expect.poll(() => core.calls).toContain('datagram 2');
    expect(core.calls).not.toContain('datagram 1');
    expect(driver.counters()['io-inbox-late']).toBe(1);
  });

  it('is behind while much waits, so that the rest stays in the kernel', async () => {
    const { core, driver } = rig();
    for (let i = 0; i < INBOX_DATAGRAMS_BEHIND; i++) {
      expect(driver.isBehind()).toBe(false);
      driver.received(...datagram(0));
    }
    expect(driver.isBehind()).toBe(true);
    await expect.poll(() => core.calls.length).toBe(INBOX_DATAGRAMS_BEHIND);
    expect(driver.isBehind()).toBe(false);
  });

  it('calls on time, at once where it is overdue, and again where the core says so', async () => {
    const { core, driver } = rig();
    const times: number[] = [];
    const start = monotonicClock();
    core.onTimeout = (now) => {
      times.push(now - start);
      if (times.length < 4) core.due = now + (times.length === 2 ? 0 : 10);
    };
    core.due = start + 10;
    driver.run(() => {});
    await expect.poll(() => times.length).toBe(4);
    expect(times[0]).toBeGreaterThanOrEqual(10);
    expect(times[1]).toBeGreaterThanOrEqual(20);
    expect((times[2] as number) - (times[1] as number)).toBeLessThan(8);
    expect((times[3] as number) - (times[2] as number)).toBeGreaterThanOrEqual(10);
  });

  it('moves its timer when a command brings something sooner', async () => {
    const { core, driver } = rig();
    core.due = monotonicClock() + 50_000;
    driver.run(() => {});
    driver.run((_peer, now) => (core.due = now + 5));
    await expect.poll(() => core.calls).toEqual(['timeout']);
  });

  it('counts who wants a group: two rooms may share one by chance', () => {
    const { core, port, driver } = rig();
    const bulk = { kind: 'bulk', room: ROOM, slot: 0 } as const;
    core.events.push({ type: 'subscribe', to: bulk }, { type: 'subscribe', to: control(OTHER_ROOM) });
    driver.run(() => {});
    expect(port.groups).toEqual(['239.255.0.2']);
    core.events.push({ type: 'unsubscribe', to: bulk }, { type: 'unsubscribe', to: bulk });
    driver.run(() => {});
    expect(port.groups).toEqual(['239.255.0.2']);
    core.events.push({ type: 'unsubscribe', to: control(OTHER_ROOM) });
    driver.run(() => {});
    expect(port.groups).toEqual([]);
  });

  it('lets a command’s complaint through, after draining, and refuses to be entered from the core', () => {
    const { core, driver } = rig(() => driver.run(() => {}));
    core.transmits.push({ to: control(), bytes: Uint8Array.of(0) });
    expect(() =>
      driver.run(() => {
        throw new RangeError('no such room');
      }),
    ).toThrow('no such room');
    expect(core.transmits).toEqual([]);
    core.events.push({ type: 'room-joined', room: ROOM });
    expect(() => driver.run(() => {})).toThrow('entered from within the core');
  });

  it('sends what is still due when it stops, and nothing afterwards', async () => {
    const { core, port, driver } = rig();
    core.due = monotonicClock() + 5;
    core.onTimeout = () => core.transmits.push({ to: control(), bytes: Uint8Array.of(0) });
    driver.run(() => {});
    await driver.stop();
    expect(port.sent.length).toBe(1);
    driver.received(...datagram(1));
    driver.run(() => {});
    await turn();
    expect(core.calls).toEqual(['timeout', 'transmit']);
  });
});

describe('rests of the engine’s thread', () => {
  const DATA = 48;

  it('bridge the time until the next part of a file is due, and the sockets are read before it', async () => {
    const { core, sendFile } = restingRig();
    sendFile(0.8);
    await turn();
    expect(core.calls).toEqual(['rest 0.8', 'receive', 'timeout']);
    await turn();
    expect(core.calls.length).toBe(3);
  });

  it('are never long: what is due later waits for a timer, and others have the thread', async () => {
    const { core, time, sendFile } = restingRig();
    sendFile(NAP_MS_MAX + 5);
    await turn();
    await turn();
    expect(core.calls).toEqual([]);
    time.now += NAP_MS_MAX + 5;
    await expect.poll(() => core.calls).toEqual(['timeout']);
  });

  it('are for files only: nothing else waits for them', async () => {
    const { core, driver, time } = restingRig();
    core.transmits.push({ to: control(), bytes: Uint8Array.of(0) });
    core.due = time.now + 0.8;
    driver.run(() => {});
    for (let i = 0; i < 10; i++) {
      for (let j = 0; j < 30; j++) driver.received(...datagram(7));
      time.now += 0.5;
      await turn();
    }
    await expect.poll(() => core.datagrams.length).toBe(300);
    expect(core.calls.filter((call) => call.startsWith('rest'))).toEqual([]);
    await expect.poll(() => core.calls).toContain('timeout');
  });

  it('do not delay a lone datagram that came before them', async () => {
    const { core, driver, sendFile } = restingRig();
    sendFile(0.8);
    driver.received(...datagram(7));
    await turn();
    expect(core.calls).toEqual(['datagram 7']);
    await turn();
    expect(core.calls).toEqual(['datagram 7', 'rest 0.8', 'receive', 'timeout']);
  });

  it('gather a stream of symbols, which is read in one go, and end with it', async () => {
    const { core, port, driver, time } = restingRig();
    driver.received(...datagram(DATA));
    await turn();
    for (let i = 0; i < 30; i++) driver.received(...datagram(DATA));
    time.now += 3;
    await turn();
    core.calls.length = 0;
    let kernelHolds = 8;
    port.onReceive = () => {
      core.calls.push('receive');
      for (; kernelHolds > 0; kernelHolds--) driver.received(...datagram(DATA));
    };
    const rest = `rest ${NAP_MS_MAX.toFixed(1)}`;
    await turn();
    expect(core.calls).toEqual([rest, 'receive', ...Array.from({ length: 8 }, () => `datagram ${DATA}`)]);
    for (let i = 0; i < 5; i++) await turn();
    expect(core.calls.slice(10)).toEqual([rest, 'receive']);
  });
});

describe('bytes that belong to the port', () => {
  const from = { host: '127.0.0.1', port: 9 };
  /** First bytes as on the wire: HELLO, FRAGMENT; TICK, DATA, REPAIR. */
  const [HELLO, FRAGMENT, TICK, DATA, REPAIR] = [33, 35, 50, 48, 49];

  it('reach the core as copies where they are control frames: the next datagram does not change them', async () => {
    const { core, driver } = rig();
    const buffer = new Uint8Array(8);
    for (const first of [HELLO, FRAGMENT]) driver.received(from, buffer.fill(first));
    buffer.fill(0);
    await expect.poll(() => core.datagrams.length).toBe(2);
    expect(core.datagrams.map((bytes) => [...bytes])).toEqual(
      [HELLO, FRAGMENT].map((first) => Array.from({ length: 8 }, () => first)),
    );
  });

  it('reach it as they are, and at once, where they are of a file', () => {
    const { core, driver } = rig();
    const buffer = new Uint8Array(8);
    for (const first of [DATA, TICK, REPAIR]) {
      driver.received(from, buffer.fill(first));
      expect(core.datagrams.at(-1)).toBe(buffer);
    }
    expect(core.calls).toEqual([DATA, TICK, REPAIR].map((first) => `datagram ${first}`));
  });

  it('keep their order: symbols behind a control frame wait with it, as copies', async () => {
    const { core, driver } = rig();
    const buffer = new Uint8Array(8);
    for (const first of [DATA, HELLO, TICK, DATA, REPAIR]) driver.received(from, buffer.fill(first));
    buffer.fill(0);
    expect(core.calls).toEqual([`datagram ${DATA}`]);
    await expect.poll(() => core.datagrams.length).toBe(5);
    expect(core.calls).toEqual([DATA, HELLO, TICK, DATA, REPAIR].map((first) => `datagram ${first}`));
  });
});

/**
 * The rate control on a modelled network. These are limits of behaviour under a fixed seed, not speeds of this machine:
 * every run is deterministic.
 */
import { describe, expect, test } from 'vitest';
import type { MemberId } from '../../base/ids.ts';
import { seededRandom } from '../../base/prng.ts';
import { RATE_MAX, RATE_MIN } from '../limits.ts';
import { RateControl } from './control.ts';
import { Fifo, jain, Net, PACKET_BYTES, WIRE_BYTES } from './link.testkit.ts';
import type { ReceiverOptions, SimSender } from './link.testkit.ts';

const MBIT = 125;
const receivers = (count: number, options: ReceiverOptions = {}): ReceiverOptions[] =>
  Array.from({ length: count }, () => options);
const onWire = (sender: SimSender): number => (sender.control.bytesPerMs * WIRE_BYTES) / PACKET_BYTES;
/** The longest queue of the samples from `from` on. */
const queueAfter = (sender: SimSender, from: number): number =>
  Math.max(...sender.samples.filter((sample) => sample.at >= from).map((sample) => sample.queueMs));

describe('alone on a link', () => {
  for (const [rate, queueBytes, utilisation] of [
    [10 * MBIT, 62_500, 0.93],
    [100 * MBIT, 65_536, 0.97],
    [100 * MBIT, 100_000, 0.97],
    [100 * MBIT, 625_000, 0.97],
    [1000 * MBIT, 625_000, 0.97],
    [1000 * MBIT, 2_000_000, 0.97],
  ] as const) {
    test(`finds ${rate / MBIT} Mbit/s within a second, a queue of ${queueBytes} bytes, and stays there`, () => {
      for (const members of rate > 500 * MBIT ? [1] : [1, 8]) {
        const net = new Net(1, rate, queueBytes);
        const sender = net.sender(0, receivers(members));
        net.clock.runUntil(1000);
        expect(onWire(sender) / rate).toBeGreaterThan(0.88);
        expect(onWire(sender) / rate).toBeLessThan(1.12);
        net.clock.runUntil(10_000);
        expect(sender.goodput(1000, 10_000) / rate).toBeGreaterThan(utilisation);
        expect(sender.lossRate(1000, 10_000)).toBeLessThan(0.003);
        expect(queueAfter(sender, 1000)).toBeLessThan(20);
      }
    });
  }
  test('a shallow queue of 5 ms costs little to probe', () => {
    for (const rate of [10 * MBIT, 100 * MBIT, 1000 * MBIT]) {
      const net = new Net(2, rate, 5 * rate);
      const sender = net.sender();
      net.clock.runUntil(10_000);
      expect(sender.lossRate(1000, 10_000)).toBeLessThan(rate < 50 * MBIT ? 0.01 : 0.004);
    }
  });
  test('a ceiling holds', () => {
    const net = new Net(3, 100 * MBIT, 100_000);
    const sender = net.sender();
    sender.control.setCeiling(2000);
    net.clock.runUntil(5000);
    expect(sender.control.bytesPerMs).toBe(2000);
    expect(net.link.dropped).toBe(0);
  });
  test('a sender that cannot keep up does not save up a rate beyond reason', () => {
    const net = new Net(3, 1000 * MBIT, 625_000);
    const sender = net.sender();
    sender.hostBytesPerMs = 5000;
    net.clock.runUntil(10_000);
    expect(sender.control.bytesPerMs).toBeLessThan(3 * 5000);
  });
  test('lost and late reports, and clocks that drift apart, change nothing', () => {
    for (const skewPpm of [100, -100]) {
      const net = new Net(4, 100 * MBIT, 100_000);
      const sender = net.sender(0, receivers(2, { skewPpm }));
      sender.statusLoss = 0.2;
      net.clock.runUntil(10_000);
      expect(sender.goodput(1000, 10_000) / net.link.bytesPerMs).toBeGreaterThan(0.95);
      expect(queueAfter(sender, 1000)).toBeLessThan(20);
    }
  });
});

describe('receivers whose process stands still now and then', () => {
  for (const stallMs of [3, 10, 20, 40]) {
    test(`${stallMs} ms of every 100 ms are not taken for a queue, with loss neither`, () => {
      for (const propagationMs of [0.5, 15])
        for (const loss of [0, 0.1]) {
          const net = new Net(12, 100 * MBIT, 100_000, propagationMs);
          const sender = net.sender(0, receivers(8, { stallMs, loss: () => loss }));
          net.clock.runUntil(10_000);
          expect(sender.goodput(1000, 10_000) / net.link.bytesPerMs / (1 - loss)).toBeGreaterThan(0.9);
        }
    });
  }
});

describe('loss that is no congestion', () => {
  for (const loss of [0.01, 0.05, 0.1, 0.2, 0.3]) {
    test(`${loss * 100} % of random loss does not slow it`, () => {
      for (const members of [1, 8]) {
        const net = new Net(5, 100 * MBIT, 65_536);
        const sender = net.sender(0, receivers(members, { loss: () => loss }));
        net.clock.runUntil(10_000);
        expect(net.link.busyBytes / net.link.bytesPerMs / 10_000).toBeGreaterThan(0.88);
        expect(sender.goodput(1000, 10_000) / net.link.bytesPerMs / (1 - loss)).toBeGreaterThan(0.9);
      }
    });
  }
  test('nor does loss that comes and goes', () => {
    for (const members of [1, 8]) {
      const net = new Net(6, 100 * MBIT, 65_536);
      const loss = (now: number): number => (now > 5000 && now < 10_000 ? 0.2 : 0);
      const sender = net.sender(0, receivers(members, { loss }));
      net.clock.runUntil(15_000);
      expect(sender.goodput(1000, 5000) / net.link.bytesPerMs).toBeGreaterThan(0.95);
      expect(sender.goodput(5000, 10_000) / net.link.bytesPerMs / 0.8).toBeGreaterThan(0.88);
      expect(sender.goodput(10_000, 15_000) / net.link.bytesPerMs).toBeGreaterThan(0.88);
    }
  });
});

describe('receivers that are full without a queue', () => {
  for (const loss of [0, 0.1]) {
    test(`it settles below their knee, with ${loss * 100} % of other loss`, () => {
      const net = new Net(7, 1000 * MBIT, 625_000);
      const own = Array.from({ length: 4 }, () => ({
        link: new Fifo(30_000, 32 * WIRE_BYTES),
        loss: () => loss,
      }));
      const sender = net.sender(0, own);
      net.clock.runUntil(15_000);
      expect(sender.goodput(2000, 15_000) / 30_000).toBeGreaterThan(0.88);
      expect(sender.lossRate(2000, 15_000) - loss).toBeLessThan(0.02);
    });
  }
});

describe('sharing', () => {
  for (const [startAt, cubicAt] of [
    [0, 0],
    [3000, 0],
    [0, 3000],
  ] as const) {
    test(`with a CUBIC flow on a queue of 50 ms, from ${startAt} and ${cubicAt} ms`, () => {
      for (const seed of [1, 2, 3]) {
        const net = new Net(seed, 100 * MBIT, 625_000);
        const cubic = net.cubic(cubicAt);
        const sender = net.sender(startAt);
        net.clock.runUntil(25_000);
        const share = sender.goodput(4000, 24_000) / net.link.bytesPerMs;
        expect(share).toBeGreaterThan(0.3);
        expect(share).toBeLessThan(0.7);
        expect(cubic.goodput(4000, 24_000) / net.link.bytesPerMs).toBeGreaterThan(0.3);
      }
    });
  }
  // With a report in 120 ms, and a memory of two seconds, latecomers take longer to get their share than 20 s.
  for (const [rate, count, gap, fairness] of [
    [100 * MBIT, 2, 0, 0.9],
    [100 * MBIT, 4, 0, 0.9],
    [100 * MBIT, 8, 0, 0.9],
    [100 * MBIT, 2, 1000, 0.9],
    [100 * MBIT, 4, 1000, 0.85],
    [100 * MBIT, 8, 1000, 0.85],
    [1000 * MBIT, 2, 1000, 0.7],
  ] as const) {
    test(`${count} senders on ${rate / MBIT} Mbit/s, ${gap} ms after each other`, () => {
      const net = new Net(8, rate, 50 * rate);
      const senders = Array.from({ length: count }, (_, i) => net.sender(i * gap));
      const from = (count - 1) * gap;
      net.clock.runUntil(from + 20_000);
      const shares = senders.map((sender) => sender.goodput(from, from + 20_000) / rate);
      expect(jain(shares)).toBeGreaterThan(fairness);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeGreaterThan(0.9);
    });
  }
});

describe('change', () => {
  test('a link that halves and doubles is followed', () => {
    for (const queueBytes of [65_536, 625_000]) {
      const net = new Net(9, 100 * MBIT, queueBytes);
      const sender = net.sender();
      net.clock.at(5000, () => net.link.setRate(5000, 50 * MBIT));
      net.clock.at(10_000, () => net.link.setRate(10_000, 100 * MBIT));
      net.clock.runUntil(15_000);
      expect(sender.goodput(5500, 10_000) / (50 * MBIT)).toBeGreaterThan(0.9);
      expect(sender.goodput(12_000, 15_000) / (100 * MBIT)).toBeGreaterThan(0.9);
      expect(queueAfter(sender, 12_000)).toBeLessThan(20);
    }
  });
});

describe('members that are slower than the rest', () => {
  test('below half the median they go to the slow lane and cost the others little', () => {
    const net = new Net(10, 1000 * MBIT, 625_000);
    const slow = { link: new Fifo(6000, 60_000) };
    const sender = net.sender(
      0,
      Array.from({ length: 8 }, (_, i) => (i === 3 ? slow : {})),
    );
    net.clock.runUntil(8000);
    expect(sender.receivers.map((one) => sender.control.lane(one.id))).toEqual(
      Array.from({ length: 8 }, (_, i) => (i === 3 ? 'slow' : 'main')),
    );
    expect(sender.goodput(1000, 8000) / net.link.bytesPerMs).toBeGreaterThan(0.92);
  });
  test('one that recovers comes back', () => {
    const net = new Net(10, 100 * MBIT, 100_000);
    const slow = new Fifo(2000, 60_000);
    const sender = net.sender(0, [{}, {}, { link: slow }]);
    net.clock.runUntil(4000);
    const id = sender.receivers[2]?.id as MemberId;
    expect(sender.control.lane(id)).toBe('slow');
    slow.setRate(4000, 1e6);
    net.clock.runUntil(8000);
    expect(sender.control.lane(id)).toBe('main');
  });
  test('above half the median they are followed', () => {
    const net = new Net(10, 100 * MBIT, 100_000);
    const own = new Fifo(9000, 60_000);
    const sender = net.sender(0, [{ link: own }, {}, {}, {}]);
    net.clock.runUntil(8000);
    expect(sender.control.lane(sender.receivers[0]?.id as MemberId)).toBe('main');
    expect(sender.goodput(1000, 8000) / 9000).toBeGreaterThan(0.93);
    expect(sender.lossRate(1000, 8000)).toBeLessThan(0.01);
  });
  test('one that always claims a queue does not hold the others up', () => {
    const net = new Net(11, 100 * MBIT, 100_000);
    const sender = net.sender(0, receivers(4));
    const report = sender.control.report.bind(sender.control);
    sender.control.report = (one) =>
      report(one.member === 'member-2' ? { ...one, queueMinMs: 80, queueMaxMs: 80, queueNowMs: 80 } : one);
    net.clock.runUntil(20_000);
    expect(sender.goodput(4000, 20_000) / net.link.bytesPerMs).toBeGreaterThan(0.85);
  });
  test('numbers that cannot be are ignored', () => {
    const control = new RateControl();
    const sane = { now: 10, member: 'a' as MemberId, queueMinMs: 0, queueMaxMs: 0, roundTripMs: 1 };
    for (const [sentPackets, receivedPackets, spanMs] of [
      [0, 0, 10],
      [-1, 0, 10],
      [10, -1, 10],
      [10, 10, 0],
      [Number.NaN, 10, 10],
    ] as const)
      control.report({ ...sane, sentPackets, receivedPackets, spanMs });
    expect(control.phase).toBe('startup');
    const before = control.bytesPerMs;
    control.report({ ...sane, sentPackets: 50, receivedPackets: 5000, spanMs: 10 });
    expect(control.bytesPerMs).toBeLessThanOrEqual(1.5 * before);
  });
});

test('whatever members say of packets that do not arrive, the rate stays a number within its bounds', () => {
  const members = ['aa', 'bb'].map((byte) => byte.repeat(16) as MemberId);
  for (let seed = 1; seed <= 50; seed++) {
    const random = seededRandom(seed);
    const control = new RateControl(PACKET_BYTES);
    for (let round = 1; round <= 100; round++) {
      const queueMinMs = random.next() < 0.5 ? 0 : random.next() * 10;
      control.report({
        now: round * 60,
        member: members[random.below(2)] as MemberId,
        sentPackets: 1 + random.below(300),
        receivedPackets: random.below(4) === 0 ? random.below(300) : 0,
        spanMs: 1 + random.next() * 100,
        queueMinMs,
        queueMaxMs: queueMinMs + random.next() * 20,
        queueNowMs: queueMinMs + random.next() * 5,
        roundTripMs: 1,
      });
      expect(control.bytesPerMs).toBeGreaterThanOrEqual(RATE_MIN);
      expect(control.bytesPerMs).toBeLessThanOrEqual(RATE_MAX);
    }
  }
});

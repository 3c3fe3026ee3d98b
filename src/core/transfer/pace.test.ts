import { describe, expect, test } from 'vitest';
import type { MemberId } from '../../base/ids.ts';
import {
  BURST_BYTES_MAX,
  PATH_LOST_SYMBOLS,
  RATE_MAX,
  RATE_MIN,
  RATE_START,
  REPORT_SPACING_MEMBER_MS,
} from '../limits.ts';
import type { ArrivalSample } from '../wire/poll.ts';
import { decodeTick } from '../wire/tick.ts';
import { Pace } from './pace.ts';

const U32 = 2 ** 32;
const PACKET = 1472;
const A = 'aa'.repeat(16) as MemberId;
const B = 'bb'.repeat(16) as MemberId;

function sendSymbols(pace: Pace, count: number): void {
  for (let i = 0; i < count; i++) pace.symbolSent();
}

const sample = (sent: number, received: number, atMs: number, queueMs = 0): ArrivalSample => ({
  sent,
  received,
  arrivedAtUs: Math.round(atMs * 1000) % U32,
  queueMinMs: queueMs,
  queueMaxMs: queueMs,
  queueNowMs: queueMs,
  isHostQueue: false,
});

/** Honest rounds of 20 ms at the rate allowed: everything arrives, after a queue of `queueMs`. */
class Rounds {
  readonly pace = new Pace(PACKET);
  now = 1000;
  sent = 0;
  run(count: number, members: readonly MemberId[], queueMs = 0): void {
    for (let i = 0; i < count; i++) {
      const packets = Math.ceil((20 * this.pace.bytesPerMs) / PACKET);
      sendSymbols(this.pace, packets);
      this.sent += packets;
      this.now += 20;
      for (const member of members)
        this.pace.report(this.now + 1, member, sample(this.sent, this.sent, this.now, queueMs), 1);
    }
  }
}

describe('TICKs', () => {
  test('one goes ahead of each train, with the symbols sent before it and the time', () => {
    const pace = new Pace(PACKET);
    const ticksAt: number[] = [];
    for (let symbol = 0; symbol < 50; symbol++) {
      const bytes = pace.tickBefore(12.5, 0xabcd_ef01, 7);
      if (bytes !== undefined) {
        ticksAt.push(symbol);
        const expected = { type: 'tick', epoch: 7, transferTag: 0xabcd_ef01 };
        expect(decodeTick(bytes)).toEqual({ ...expected, sentAtUs: 12_500, packets: symbol });
        // Asked again before the symbol leaves, it is not repeated.
        expect(pace.tickBefore(12.5, 1, 7)).toBeUndefined();
      }
      pace.symbolSent();
    }
    // 2 ms of 4 MB/s are five packets, and a train has eight at least.
    expect(ticksAt).toEqual([0, 8, 16, 24, 32, 40, 48]);
  });

  test('trains grow with the rate up to 40 packets', () => {
    const rounds = new Rounds();
    rounds.run(20, [A]);
    const { pace } = rounds;
    expect(pace.bytesPerMs).toBeGreaterThan(10 * RATE_START);
    while (pace.tickBefore(rounds.now, 1, 0) === undefined) pace.symbolSent();
    let train = 0;
    do {
      pace.symbolSent();
      train++;
    } while (pace.tickBefore(rounds.now, 1, 0) === undefined);
    expect(train).toBe(40);
  });

  test('the time wraps as its field does', () => {
    const bytes = new Pace(PACKET).tickBefore(U32 / 1000 + 7, 1, 0);
    expect(bytes === undefined ? undefined : decodeTick(bytes)?.sentAtUs).toBe(7000);
  });
});

describe('reports', () => {
  test('the rate follows them: up while no queue forms, down when one stands', () => {
    const rounds = new Rounds();
    rounds.run(10, [A, B]);
    const before = rounds.pace.bytesPerMs;
    expect(before).toBeGreaterThan(5 * RATE_START);
    rounds.run(3, [A, B], 20);
    expect(rounds.pace.bytesPerMs).toBeLessThan(before);
  });

  test('the first of a member only begins its counts', () => {
    const pace = new Pace(PACKET);
    sendSymbols(pace, 1000);
    pace.report(100, A, sample(1000, 0, 100), 1);
    expect(pace.bytesPerMs).toBe(RATE_START);
  });

  test('a member that comes when most of 2³² symbols are sent is heard', () => {
    const pace = new Pace(PACKET);
    const counter = pace as unknown as { packets: number };
    counter.packets = 3 * 2 ** 30;
    pace.report(100, A, sample(3 * 2 ** 30, 0, 100), 1);
    sendSymbols(pace, 100);
    pace.report(121, A, sample(3 * 2 ** 30 + 100, 100, 120), 1);
    expect(pace.bytesPerMs).toBeGreaterThan(RATE_START);
  });

  test('counts go on over their wrap', () => {
    const pace = new Pace(PACKET);
    const counter = pace as unknown as { packets: number };
    counter.packets = U32 - 50;
    pace.report(100, A, sample(U32 - 50, U32 - 10, U32 / 1000 - 10), 1);
    sendSymbols(pace, 100);
    pace.report(121, A, sample(50, 90, 10), 1);
    expect(pace.bytesPerMs).toBe(1.5 * RATE_START);
    const tick = pace.tickBefore(130, 1, 0);
    expect(tick === undefined ? undefined : decodeTick(tick)?.packets).toBe(50);
  });

  test('TICKs that were never sent, and samples that were overtaken, teach nothing', () => {
    const rounds = new Rounds();
    rounds.run(5, [A]);
    const { pace, now, sent } = rounds;
    const before = pace.bytesPerMs;
    for (const claimed of [sent + 1, sent + 1000, sent + 2 ** 31 - 1, sent, sent - 1, 0, sent + 2 ** 31 + 1])
      pace.report(now + 100, A, sample(claimed % U32, 0, now + 100, 500), 1);
    expect(pace.bytesPerMs).toBe(before);
    // And what is true is believed as before.
    rounds.now += 100;
    rounds.run(2, [A]);
    expect(pace.bytesPerMs).toBeGreaterThan(before);
  });

  test('more received than sent is worth no more than all of it', () => {
    const rounds = { honest: new Rounds(), liar: new Rounds() };
    rounds.honest.run(10, [A]);
    const { pace } = rounds.liar;
    for (let i = 0; i < 10; i++) {
      const packets = Math.ceil((20 * pace.bytesPerMs) / PACKET);
      sendSymbols(pace, packets);
      rounds.liar.sent += packets;
      rounds.liar.now += 20;
      const { now, sent } = rounds.liar;
      pace.report(now + 1, A, sample(sent, (7 * sent) % U32, now), 1);
    }
    expect(pace.bytesPerMs).toBeLessThanOrEqual(rounds.honest.pace.bytesPerMs);
  });

  test('a clock that stands still or runs backwards, and queues without end, leave the rate in its bounds', () => {
    const rounds = new Rounds();
    rounds.run(5, [A]);
    const { pace } = rounds;
    let { now, sent } = rounds;
    for (let i = 0; i < 200; i++) {
      sendSymbols(pace, 40);
      sent += 40;
      now += 50;
      const atMs = [0, now, U32 / 1000 - 1, 5][i % 4] as number;
      pace.report(now, A, sample(sent, [0, sent, U32 - 1][i % 3] as number, atMs, 655.35), 1);
      expect(pace.bytesPerMs).toBeGreaterThanOrEqual(RATE_MIN);
      expect(pace.bytesPerMs).toBeLessThanOrEqual(RATE_MAX);
    }
  });

  test('a forgotten member slows nobody down, and begins anew when it comes back', () => {
    const rounds = new Rounds();
    rounds.run(5, [A, B]);
    const { pace } = rounds;
    pace.forget(B);
    // What is told of the time before does not count: it is the first sample again.
    sendSymbols(pace, 100);
    rounds.sent += 100;
    const before = pace.bytesPerMs;
    pace.report(rounds.now + 40, B, sample(rounds.sent, 0, rounds.now + 40, 600), 1);
    expect(pace.bytesPerMs).toBe(before);
    pace.forget(B);
    rounds.now += 40;
    rounds.run(3, [A]);
    expect(pace.bytesPerMs).toBeGreaterThan(before);
  });
});

describe('the pace', () => {
  test('a datagram waits for what was sent before it, and no more than the burst is saved up', () => {
    const rounds = new Rounds();
    rounds.run(20, [A]);
    const { pace } = rounds;
    const now = rounds.now + 1000;
    let taken = 0;
    while (pace.readyAt(now) <= now) {
      pace.took(now, PACKET);
      taken += PACKET;
    }
    expect(taken).toBeLessThanOrEqual(BURST_BYTES_MAX + PACKET);
    const waitMs = pace.readyAt(now) - now;
    expect(waitMs).toBeLessThanOrEqual(PACKET / pace.bytesPerMs + 0.02);
  });

  test('few members report as often as the control wants, many more rarely', () => {
    const pace = new Pace(PACKET);
    expect(pace.reportIntervalMs(1)).toBe(20);
    expect(pace.reportIntervalMs(200)).toBe(200 * REPORT_SPACING_MEMBER_MS);
  });
});

test('a limit that somebody set holds from the first packet, also below what Starling would send at least', () => {
  const pace = new Pace(1472);
  pace.limit(121);
  let now = 1000;
  let bytes = 0;
  for (; now < 2000; now += 0.1)
    while (pace.readyAt(now) <= now) {
      pace.took(now, 1472);
      bytes += 1472;
    }
  expect(pace.bytesPerMs).toBe(121);
  expect(bytes).toBeGreaterThan(0.9 * 121_000);
  expect(bytes).toBeLessThan(1.1 * 121_000);
});

test('where TICKs come and no symbol does, that is told; where one does, or few were sent, it is not', () => {
  const told: MemberId[] = [];
  const pace = new Pace(PACKET, (_, member) => void told.push(member));
  sendSymbols(pace, 1000);
  // Its first report says only from where on it listens.
  pace.report(1000, A, sample(100, 0, 900), 1);
  pace.report(1050, A, sample(100 + PATH_LOST_SYMBOLS - 1, 0, 950), 1);
  pace.report(1100, A, sample(200, 1, 1000), 1);
  for (const [sent, received] of [
    [100, 60],
    [200, 150],
  ] as const)
    pace.report(1000 + sent, B, sample(sent, received, 900 + sent), 1);
  expect(told).toEqual([]);
  pace.report(1200, A, sample(400, 1, 1100), 1);
  expect(told).toEqual([A]);
});

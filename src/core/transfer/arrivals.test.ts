import { describe, expect, test } from 'vitest';
import { decodeStatus, encodeStatus } from '../wire/poll.ts';
import type { ArrivalSample } from '../wire/poll.ts';
import type { MemberId, RoomId, TransferId } from '../../base/ids.ts';
import { Arrivals } from './arrivals.ts';

const U32 = 2 ** 32;
const tick = (sentAtUs: number, packets: number) =>
  ({ type: 'tick', epoch: 0, transferTag: 1, sentAtUs, packets }) as const;

/** As the sender reads it. */
function onTheWire(arrivals: ArrivalSample | undefined): ArrivalSample | undefined {
  const frame = encodeStatus('00'.repeat(16) as RoomId, {
    transfer: '01'.repeat(16) as TransferId,
    member: '02'.repeat(16) as MemberId,
    poll: 1,
    needsRoot: false,
    written: 0,
    firstMissing: 0,
    missingBlocks: new Uint8Array(32),
    pageless: [],
    arrivals,
    blocks: [],
  });
  return decodeStatus(frame)?.arrivals;
}

describe('Arrivals', () => {
  test('has nothing to say before the first TICK, nor twice about the same ones', () => {
    const arrivals = new Arrivals();
    expect(arrivals.read()).toBeUndefined();
    arrivals.symbol();
    expect(arrivals.read()).toBeUndefined();
    arrivals.tick(tick(1000, 0), 5, 0);
    expect(arrivals.read()).toBeDefined();
    arrivals.symbol();
    expect(arrivals.read()).toBeUndefined();
  });

  test('counts up to the last TICK: what came after it belongs to the next report', () => {
    const arrivals = new Arrivals();
    arrivals.tick(tick(0, 0), 0, 0);
    for (let i = 0; i < 8; i++) arrivals.symbol();
    arrivals.tick(tick(2000, 10), 2, 0);
    for (let i = 0; i < 3; i++) arrivals.symbol();
    expect(arrivals.read()).toMatchObject({ sent: 10, received: 8, arrivedAtUs: 2000 });
    arrivals.tick(tick(4000, 20), 4, 0);
    expect(arrivals.read()).toMatchObject({ sent: 20, received: 11, arrivedAtUs: 4000 });
  });

  test('tells the least, the greatest and the standing queue since the last report', () => {
    const arrivals = new Arrivals();
    const queues = [0, 7, 3, 3, 3, 3, 3, 3, 3, 3];
    queues.forEach((queueMs, i) => arrivals.tick(tick(10_000 * i, i), 10 * i + queueMs, 0));
    expect(arrivals.read()).toMatchObject({ queueMinMs: 0, queueMaxMs: 7, queueNowMs: 3 });
    arrivals.tick(tick(100_000, 10), 103, 0);
    expect(arrivals.read()).toMatchObject({ queueMinMs: 3, queueMaxMs: 3, queueNowMs: 3 });
  });

  test('wraps its clock as the field does', () => {
    const arrivals = new Arrivals();
    arrivals.tick(tick(0, 1), U32 / 1000 + 5, 0);
    expect(arrivals.read()?.arrivedAtUs).toBe(5000);
  });

  test('bears any TICK: what it says fits its fields, and is never negative', () => {
    const arrivals = new Arrivals();
    const hostile = [0, U32 - 1, U32 / 2, 1, U32 / 2 + 1, 123_456_789, 0];
    hostile.forEach((sentAtUs, i) => {
      arrivals.tick(tick(sentAtUs, U32 - 1 - i), i, 0);
      const sample = onTheWire(arrivals.read());
      expect(sample).toMatchObject({ sent: U32 - 1 - i, received: 0 });
      for (const queue of [sample?.queueMinMs, sample?.queueMaxMs, sample?.queueNowMs]) {
        expect(queue).toBeGreaterThanOrEqual(0);
        expect(queue).toBeLessThanOrEqual(655.35);
      }
    });
  });

  test('a TICK that claims to have left later is believed for ten seconds and no longer', () => {
    const arrivals = new Arrivals();
    const queueAt = (now: number): number | undefined => {
      arrivals.tick(tick(1000 * now, now), now, 0);
      return arrivals.read()?.queueNowMs;
    };
    expect(queueAt(100)).toBe(0);
    arrivals.tick(tick(1000 * 101 + 50_000, 0), 101, 0);
    expect(arrivals.read()?.queueNowMs).toBe(0);
    expect(queueAt(200)).toBeCloseTo(50, 0);
    expect(queueAt(9000)).toBeGreaterThan(45);
    expect(queueAt(11_200)).toBe(0);
  });
});

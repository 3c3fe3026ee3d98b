import { describe, expect, test } from 'vitest';
import type { MemberId } from '../../base/ids.ts';
import type { Context } from '../context.ts';
import {
  HELD_BLOCKS_HIGH,
  HELD_SAMPLES,
  ROLL_INTRODUCE_ROUNDS,
  ROLL_MEMBER_MS,
  ROLL_NAMES_MAX,
  ROLL_STATUS_BYTES,
  ROLL_STATUS_SHARE,
} from '../limits.ts';
import type { FileOffer } from './file.ts';
import type { ReceiverState } from './receiver.ts';
import { Receivers } from './receivers.ts';
import { RollCall } from './roll-call.ts';

const nameOf = (index: number): MemberId => String(index) as MemberId;

function bench(count: number, state: ReceiverState) {
  const receivers = new Receivers({ emit: () => undefined } as unknown as Context, {} as FileOffer);
  for (let index = 0; index < count; index++) receivers.admit(0, nameOf(index)).state = state;
  const forgotten: MemberId[] = [];
  const pace = { reportIntervalMs: () => 100, forget: (id: MemberId) => void forgotten.push(id) };
  return { receivers, forgotten, rolls: new RollCall(0, receivers, pace) };
}

describe('roll-call', () => {
  test('asks those that have not decided, in parts, and gives up in the end', () => {
    const { rolls } = bench(600, 'present');
    const named = new Set<MemberId>();
    let now = 0;
    let introductions = 0;
    for (let step = 0; step < 10_000 && introductions < ROLL_INTRODUCE_ROUNDS; step++) {
      if (rolls.dueAt(now, false) === Infinity) break;
      now = rolls.dueAt(now, false);
      const roll = rolls.next(now, false);
      if (roll === undefined) continue;
      expect(roll.names.length).toBeLessThanOrEqual(ROLL_NAMES_MAX);
      introductions++;
      for (const id of roll.names) named.add(id);
    }
    expect(named.size).toBe(600);
    expect(introductions).toBe(ROLL_INTRODUCE_ROUNDS);
  });

  test('the answers that it asks for stay within their share of what is sent', () => {
    const { rolls } = bench(1000, 'wanted');
    const BYTES_PER_STEP = 100_000;
    let asked = 0;
    let sent = 0;
    for (let now = 0; now < 60_000; now += 10) {
      rolls.sent(BYTES_PER_STEP);
      sent += BYTES_PER_STEP;
      if (rolls.dueAt(now, false) <= now) asked += rolls.next(now, false)?.names.length ?? 0;
    }
    expect(asked).toBeGreaterThan(1000);
    expect(asked * ROLL_STATUS_BYTES).toBeLessThan(
      ROLL_STATUS_SHARE * sent + ROLL_NAMES_MAX * ROLL_STATUS_BYTES,
    );
  });

  test('hears the same few again and again, and the others in turn', () => {
    const { rolls, receivers, forgotten } = bench(100, 'wanted');
    const times = new Map<MemberId, number>();
    for (let now = 0; now < 30_000; now += 100) {
      rolls.sent(1_000_000);
      for (const receiver of receivers.wanting()) receiver.heard(now);
      for (const id of rolls.next(now, false)?.names ?? []) times.set(id, (times.get(id) ?? 0) + 1);
    }
    expect(times.size).toBe(100);
    expect(Math.max(...times.values())).toBeGreaterThan(3 * Math.min(...times.values()));
    // Whoever is heard rarely again must not be compared with what it said long ago.
    expect(forgotten.length).toBeGreaterThan(2);
  });

  test('at the end names whoever is not complete, not faster than they can answer', () => {
    const { rolls, receivers } = bench(1000, 'wanted');
    const named = new Set<MemberId>();
    let now = 0;
    let last = -Infinity;
    for (let step = 0; named.size < 1000 && step < 1000; step++) {
      now = rolls.dueAt(now, true);
      const roll = rolls.next(now, true);
      if (roll === undefined) continue;
      expect(now - last).toBeGreaterThanOrEqual(ROLL_MEMBER_MS * roll.names.length);
      last = now;
      for (const id of roll.names) {
        named.add(id);
        (receivers.get(id) as { state: ReceiverState }).state = 'complete';
      }
    }
    expect(named.size).toBe(1000);
  });

  test('a member that is named and never answers becomes inactive', () => {
    const { rolls, receivers } = bench(100, 'wanted');
    let now = 0;
    for (let step = 0; step < 60; step++) {
      now = rolls.dueAt(now, true);
      rolls.next(now, true);
    }
    expect(receivers.active(now)).toHaveLength(0);
  });

  test('disks are behind when they are so at more than a quarter of the members', () => {
    const { rolls } = bench(100, 'wanted');
    for (let i = 0; i < HELD_SAMPLES; i++) rolls.sampled(i % 5 === 0 ? HELD_BLOCKS_HIGH : 0);
    expect(rolls.disksAreBehind).toBe(false);
    for (let i = 0; i < HELD_SAMPLES; i++) rolls.sampled(i % 3 === 0 ? HELD_BLOCKS_HIGH : 0);
    expect(rolls.disksAreBehind).toBe(true);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, RoomId, TransferId } from '../../base/ids.ts';
import { BLOCKS_MAX, HOLD_RANGES_MAX } from '../limits.ts';
import { decodeHold, encodeHold } from './hold.ts';
import type { BlockRange, HoldFrame } from './hold.ts';

const runs = { numRuns: 10_000 };
const hex = (length: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map(toHex);
const ROOM = 'ab'.repeat(16) as RoomId;

const withSignature = (frame: Bytes): Bytes => {
  const whole = new Uint8Array(frame.length + 64);
  whole.set(frame);
  return whole;
};

/** From gaps and lengths, so that they are in order and do not touch. */
const ranges = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 1000 })), {
    maxLength: HOLD_RANGES_MAX,
  })
  .map((steps) => {
    let at = -1;
    return steps.map(([gap, count]): BlockRange => {
      const first = at + gap;
      at = first + count;
      return { first, count };
    });
  });

const hold: fc.Arbitrary<Omit<HoldFrame, 'type'>> = fc
  .record({
    transfer: hex(16) as fc.Arbitrary<TransferId>,
    member: hex(16) as fc.Arbitrary<MemberId>,
    incarnation: hex(8),
    counter: fc.nat(0xffffffff),
    complete: fc.boolean(),
    serving: fc.boolean(),
    wants: fc.boolean(),
    asks: fc.boolean(),
    ranges,
  })
  .map((one) => (one.complete ? { ...one, wants: false, ranges: [] } : one));

const NOTHING: Omit<HoldFrame, 'type'> = {
  transfer: 'cd'.repeat(16) as unknown as TransferId,
  member: 'ef'.repeat(16) as MemberId,
  incarnation: '01'.repeat(8),
  counter: 1,
  complete: false,
  serving: false,
  wants: false,
  asks: false,
  ranges: [],
};
const decoded = (value: Omit<HoldFrame, 'type'>): HoldFrame | undefined =>
  decodeHold(withSignature(encodeHold(ROOM, value)));

describe('HOLD', () => {
  test('comes back as it was', () => {
    fc.assert(
      fc.property(hold, (value) => {
        expect(decoded(value)).toEqual({ type: 'hold', ...value });
      }),
      runs,
    );
  });

  test('with the most ranges, a signature and a seal fits the least datagram of IPv6', () => {
    const many = Array.from({ length: HOLD_RANGES_MAX }, (_, i) => ({ first: 2 * i, count: 1 }));
    expect(withSignature(encodeHold(ROOM, { ...NOTHING, ranges: many })).length + 57).toBeLessThan(1232);
    expect(decoded({ ...NOTHING, ranges: many })?.ranges).toHaveLength(HOLD_RANGES_MAX);
    expect(decoded({ ...NOTHING, ranges: [...many, { first: 1000, count: 1 }] })).toBeUndefined();
  });

  test.each([
    ['nothing', [{ first: 3, count: 0 }]],
    [
      'what is out of order',
      [
        { first: 5, count: 1 },
        { first: 3, count: 1 },
      ],
    ],
    [
      'the same twice',
      [
        { first: 3, count: 2 },
        { first: 4, count: 1 },
      ],
    ],
    [
      'neighbours, which are one range',
      [
        { first: 3, count: 1 },
        { first: 4, count: 1 },
      ],
    ],
    ['blocks that no file can have', [{ first: BLOCKS_MAX - 1, count: 2 }]],
  ])('is refused with ranges of %s', (_what, bad) => {
    expect(decoded({ ...NOTHING, ranges: bad })).toBeUndefined();
  });

  test('is refused where the flags contradict each other, or are unknown', () => {
    expect(decoded({ ...NOTHING, complete: true, wants: true })).toBeUndefined();
    expect(decoded({ ...NOTHING, complete: true, ranges: [{ first: 0, count: 1 }] })).toBeUndefined();
    const frame = withSignature(encodeHold(ROOM, NOTHING));
    frame[5 + 16 + 16 + 8 + 4] = 16;
    expect(decodeHold(frame)).toBeUndefined();
  });

  test('cut at any place, it is refused', () => {
    const frame = withSignature(encodeHold(ROOM, { ...NOTHING, ranges: [{ first: 1, count: 2 }] }));
    for (let length = 0; length < frame.length; length++)
      expect(decodeHold(frame.subarray(0, length))).toBeUndefined();
  });
});

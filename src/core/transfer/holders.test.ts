import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MemberId } from '../../base/ids.ts';
import { HOLDERS_MAX, HOLD_LIVE_INTERVALS, SERVER_PATIENCE_MS, SERVERS_MAX, SKIP_MIN_MS } from '../limits.ts';
import type { Roster } from '../membership/roster.ts';
import type { HoldFrame } from '../wire/hold.ts';
import type { FileOffer } from './file.ts';
import { Holders } from './holders.ts';

const BLOCKS = 400;
const nameOf = (index: number): MemberId =>
  ((index * 0x9e3779b1) >>> 0).toString(16).padStart(8, '0').padEnd(32, '0') as MemberId;
const AUTHOR = nameOf(1000);
const offer = { author: AUTHOR, blockCount: BLOCKS } as FileOffer;
const roster = {
  size: 5,
  removed: new Set<MemberId>(),
  get: (id: MemberId) => ({ id }),
} as unknown as Roster;

type Said = Partial<HoldFrame> & { readonly member: MemberId };
let counter = 0;
const frame = (said: Said): HoldFrame =>
  ({
    type: 'hold',
    incarnation: '01',
    counter: ++counter,
    complete: false,
    serving: false,
    wants: false,
    asks: false,
    ranges: [],
    ...said,
  }) as unknown as HoldFrame;

function heardBy(self: MemberId, said: readonly Said[], now = 0): Holders {
  const holders = new Holders(offer, self, roster);
  for (const one of said) {
    if (one.member === self) holders.noteSelf(now, frame(one));
    else holders.take(now, frame(one));
  }
  holders.plan(now);
  return holders;
}
const all = (...indices: readonly number[]): Said[] =>
  indices.map((index) => ({ member: nameOf(index), complete: true, serving: true }));
const planOf = (holders: Holders): (MemberId | undefined)[] =>
  Array.from({ length: BLOCKS }, (_, block) => holders.serverOf(block));

describe('the plan', () => {
  test('is the same whoever makes it, and in whatever order it heard', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([1, 2, 3, 4, 5, 6], { minLength: 6 }), fc.nat(5), (order, self) => {
        const mine = heardBy(nameOf(order[self] as number), all(...order));
        expect(planOf(mine)).toEqual(planOf(heardBy(nameOf(99), all(1, 2, 3, 4, 5, 6))));
      }),
      { numRuns: 200 },
    );
  });

  test('shares the blocks about evenly, and moves only those of who is gone', () => {
    const holders = heardBy(nameOf(99), all(1, 2, 3, 4));
    const before = planOf(holders);
    for (const index of [1, 2, 3, 4]) {
      const share = before.filter((server) => server === nameOf(index)).length;
      expect(share).toBeGreaterThan(BLOCKS / 8);
      expect(share).toBeLessThan(BLOCKS / 2);
    }
    holders.gone(0, nameOf(3));
    planOf(holders).forEach((server, block) => {
      if (before[block] !== nameOf(3)) expect(server).toBe(before[block]);
      else expect(server).not.toBe(nameOf(3));
    });
  });

  test('gives all to the author while it serves, and nothing while it holds back', () => {
    const holders = heardBy(nameOf(99), [...all(1, 2), { member: AUTHOR, complete: true, serving: true }]);
    expect(new Set(planOf(holders))).toEqual(new Set([AUTHOR]));
    holders.take(1, frame({ member: AUTHOR, complete: true }));
    holders.plan(1);
    expect(new Set(planOf(holders))).toEqual(new Set([nameOf(1), nameOf(2)]));
    expect(holders.isHeldBack(1)).toBe(true);
  });

  test('of many that have the whole file names a few, and who has a part only what nobody has whole', () => {
    const many = Array.from({ length: 20 }, (_, i) => i + 1);
    const servers = new Set(planOf(heardBy(nameOf(99), all(...many))));
    expect(servers.size).toBeLessThanOrEqual(SERVERS_MAX);
    const part = { member: nameOf(30), ranges: [{ first: 0, count: 100 }] };
    expect(new Set(planOf(heardBy(nameOf(99), [...all(1, 2), part])))).not.toContain(nameOf(30));
    const alone = planOf(heardBy(nameOf(99), [part]));
    expect(alone[99]).toBe(nameOf(30));
    expect(alone[100]).toBeUndefined();
  });

  test('forgets who is silent', () => {
    const holders = heardBy(nameOf(99), all(1, 2));
    const later = HOLD_LIVE_INTERVALS * holders.intervalMs + 1;
    holders.take(later, frame(all(2)[0] as Said));
    holders.plan(later);
    expect(new Set(planOf(holders))).toEqual(new Set([nameOf(2)]));
  });
});

describe('who claims what it has not', () => {
  const wanter = (count: number): HoldFrame =>
    frame({ member: nameOf(50), wants: true, ranges: count === 0 ? [] : [{ first: 0, count }] });

  test('is passed over when nothing of its share arrives, and has another chance later', () => {
    const holders = heardBy(nameOf(99), all(1, 2));
    let written = 0;
    let now = 0;
    for (; now <= SERVER_PATIENCE_MS + 2000; now += 500) {
      // The other one serves its share only: what stands before the first gap stays.
      for (const one of all(1, 2)) holders.take(now, frame(one));
      while (holders.serverOf(written) === nameOf(1) && written < BLOCKS) written++;
      const theirs = Array.from({ length: BLOCKS }, (_, block) => block).filter(
        (block) => holders.serverOf(block) === nameOf(1) && block < now / 100,
      );
      const ranges = theirs.map((first) => ({ first, count: 1 }));
      holders.take(now, frame({ member: nameOf(50), wants: true, ranges }));
      holders.judge(now);
      holders.plan(now);
    }
    expect(new Set(planOf(holders))).toEqual(new Set([nameOf(1)]));
    now += SKIP_MIN_MS;
    for (const one of all(1, 2)) holders.take(now, frame(one));
    holders.plan(now);
    expect(new Set(planOf(holders))).toEqual(new Set([nameOf(1), nameOf(2)]));
  });

  test('is not, while nobody lacks anything of its share', () => {
    const holders = heardBy(nameOf(99), all(1, 2));
    for (let now = 0; now <= 4 * SERVER_PATIENCE_MS; now += 500) {
      for (const one of all(1, 2)) holders.take(now, frame(one));
      holders.take(now, wanter(BLOCKS));
      expect(holders.judge(now)).toBe(false);
    }
  });

  test('where all would be passed over, all count', () => {
    const holders = heardBy(nameOf(99), all(1, 2));
    let now = 0;
    for (; now <= 2 * SERVER_PATIENCE_MS; now += 500) {
      for (const one of all(1, 2)) holders.take(now, frame(one));
      holders.take(now, wanter(0));
      holders.judge(now);
      holders.plan(now);
    }
    expect(new Set(planOf(holders))).toEqual(new Set([nameOf(1), nameOf(2)]));
  });
});

describe('what is remembered', () => {
  test('a HOLD that is not newer changes nothing', () => {
    const holders = heardBy(nameOf(99), []);
    const old = frame({ member: nameOf(1), complete: true });
    expect(holders.take(0, frame({ member: nameOf(1), ranges: [{ first: 0, count: 1 }] }))).toBe(true);
    expect(holders.take(1, old)).toBe(false);
    holders.plan(1);
    expect(holders.serverOf(5)).toBeUndefined();
  });

  test('is bounded, and who has all of it replaces who has nothing', () => {
    const many = Array.from({ length: 3 * HOLDERS_MAX }, (_, i) => ({ member: nameOf(i), wants: true }));
    const holders = heardBy(nameOf(999), many);
    expect(holders.size).toBe(HOLDERS_MAX);
    expect(holders.take(1, frame({ member: nameOf(5000), complete: true }))).toBe(true);
    expect(holders.size).toBe(HOLDERS_MAX);
  });

  test('counts the blocks that fewer than two others have', () => {
    const holders = heardBy(AUTHOR, []);
    expect(holders.blocksBelow(2)).toBe(BLOCKS);
    holders.take(0, frame({ member: nameOf(1), ranges: [{ first: 0, count: 300 }] }));
    expect(holders.blocksBelow(2)).toBe(BLOCKS);
    const two = {
      member: nameOf(2),
      ranges: [
        { first: 100, count: 100 },
        { first: 250, count: 150 },
      ],
    };
    holders.take(0, frame(two));
    expect(holders.blocksBelow(2)).toBe(BLOCKS - 150);
    holders.noteComplete(0, nameOf(3));
    expect(holders.blocksBelow(2)).toBe(0);
    holders.gone(0, nameOf(2));
    expect(holders.blocksBelow(2)).toBe(100);
    holders.noteComplete(0, nameOf(4));
    holders.noteSelf(0, frame({ member: AUTHOR, complete: true }));
    expect(holders.blocksBelow(2)).toBe(0);
  });
});

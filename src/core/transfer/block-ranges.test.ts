import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Bitset } from './bitset.ts';
import { firstBeside, holdsBlock, newlyHeld, rangesOf } from './block-ranges.ts';

const SIZE = 200;
const blocks = fc.uniqueArray(fc.nat(SIZE - 1));
const setOf = (members: readonly number[]): Bitset => {
  const set = new Bitset(SIZE);
  for (const member of members) set.add(member);
  return set;
};

test('ranges hold what the set does, and nothing else', () => {
  fc.assert(
    fc.property(blocks, (members) => {
      const set = setOf(members);
      const ranges = rangesOf(set, SIZE);
      for (let block = 0; block < SIZE; block++) expect(holdsBlock(ranges, block)).toBe(set.has(block));
      ranges.forEach(({ first }, i) => {
        const before = ranges[i - 1];
        if (before !== undefined) expect(first).toBeGreaterThan(before.first + before.count);
      });
    }),
    { numRuns: 1000 },
  );
  expect(rangesOf(new Bitset(SIZE, true), 128)).toEqual([{ first: 0, count: SIZE }]);
  expect(rangesOf(setOf([1, 3, 5]), 2)).toHaveLength(2);
});

test('what is new, and what somebody else lacks', () => {
  fc.assert(
    fc.property(blocks, blocks, (a, b) => {
      const before = rangesOf(setOf(a), SIZE);
      const after = rangesOf(setOf(b), SIZE);
      const added = b.filter((block) => !a.includes(block));
      expect(newlyHeld(before, after, SIZE).toSorted((x, y) => x - y)).toEqual(
        added.toSorted((x, y) => x - y),
      );
      expect(firstBeside(setOf(b), before)).toBe(added.length === 0 ? -1 : Math.min(...added));
    }),
    { numRuns: 1000 },
  );
});

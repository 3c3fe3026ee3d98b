import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Bitset, popCount } from './bitset.ts';

test('behaves as a set of integers', () => {
  const operation = fc.record({
    kind: fc.constantFrom('add', 'delete'),
    index: fc.integer({ min: -2, max: 80 }),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 75 }),
      fc.array(operation, { maxLength: 60 }),
      (size, operations) => {
        const bits = new Bitset(size);
        const model = new Set<number>();
        for (const { kind, index } of operations) {
          const inside = index >= 0 && index < size;
          if (kind === 'add') {
            expect(bits.add(index)).toBe(inside && !model.has(index));
            if (inside) model.add(index);
          } else expect(bits.delete(index)).toBe(model.delete(index));
        }
        expect(bits.count).toBe(model.size);
        expect(popCount(bits.bytes)).toBe(model.size);
        const listed: number[] = [];
        for (let i = bits.next(0); i >= 0; i = bits.next(i + 1)) listed.push(i);
        expect(listed).toEqual([...model].toSorted((a, b) => a - b));
        let missing = 0;
        while (missing < size && model.has(missing)) missing++;
        expect(bits.firstMissing()).toBe(missing);
      },
    ),
  );
});

test('a union with hostile bits stays inside its size', () => {
  for (let size = 0; size <= 40; size++) {
    const bits = new Bitset(size);
    bits.union(new Uint8Array(9).fill(255));
    expect(bits.count).toBe(size);
    expect(bits.firstMissing()).toBe(size);
    expect(popCount(bits.bytes)).toBe(size);
    expect(new Bitset(size, true).bytes).toEqual(bits.bytes);
  }
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PackLayout } from './layout.ts';
import type { PackEntry } from './manifest.ts';

const entriesOf = (sizes: readonly number[]): PackEntry[] =>
  sizes.map((size, index) =>
    size < 0
      ? { kind: 'folder', parent: 0, name: `${index}`, modifiedAt: 0 }
      : { kind: 'file', parent: 0, name: `${index}`, modifiedAt: 0, size, executable: false },
  );

test('every byte of the stream belongs to the file that a plain list says', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -1, max: 7 }), { maxLength: 12 }),
      fc.nat(9),
      fc.nat(60),
      fc.nat(60),
      (sizes, manifestBytes, offset, length) => {
        const layout = new PackLayout(manifestBytes, entriesOf(sizes));
        const owners: (readonly [number, number])[] = Array.from({ length: manifestBytes }, () => [-1, 0]);
        sizes.forEach((size, entry) => {
          for (let at = 0; at < size; at++) owners.push([entry, at]);
        });
        expect(layout.size).toBe(owners.length);
        const seen = [...layout.ranges(offset, length)].flatMap(({ entry, from, length }) =>
          Array.from({ length }, (_, i) => [entry, from + i]),
        );
        expect(seen).toEqual(owners.slice(offset, offset + length).filter(([entry]) => entry >= 0));
      },
    ),
    { numRuns: 10_000 },
  );
});

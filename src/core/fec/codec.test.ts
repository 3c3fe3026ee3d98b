import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../base/prng.ts';
import type { Random } from '../../base/prng.ts';
import { groupOfRepair, groupSize, symbolCount, symbolOf } from './code.ts';
import type { BlockCode } from './code.ts';
import { Decoder } from './decoder.ts';
import { Encoder } from './encoder.ts';
import { createKernel } from './kernel.ts';
import { SLICE_WORK_BYTES } from './limits.ts';
import type { FecKernel } from './port.ts';
import {
  coefficientsReference,
  createReferenceKernel,
  repairReference,
  solveReference,
} from './reference.ts';

const kernel = createKernel();

function makeCode(count: number, symbolBytes: number, lastBytes = symbolBytes, groupCount = 1): BlockCode {
  const blockBytes = (count - 1) * symbolBytes + lastBytes;
  return { transferTag: 0x1234_5678, block: 5, blockBytes, symbolBytes, groupCount };
}
function makeBlock(code: BlockCode, random: Random): Uint8Array {
  return Uint8Array.from({ length: code.blockBytes }, () => random.below(256));
}
function sourcesOf(code: BlockCode, group: number): number[] {
  return Array.from({ length: groupSize(code, group) }, (_, place) => group + place * code.groupCount);
}
function shuffled<T>(list: readonly T[], random: Random): T[] {
  return list
    .map((value) => ({ value, key: random.next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value);
}
function finish(decoder: Decoder): void {
  for (let slices = 0; !decoder.done; slices++) {
    expect(slices).toBeLessThan(1000);
    decoder.step();
  }
}

/** Sends the sources that are not lost, and repair symbols until nothing is missing; returns how many it took. */
function recover(code: BlockCode, group: number, lost: ReadonlySet<number>, random: Random): number {
  const block = makeBlock(code, random);
  const encoder = new Encoder(kernel, code, block);
  const rebuilt = new Uint8Array(code.blockBytes).fill(0xee);
  const decoder = new Decoder(kernel, code, group, rebuilt);
  for (const index of sourcesOf(code, group)) {
    if (!lost.has(index)) expect(decoder.addSource(index, symbolOf(code, block, index))).toBe('added');
  }
  let repairs = 0;
  const firstId = random.below(2 ** 24 - 3000);
  while (decoder.deficit > 0) {
    const before = decoder.deficit;
    const added = decoder.addRepair(firstId + repairs, encoder.repair(group, firstId + repairs));
    expect(decoder.deficit).toBe(added === 'added' ? before - 1 : before);
    repairs++;
  }
  finish(decoder);
  expect(decoder.solved.toSorted((a, b) => a - b)).toEqual([...lost].sort((a, b) => a - b));
  for (const index of sourcesOf(code, group)) {
    expect(symbolOf(code, rebuilt, index)).toEqual(symbolOf(code, block, index));
  }
  return repairs;
}

describe('the code', () => {
  it('splits a block over its groups, empty ones included', () => {
    const sizes = (code: BlockCode): number[] =>
      Array.from({ length: code.groupCount }, (_, group) => groupSize(code, group));
    expect(sizes(makeCode(719, 1460))).toEqual([719]);
    expect(sizes(makeCode(719, 1460, 1, 4))).toEqual([180, 180, 180, 179]);
    expect(sizes(makeCode(3, 1460, 7, 4))).toEqual([1, 1, 1, 0]);
    expect(groupOfRepair(makeCode(719, 1460, 1, 4), 0xff_0006)).toBe(2);
  });

  it('has the coefficients that protocol.md lists', () => {
    const code = makeCode(719, 1460, 100, 4);
    expect([...coefficientsReference(code, 0, 0).subarray(0, 8)]).toEqual([
      118, 243, 199, 186, 60, 95, 119, 160,
    ]);
    expect([...coefficientsReference(code, 3, 0xff_ffff).subarray(0, 8)]).toEqual([
      249, 166, 245, 80, 136, 198, 252, 104,
    ]);
  });

  it('never has a coefficient of 0, and has all others about equally often', () => {
    const code = makeCode(1000, 4);
    const counts = new Uint32Array(256);
    for (let id = 0; id < 510; id++) {
      for (const coefficient of coefficientsReference(code, 0, id))
        counts[coefficient] = (counts[coefficient] as number) + 1;
    }
    // 2000 of each are expected; five standard deviations are 224. 1 stands for 0 as well.
    expect(counts[0]).toBe(0);
    expect(Math.abs((counts[1] as number) - 4000)).toBeLessThan(320);
    expect(Math.min(...counts.subarray(2))).toBeGreaterThan(2000 - 240);
    expect(Math.max(...counts.subarray(2))).toBeLessThan(2000 + 240);
  });

  it('needs an extra symbol about once in 255 times', () => {
    const random = seededRandom(3);
    let extra = 0;
    let none = 0;
    const rounds = 6000;
    for (let round = 0; round < rounds; round++) {
      const code = { ...makeCode(24, 1), block: round };
      const lost = new Set(shuffled(sourcesOf(code, 0), random).slice(0, 1 + random.below(6)));
      const decoder = new Decoder(kernel, code, 0, new Uint8Array(24));
      for (let index = 0; index < 24; index++) {
        if (!lost.has(index)) decoder.addSource(index, new Uint8Array(1));
      }
      let used = 0;
      while (decoder.deficit > 0) decoder.addRepair(used++, new Uint8Array(1));
      extra += used - lost.size;
      if (lost.size === 1) none += used - 1;
    }
    expect(none).toBe(0);
    // 5/6 of 6000 / 255 = 19.6 are expected.
    expect(extra).toBeGreaterThan(5);
    expect(extra).toBeLessThan(45);
  });
});

describe('encoder', () => {
  it('gives the reference symbols, one by one and in batches', () => {
    const random = seededRandom(11);
    for (const code of [
      makeCode(1, 100, 1),
      makeCode(2, 536, 535),
      makeCode(65, 1455, 3, 2),
      makeCode(9, 1460, 9, 4),
    ]) {
      const block = makeBlock(code, random);
      const encoder = new Encoder(kernel, code, block);
      for (let group = 0; group < Math.min(code.groupCount, symbolCount(code)); group++) {
        const ids = Array.from({ length: 37 }, (_, n) => (n << 16) | random.below(65_536));
        const batch = encoder.batch(group, ids);
        while (!batch.done) batch.step(10_000);
        ids.forEach((id, n) => {
          const expected = repairReference(code, group, id, block);
          expect(batch.payloads[n]).toEqual(expected);
          if (n < 3) expect(encoder.repair(group, id)).toEqual(expected);
        });
      }
    }
  });

  it('repairs a block of less than a symbol with symbols of its own size', () => {
    const code = makeCode(1, 1460, 17);
    expect(new Encoder(kernel, code, new Uint8Array(17)).repair(0, 1).length).toBe(17);
  });

  it('refuses a group without symbols, and a block of another size', () => {
    const code = makeCode(2, 10, 10, 4);
    expect(() => new Encoder(kernel, code, new Uint8Array(20)).repair(2, 0)).toThrow('empty group');
    expect(() => new Encoder(kernel, code, new Uint8Array(21))).toThrow('another size');
  });
});

describe('decoder', () => {
  it.each([
    [1, 1460, 1460, 1],
    [1, 1460, 1, 1],
    [2, 548, 547, 1],
    [3, 1460, 1, 4],
    [63, 64, 63, 1],
    [64, 65, 1, 2],
    [180, 1456, 1456, 1],
    [719, 1460, 312, 2],
    [719, 1460, 312, 4],
    [719, 1460, 312, 1],
  ])('recovers any losses of %i symbols of %i bytes (the last of %i) in %i groups', (...shape) => {
    const code = makeCode(...shape);
    const random = seededRandom(shape[0] + shape[3]);
    for (let group = 0; group < Math.min(code.groupCount, shape[0]); group++) {
      const all = sourcesOf(code, group);
      for (const part of [0, 0.01, 0.05, 0.2, 0.5, 1]) {
        if (all.length > 300 && part > 0.2) continue;
        const lost = new Set(shuffled(all, random).slice(0, Math.ceil(part * all.length)));
        expect(recover(code, group, lost, random)).toBeLessThanOrEqual(lost.size + 3);
      }
      expect(recover(code, group, new Set(all.slice(-1)), random)).toBe(1);
    }
  });

  it('recovers a full group of which everything is lost', () => {
    const code = makeCode(719, 64);
    expect(recover(code, 0, new Set(sourcesOf(code, 0)), seededRandom(5))).toBeLessThan(719 + 4);
  });

  it('agrees with the reference on rank and bytes, whatever comes in whatever order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 24 }),
        fc.integer({ min: 1, max: 70 }),
        fc.constantFrom(1, 2, 4),
        fc.nat(),
        fc.integer({ min: 0, max: 100 }),
        (count, symbolBytes, groupCount, seed, repairPercent) => {
          const random = seededRandom(seed);
          const code = makeCode(count, symbolBytes, 1 + random.below(symbolBytes), groupCount);
          const group = random.below(Math.min(groupCount, count));
          const block = makeBlock(code, random);
          const size = groupSize(code, group);
          const rebuilt = new Uint8Array(code.blockBytes);
          const decoder = new Decoder(kernel, code, group, rebuilt);
          const equations: { coefficients: Uint8Array; value: Uint8Array }[] = [];
          while (decoder.deficit > 0) {
            if (random.below(100) < repairPercent) {
              // Few ids, so that duplicates are frequent.
              const id = random.below(2 * size);
              const payload = repairReference(code, group, id, block);
              decoder.addRepair(id, payload);
              equations.push({ coefficients: coefficientsReference(code, group, id), value: payload });
            } else {
              const place = random.below(size);
              const index = group + place * groupCount;
              decoder.addSource(index, symbolOf(code, block, index));
              const coefficients = new Uint8Array(size);
              coefficients[place] = 1;
              equations.push({ coefficients, value: symbolOf(code, block, index) });
            }
            const known = solveReference(size, equations);
            expect(decoder.deficit).toBe(typeof known === 'number' ? known : 0);
          }
          // What comes after that changes nothing.
          const late = group + random.below(size) * groupCount;
          decoder.addSource(late, symbolOf(code, block, late));
          finish(decoder);
          const expected = solveReference(size, equations) as Uint8Array[];
          sourcesOf(code, group).forEach((index, place) => {
            const symbol = symbolOf(code, rebuilt, index);
            expect(symbol).toEqual(symbolOf(code, block, index));
            expect(symbol).toEqual(expected[place]?.subarray(0, symbol.length));
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('rebuilds the block from all its groups in any order of arrival, late sources included', () => {
    const random = seededRandom(21);
    for (let round = 0; round < 60; round++) {
      const code = makeCode(1 + random.below(150), 33, 1 + random.below(33), [1, 2, 4][round % 3]);
      const block = makeBlock(code, random);
      const encoder = new Encoder(kernel, code, block);
      const rebuilt = new Uint8Array(code.blockBytes);
      for (let group = 0; group < Math.min(code.groupCount, symbolCount(code)); group++) {
        const decoder = new Decoder(kernel, code, group, rebuilt);
        const arrivals = shuffled(
          [
            ...sourcesOf(code, group).map((index) => ({ index, id: -1 })),
            ...sourcesOf(code, group).map((_, id) => ({ index: -1, id })),
          ],
          random,
        );
        for (let n = 0; decoder.deficit > 0; n++) {
          const { index, id } = arrivals[n] ?? { index: -1, id: 1000 + n };
          if (id < 0) decoder.addSource(index, symbolOf(code, block, index));
          else decoder.addRepair(id, encoder.repair(group, id));
        }
        finish(decoder);
      }
      expect(rebuilt).toEqual(block);
    }
  });

  it('drops duplicates, what comes too late, and what is malformed', () => {
    const random = seededRandom(1);
    const code = makeCode(8, 100, 50, 2);
    const block = makeBlock(code, random);
    const encoder = new Encoder(kernel, code, block);
    const decoder = new Decoder(kernel, code, 1, new Uint8Array(code.blockBytes));
    expect(decoder.addSource(1, symbolOf(code, block, 1))).toBe('added');
    expect(decoder.addSource(1, symbolOf(code, block, 1))).toBe('redundant');
    for (const index of [0, 8, 9, -1])
      expect(decoder.addSource(index, new Uint8Array(100))).toBe('malformed');
    expect(decoder.addSource(7, new Uint8Array(100))).toBe('malformed');
    expect(decoder.addRepair(1, new Uint8Array(99))).toBe('malformed');
    expect(decoder.addRepair(1, encoder.repair(1, 1))).toBe('added');
    expect(decoder.addRepair(1, encoder.repair(1, 1))).toBe('redundant');
    expect(decoder.deficit).toBe(2);
    expect(decoder.repairBytesHeld).toBe(100);
    expect(decoder.addRepair(3, encoder.repair(1, 3))).toBe('added');
    expect(decoder.addRepair(5, encoder.repair(1, 5))).toBe('added');
    expect(decoder.addRepair(7, encoder.repair(1, 7))).toBe('redundant');
    expect(decoder.repairBytesHeld).toBe(300);
    finish(decoder);
    expect(decoder.addSource(3, symbolOf(code, block, 3))).toBe('redundant');
  });

  it('does nothing while it waits, and nothing more when it is done', () => {
    const code = makeCode(4, 10);
    const decoder = new Decoder(kernel, code, 0, new Uint8Array(40));
    expect(decoder.step(1000)).toBe(1000);
    expect(decoder.done).toBe(false);
    for (let index = 0; index < 4; index++) decoder.addSource(index, new Uint8Array(10));
    expect(decoder.done).toBe(true);
    expect(decoder.step(1000)).toBe(1000);
    expect(decoder.solved).toEqual([]);
  });

  it('starts over without the symbols that are not trusted', () => {
    const random = seededRandom(9);
    const code = makeCode(100, 64, 20);
    const block = makeBlock(code, random);
    const encoder = new Encoder(kernel, code, block);
    const rebuilt = new Uint8Array(code.blockBytes);
    const decoder = new Decoder(kernel, code, 0, rebuilt);
    const wrong = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 1);
    for (let index = 10; index < 100; index++) {
      const symbol = symbolOf(code, block, index);
      decoder.addSource(index, index === 50 ? wrong(symbol) : symbol);
    }
    for (let id = 0; decoder.deficit > 0; id++) {
      const symbol = encoder.repair(0, id);
      decoder.addRepair(id, id === 4 ? wrong(symbol) : symbol);
    }
    finish(decoder);
    expect(rebuilt).not.toEqual(block);

    decoder.restart(
      (index) => index !== 50,
      (id) => id !== 4,
    );
    expect(decoder.hasSource(50)).toBe(false);
    decoder.step();
    expect(decoder.deficit).toBe(2);
    for (let id = 1000; decoder.deficit > 0; id++) decoder.addRepair(id, encoder.repair(0, id));
    finish(decoder);
    expect(rebuilt).toEqual(block);

    decoder.restart(
      () => true,
      () => false,
    );
    expect(decoder.deficit).toBe(11);
    for (let index = 0; index < 100; index++) decoder.addSource(index, symbolOf(code, block, index));
    expect(decoder.done).toBe(true);
    expect(rebuilt).toEqual(block);
  });
});

it('the reference kernel serves as well', () => {
  const random = seededRandom(2);
  const code = makeCode(20, 30);
  const block = makeBlock(code, random);
  const slow = createReferenceKernel();
  const repaired = new Encoder(slow, code, block).repair(0, 77);
  expect(repaired).toEqual(new Encoder(kernel, code, block).repair(0, 77));
});

describe('slices', () => {
  function counting(): { port: FecKernel; take(): number } {
    let bytes = 0;
    return {
      port: {
        memory: kernel.memory,
        multiplyAdd(destinations, sources, stride) {
          bytes += destinations * sources * stride;
          kernel.multiplyAdd(destinations, sources, stride);
        },
      },
      take() {
        const taken = bytes;
        bytes = 0;
        return taken;
      },
    };
  }

  it('no call multiplies more than a slice and a row of it', () => {
    const { port, take } = counting();
    const code = makeCode(719, 1460, 300);
    const block = new Uint8Array(code.blockBytes);
    const most = SLICE_WORK_BYTES + 32 * 1472;
    const decoder = new Decoder(port, code, 0, block);
    for (let index = 250; index < 719; index++) decoder.addSource(index, symbolOf(code, block, index));
    for (let id = 0; decoder.deficit > 0; id++) {
      decoder.addRepair(id, new Uint8Array(1460));
      expect(take()).toBeLessThan(2 * 256 * 256);
    }
    let total = 0;
    for (let slices = 0; !decoder.done; slices++) {
      decoder.step();
      const work = take();
      total += work;
      expect(work).toBeLessThanOrEqual(most);
      expect(slices).toBeLessThan(120);
    }
    expect(total).toBe(250 * 719 * 1472);
    const encoder = new Encoder(port, code, block);
    encoder.repair(0, 1);
    expect(take()).toBeLessThan(1.1 * 2 ** 20);
    const batch = encoder.batch(
      0,
      Array.from({ length: 50 }, (_, id) => id),
    );
    while (!batch.done) {
      batch.step();
      expect(take()).toBeLessThanOrEqual(most);
    }
  });

  it('a restart takes its repair symbols in again within slices', () => {
    const { port, take } = counting();
    const code = makeCode(719, 16);
    const decoder = new Decoder(port, code, 0, new Uint8Array(code.blockBytes));
    for (let id = 0; id < 600; id++) decoder.addRepair(id, new Uint8Array(16));
    take();
    decoder.restart(
      () => true,
      () => true,
    );
    let slices = 0;
    for (; decoder.deficit > 119; slices++) {
      decoder.step();
      expect(take()).toBeLessThan(SLICE_WORK_BYTES + 2 * 2 ** 20);
    }
    expect(slices).toBeGreaterThan(50);
  });
});

/** Repair symbols of a sealed block, for the sender and for every holder that repairs. */
import { assert } from '../../base/assert.ts';
import type { Bytes } from '../../base/bytes.ts';
import { groupSeed, groupSize, repairBytes, repairKey, symbolOf, writeCoefficients } from './code.ts';
import type { BlockCode } from './code.ts';
import { SLICE_WORK_BYTES } from './limits.ts';
import type { FecKernel } from './port.ts';
import { Product } from './product.ts';

/** Several repair symbols of one group on their way. Made together, each costs about half of one made alone. */
export interface RepairBatch {
  readonly ids: readonly number[];
  /** In the order of the ids; valid when done. */
  readonly payloads: readonly Bytes[];
  readonly done: boolean;
  /** Works for one slice, and returns what it did not use of it. */
  step(workBytes?: number): number;
}

export class Encoder {
  readonly #kernel: FecKernel;
  readonly #code: BlockCode;
  readonly #block: Bytes;
  readonly #groups: ({ readonly sources: Bytes[]; readonly places: Uint16Array } | undefined)[] = [];

  /** The block is not copied, and must not change while the encoder is in use. */
  constructor(kernel: FecKernel, code: BlockCode, block: Bytes) {
    assert(block.length === code.blockBytes, 'the block has another size than its code says');
    this.#kernel = kernel;
    this.#code = code;
    this.#block = block;
  }

  /** One repair symbol at once: a multiply-add over the group, at most 1 MiB, and as much copied. */
  repair(group: number, id: number): Bytes {
    const batch = this.batch(group, [id]);
    while (!batch.done) batch.step();
    return batch.payloads[0] as Bytes;
  }

  /** Starts the repair symbols of these ids; nothing is computed before the first step. */
  batch(group: number, ids: readonly number[]): RepairBatch {
    const { sources, places } = this.#group(group);
    const seed = groupSeed(this.#code, group);
    const keys = ids.map((id) => repairKey(seed, id));
    const rowBytes = repairBytes(this.#code, group);
    const payloads = ids.map(() => new Uint8Array(rowBytes));
    const product = new Product(this.#kernel, {
      rowBytes,
      destinations: payloads,
      sources,
      coefficients: (destination, first, count, into, at) =>
        writeCoefficients(keys[destination] as number, places, first, count, into, at),
    });
    return {
      ids,
      payloads,
      get done() {
        return product.done;
      },
      step: (workBytes = SLICE_WORK_BYTES) => product.step(workBytes),
    };
  }

  #group(group: number): { readonly sources: Bytes[]; readonly places: Uint16Array } {
    const known = this.#groups[group];
    if (known !== undefined) return known;
    const size = groupSize(this.#code, group);
    assert(size > 0, 'an empty group has no repair symbols');
    const places = Uint16Array.from({ length: size }, (_, place) => place);
    const sources = Array.from({ length: size }, (_, place) =>
      symbolOf(this.#code, this.#block, group + place * this.#code.groupCount),
    );
    const made = { sources, places };
    this.#groups[group] = made;
    return made;
  }
}

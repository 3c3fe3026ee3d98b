/**
 * A product of a matrix of coefficients with rows of data, in slices: destination[d] ^= Σ coefficient[d][s] ·
 * source[s]. Encoding is one such product, decoding two.
 */
import type { Bytes } from '../../base/bytes.ts';
import { PASS_DESTINATIONS_MAX, PASS_SOURCES_MAX } from './limits.ts';
import { COEFFICIENTS_AT, DESTINATIONS_AT, SOURCES_AT, strideFor } from './port.ts';
import type { FecKernel } from './port.ts';

export interface ProductRows {
  readonly rowBytes: number;
  /** Rows of at most `rowBytes`; a shorter one counts as continued with zeros. */
  readonly destinations: readonly Bytes[];
  readonly sources: readonly Bytes[];
  /** Writes the coefficients of `count` sources from `first` on in destination `destination`. */
  coefficients(destination: number, first: number, count: number, into: Bytes, at: number): void;
}

export class Product {
  readonly #kernel: FecKernel;
  readonly #rows: ProductRows;
  readonly #stride: number;
  /** Destinations of one pass: as equal as they can be, in fours, since the kernel takes four at a time. */
  readonly #tile: number;
  #destination = 0;
  #source = 0;

  constructor(kernel: FecKernel, rows: ProductRows) {
    this.#kernel = kernel;
    this.#rows = rows;
    this.#stride = strideFor(rows.rowBytes);
    const count = rows.destinations.length;
    const tileCount = Math.ceil(count / PASS_DESTINATIONS_MAX);
    this.#tile = Math.ceil(count / tileCount / 4) * 4;
    if (rows.sources.length === 0) this.#destination = count;
  }

  get done(): boolean {
    return this.#destination >= this.#rows.destinations.length;
  }

  /** Works until the bytes are spent or all is done: never less than a pass. Returns what is left of the bytes. */
  step(workBytes: number): number {
    let left = workBytes;
    while (left > 0 && !this.done) left -= this.#pass(left);
    return left;
  }

  /** Reads and writes every row it needs, so that passes of several products may alternate. */
  #pass(workBytes: number): number {
    const { destinations, sources, rowBytes } = this.#rows;
    const destinationCount = Math.min(this.#tile, destinations.length - this.#destination);
    const affordable = Math.max(1, Math.ceil(workBytes / (destinationCount * this.#stride)));
    const sourceCount = Math.min(PASS_SOURCES_MAX, affordable, sources.length - this.#source);
    const { memory } = this.#kernel;
    for (let s = 0; s < sourceCount; s++) {
      this.#load(sources[this.#source + s] as Bytes, SOURCES_AT + s * this.#stride);
    }
    for (let d = 0; d < destinationCount; d++) {
      const at = COEFFICIENTS_AT + d * sourceCount;
      this.#rows.coefficients(this.#destination + d, this.#source, sourceCount, memory, at);
      this.#load(destinations[this.#destination + d] as Bytes, DESTINATIONS_AT + d * this.#stride);
    }
    this.#kernel.multiplyAdd(destinationCount, sourceCount, this.#stride);
    for (let d = 0; d < destinationCount; d++) {
      const destination = destinations[this.#destination + d] as Bytes;
      const at = DESTINATIONS_AT + d * this.#stride;
      destination.set(memory.subarray(at, at + Math.min(rowBytes, destination.length)));
    }
    this.#source += sourceCount;
    if (this.#source >= sources.length) {
      this.#source = 0;
      this.#destination += destinationCount;
    }
    return destinationCount * sourceCount * this.#stride;
  }

  #load(row: Bytes, at: number): void {
    const { memory } = this.#kernel;
    memory.set(row, at);
    if (row.length < this.#stride) memory.fill(0, at + row.length, at + this.#stride);
  }
}

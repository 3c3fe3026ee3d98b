/** Which bytes of a pack's stream belong to which file. The manifest comes first, then each file right after the one before. */
import type { PackEntry } from './manifest.ts';

export interface PackRange {
  /** Index in the manifest's entries. */
  readonly entry: number;
  /** First byte, in the file. */
  readonly from: number;
  readonly length: number;
}

export class PackLayout {
  /** Indexes of the files that have bytes, in order. */
  readonly #files: readonly number[];
  /** Where each of them begins in the stream, and where the last one ends. */
  readonly #starts: Float64Array;
  readonly manifestBytes: number;

  constructor(manifestBytes: number, entries: readonly PackEntry[]) {
    this.manifestBytes = manifestBytes;
    this.#files = [...entries.keys()].filter((index) => sizeOf(entries[index]) > 0);
    this.#starts = new Float64Array(this.#files.length + 1);
    let at = manifestBytes;
    for (const [i, index] of this.#files.entries()) {
      this.#starts[i] = at;
      at += sizeOf(entries[index]);
    }
    this.#starts[this.#files.length] = at;
  }

  /** Bytes of the stream. */
  get size(): number {
    return this.#starts[this.#files.length] as number;
  }

  /** The files that these bytes are of, in order; what is of the manifest is left out. */
  *ranges(offset: number, length: number): Generator<PackRange> {
    const end = Math.min(offset + length, this.size);
    let at = Math.max(offset, this.manifestBytes);
    for (let i = this.#fileAt(at); at < end && i < this.#files.length; i++) {
      const start = this.#starts[i] as number;
      const stop = Math.min(end, this.#starts[i + 1] as number);
      yield { entry: this.#files[i] as number, from: at - start, length: stop - at };
      at = stop;
    }
  }

  /** Which of the files has this byte: the last one that begins at or before it. */
  #fileAt(offset: number): number {
    let low = 0;
    let high = this.#files.length;
    while (low + 1 < high) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] as number) <= offset) low = middle;
      else high = middle;
    }
    return low;
  }
}

function sizeOf(entry: PackEntry | undefined): number {
  return entry?.kind === 'file' ? entry.size : 0;
}

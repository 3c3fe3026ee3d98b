/**
 * Blocks of a pack that is coming in, made of files that are here already: in an earlier copy of the folder, at the same path and of the
 * same size. Only what has the hash that the sender signed counts. Synchronous, for the pack thread.
 */
import { closeSync, lstatSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { BLOCK_BYTES } from '../../core/limits.ts';
import { PackLayout } from '../../core/pack/layout.ts';
import type { PackEntry } from '../../core/pack/manifest.ts';
import { pathOf } from '../../core/pack/rules.ts';
import { equalBytes } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import { sha256 } from './kept-manifest.ts';
import { PackReader } from './pack-reader.ts';

export class EarlierCopies {
  readonly #layout: PackLayout;
  readonly #reader: PackReader;
  /** Where the files are, by entry. */
  readonly #paths = new Map<number, string>();
  readonly #block = new Uint8Array(BLOCK_BYTES);

  /** `folders`: the one to be preferred first. */
  constructor(manifest: Bytes, entries: readonly PackEntry[], folders: readonly string[]) {
    this.#layout = new PackLayout(manifest.length, entries);
    this.#reader = new PackReader(manifest, entries, {
      pathOf: (index) => this.#paths.get(index) ?? '',
      modifiedNsOf: () => undefined,
    });
    for (const [index, entry] of entries.entries()) {
      if (entry.kind !== 'file' || entry.size === 0) continue;
      const name = pathOf(entries, index + 1);
      const path = folders.map((folder) => join(folder, name)).find((one) => isFileOf(one, entry.size));
      if (path !== undefined) this.#paths.set(index, path);
    }
  }

  /** Blocks of which every file is here. The manifest comes from the sender. */
  possible(): number[] {
    const blocks: number[] = [];
    const { size, manifestBytes } = this.#layout;
    for (let block = Math.ceil(manifestBytes / BLOCK_BYTES); block * BLOCK_BYTES < size; block++) {
      let isHere = true;
      for (const { entry } of this.#layout.ranges(block * BLOCK_BYTES, BLOCK_BYTES)) {
        isHere &&= this.#paths.has(entry);
      }
      if (isHere) blocks.push(block);
    }
    return blocks;
  }

  /** Writes the block into the part; false where it is not what the hash says. Throws what the disk says of the part. */
  copy(index: number, hash: Bytes, partPath: string): boolean {
    const offset = index * BLOCK_BYTES;
    const bytes = this.#block.subarray(0, Math.min(BLOCK_BYTES, this.#layout.size - offset));
    if (this.#reader.read(offset, bytes) !== undefined || !equalBytes(sha256(bytes), hash)) return false;
    const part = openSync(partPath, 'r+');
    try {
      for (let done = 0; done < bytes.length;) {
        done += writeSync(part, bytes, done, bytes.length - done, offset + done);
      }
    } finally {
      closeSync(part);
    }
    return true;
  }

  close(): void {
    this.#reader.rest();
  }
}

function isFileOf(path: string, size: number): boolean {
  const status = lstatSync(path, { throwIfNoEntry: false });
  return status?.isFile() === true && status.size === size;
}

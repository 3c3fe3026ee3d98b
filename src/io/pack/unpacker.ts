/**
 * Makes the files of a pack out of its part file, in a hidden folder that is ours alone, while the part grows. Nothing in that
 * folder is a link until all files are there, and every name was checked before, so nothing is written anywhere else.
 * Synchronous, for the pack thread.
 */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  futimesSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { equalBytes } from '../../base/bytes.ts';
import type { DiskFault } from '../../core/api.ts';
import type { PackFault } from '../../core/pack/fault.ts';
import { TOP } from '../../core/pack/manifest.ts';
import type { Manifest, PackEntry, PackFile } from '../../core/pack/manifest.ts';
import { pathOf } from '../../core/pack/rules.ts';
import { writeFault } from '../files/faults.ts';
import { UNPACK_SLICE_BYTES, UNPACK_SLICE_ENTRIES, UNPACK_WINDOW_BYTES } from '../limits.ts';

/** The disk's, or what is wrong with the pack. */
export type UnpackFault = DiskFault | PackFault;

interface Writing {
  readonly descriptor: number;
  readonly entry: PackFile;
  readonly place: number;
  readonly hash: Hash | undefined;
  left: number;
}

export interface UnpackerOptions {
  /** Of the part file; closed by `close`. */
  readonly part: number;
  /** Made empty. */
  readonly folder: string;
  /** Checked. */
  readonly manifest: Manifest;
  readonly manifestBytes: number;
}

export class Unpacker {
  readonly #options: UnpackerOptions;
  readonly #entries: readonly PackEntry[];
  /** Paths of folders by place. */
  readonly #folders = new Map<number, string>();
  readonly #window = Buffer.allocUnsafeSlow(UNPACK_WINDOW_BYTES);
  #windowAt = 0;
  #windowBytes = 0;
  /** Index of the next entry. */
  #next = 0;
  /** Of the stream: where the next byte of a file is. */
  #at: number;
  #writing: Writing | undefined;

  /** Throws what the system says where the folder cannot be made. */
  constructor(options: UnpackerOptions) {
    this.#options = options;
    this.#entries = options.manifest.entries;
    this.#at = options.manifestBytes;
    rmSync(options.folder, { recursive: true, force: true });
    mkdirSync(options.folder);
    this.#folders.set(TOP, options.folder);
  }

  /** Makes some of what the first `available` bytes of the stream hold. True where there is more to do. */
  advance(available: number): boolean | UnpackFault {
    const stopAt = this.#at + UNPACK_SLICE_BYTES;
    const stopEntry = this.#next + UNPACK_SLICE_ENTRIES;
    try {
      while (this.#next < this.#entries.length) {
        if (this.#next >= stopEntry || this.#at >= stopAt) return true;
        const step = this.#step(available);
        if (step !== true) return step;
      }
      return false;
    } catch (error) {
      return writeFault(error);
    }
  }

  /** Every file and folder is made. */
  get isComplete(): boolean {
    return this.#next === this.#entries.length;
  }

  /** When it is complete: links, then the folders' times, deepest first. Which links this system does not take. */
  finish(): { readonly linksLeftOut: number } | UnpackFault {
    try {
      let linksLeftOut = 0;
      for (const [index, entry] of this.#entries.entries()) {
        if (entry.kind === 'link' && !this.#makeLink(index + 1, entry.target)) linksLeftOut++;
      }
      for (const [place, path] of [...this.#folders].toReversed()) {
        const entry = place === TOP ? this.#options.manifest : this.#entries[place - 1];
        if (entry === undefined || !('modifiedAt' in entry)) continue;
        const modified = new Date(entry.modifiedAt);
        utimesSync(path, modified, modified);
      }
      return { linksLeftOut };
    } catch (error) {
      return writeFault(error);
    }
  }

  /** Folders and files, for a system on which each must be synced by itself; deepest first. */
  *paths(): Generator<string> {
    for (const [index, entry] of this.#entries.entries()) {
      if (entry.kind === 'file') yield this.#pathAt(index + 1);
    }
    yield* [...this.#folders.values()].toReversed();
  }

  /** Closes what is open. What was made stays. */
  close(): void {
    if (this.#writing !== undefined) closeSync(this.#writing.descriptor);
    this.#writing = undefined;
    closeSync(this.#options.part);
  }

  /** One entry, or as much of a file as is there. True where it may go on; false where bytes are missing. */
  #step(available: number): boolean | UnpackFault {
    const place = this.#next + 1;
    const entry = this.#entries[this.#next] as PackEntry;
    if (entry.kind === 'folder') {
      const path = this.#pathAt(place);
      mkdirSync(path);
      this.#folders.set(place, path);
    } else if (entry.kind === 'file') {
      const writing = (this.#writing ??= this.#begin(entry, place));
      // A slice is a bound on how long this takes, so a large file comes in many.
      const stopAt = this.#at + UNPACK_SLICE_BYTES;
      while (writing.left > 0 && this.#at < stopAt) if (!this.#copy(writing, available)) return false;
      if (writing.left > 0) return true;
      const fault = this.#end(writing);
      if (fault !== undefined) return fault;
    }
    this.#next++;
    return true;
  }

  #begin(entry: PackFile, place: number): Writing {
    const descriptor = openSync(this.#pathAt(place), 'wx', entry.executable ? 0o777 : 0o666);
    const hash = entry.hash === undefined ? undefined : createHash('sha256');
    return { descriptor, entry, place, hash, left: entry.size };
  }

  /** False where the next byte is not there yet. */
  #copy(writing: Writing, available: number): boolean {
    const inWindow = (): number => this.#windowAt + this.#windowBytes - this.#at;
    if (this.#at < this.#windowAt || inWindow() <= 0) {
      const wanted = Math.min(UNPACK_WINDOW_BYTES, available - this.#at);
      if (wanted <= 0) return false;
      this.#windowAt = this.#at;
      this.#windowBytes = readSync(this.#options.part, this.#window, 0, wanted, this.#at);
      if (this.#windowBytes === 0) throw new Error('the part file is shorter than it was');
    }
    const from = this.#at - this.#windowAt;
    const piece = this.#window.subarray(from, from + Math.min(writing.left, inWindow()));
    for (let done = 0; done < piece.length;) done += writeSync(writing.descriptor, piece, done);
    writing.hash?.update(piece);
    writing.left -= piece.length;
    this.#at += piece.length;
    return true;
  }

  #end({ descriptor, entry, place, hash }: Writing): UnpackFault | undefined {
    this.#writing = undefined;
    try {
      if (hash !== undefined && entry.hash !== undefined && !equalBytes(hash.digest(), entry.hash)) {
        return { reason: 'hash-mismatch', path: pathOf(this.#entries, place) };
      }
      const modified = new Date(entry.modifiedAt);
      futimesSync(descriptor, modified, modified);
    } finally {
      closeSync(descriptor);
    }
    return undefined;
  }

  /** False where this system makes no such link. */
  #makeLink(place: number, target: number): boolean {
    const path = this.#pathAt(place);
    const to = target === TOP ? this.#options.folder : this.#pathAt(target);
    const isFile = target !== TOP && this.#entries[target - 1]?.kind === 'file';
    try {
      symlinkSync(relative(dirname(path), to) || '.', path, isFile ? 'file' : 'dir');
      return true;
    } catch (error) {
      if (writeFault(error) === 'disk-full') throw error;
      // A file can be there twice instead.
      if (isFile) copyFileSync(to, path);
      return isFile;
    }
  }

  #pathAt(place: number): string {
    const { parent, name } = this.#entries[place - 1] as PackEntry;
    return join(this.#folders.get(parent) ?? '', name);
  }
}

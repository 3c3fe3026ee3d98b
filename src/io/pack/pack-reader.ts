/**
 * The stream of a pack, read from the files that it is made of: any bytes of it, across their borders. Synchronous, for the
 * pack thread: of ten thousand small files, opening and closing is the work, and asynchronous calls would triple it.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { Bytes } from '../../base/bytes.ts';
import type { DiskFault } from '../../core/api.ts';
import { PackLayout } from '../../core/pack/layout.ts';
import type { PackRange } from '../../core/pack/layout.ts';
import type { PackEntry } from '../../core/pack/manifest.ts';
import { PACK_FILES_OPEN_MAX } from '../limits.ts';

/** Where the files are. By index in the manifest's entries. */
export interface PackFiles {
  pathOf(index: number): string;
  /** When it was changed last, as it was looked at; undefined where that does not matter: the hash of the block decides. */
  modifiedNsOf(index: number): bigint | undefined;
}

/** A link put in a file's place is another file; a pipe would block the thread. */
const READ_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

export class PackReader {
  readonly #manifest: Bytes;
  readonly #entries: readonly PackEntry[];
  readonly #files: PackFiles;
  readonly #layout: PackLayout;
  /** Files that are read in several parts, by index; least lately used first. */
  readonly #open = new Map<number, number>();

  constructor(manifest: Bytes, entries: readonly PackEntry[], files: PackFiles) {
    this.#manifest = manifest;
    this.#entries = entries;
    this.#files = files;
    this.#layout = new PackLayout(manifest.length, entries);
  }

  /** Bytes of the stream. */
  get size(): number {
    return this.#layout.size;
  }

  /** Fills `into` with the bytes from `offset` on, all as they were when the pack was made, or says why not. */
  read(offset: number, into: Bytes): DiskFault | undefined {
    if (offset + into.length > this.size) return 'file-changed';
    const head = this.#manifest.subarray(Math.min(offset, this.#manifest.length), offset + into.length);
    into.set(head);
    let done = head.length;
    for (const range of this.#layout.ranges(offset, into.length)) {
      const fault = this.#readRange(range, into.subarray(done, done + range.length));
      if (fault !== undefined) return fault;
      done += range.length;
    }
    return undefined;
  }

  /** Closes what is open; the next read opens it again. */
  rest(): void {
    for (const descriptor of this.#open.values()) closeSync(descriptor);
    this.#open.clear();
  }

  #readRange(range: PackRange, into: Bytes): DiskFault | undefined {
    const isWhole = range.length === this.#sizeOf(range.entry);
    let descriptor: number | undefined;
    try {
      descriptor = isWhole ? this.#openFile(range.entry) : this.#openKept(range.entry);
      return this.#readFrom(descriptor, range, into);
    } catch {
      return 'file-unreadable';
    } finally {
      if (isWhole && descriptor !== undefined) closeSync(descriptor);
    }
  }

  #readFrom(descriptor: number, { entry, from }: PackRange, into: Bytes): DiskFault | undefined {
    for (let done = 0; done < into.length;) {
      const count = readSync(descriptor, into, done, into.length - done, from + done);
      if (count === 0) return 'file-changed';
      done += count;
    }
    // After the read, so that what was read is from before any change that this does not see.
    const status = fstatSync(descriptor, { bigint: true });
    const modifiedNs = this.#files.modifiedNsOf(entry);
    const isSame =
      status.isFile() &&
      Number(status.size) === this.#sizeOf(entry) &&
      (modifiedNs === undefined || modifiedNs === status.mtimeNs);
    return isSame ? undefined : 'file-changed';
  }

  #openKept(index: number): number {
    const known = this.#open.get(index);
    this.#open.delete(index);
    const descriptor = known ?? this.#openFile(index);
    this.#open.set(index, descriptor);
    if (this.#open.size > PACK_FILES_OPEN_MAX) {
      const [oldest] = this.#open;
      if (oldest !== undefined) {
        this.#open.delete(oldest[0]);
        closeSync(oldest[1]);
      }
    }
    return descriptor;
  }

  #openFile(index: number): number {
    return openSync(this.#files.pathOf(index), READ_FLAGS);
  }

  #sizeOf(index: number): number {
    const entry = this.#entries[index];
    return entry?.kind === 'file' ? entry.size : -1;
  }
}

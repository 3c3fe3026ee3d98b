/**
 * What is to be sent, looked at once before anything is said about it: folders are walked, and the manifest is made. What no
 * receiver could have (sockets, devices, links that lead out) is left out and reported; what cannot be read is a fault, because a
 * folder that arrives without it would not be the folder. Synchronous, for the pack thread.
 */
import { accessSync, constants, lstatSync, readdirSync, realpathSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { basename, join } from 'node:path';
import type { Bytes } from '../../base/bytes.ts';
import { err, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { FILE_BYTES_MAX, PACK_DEPTH_MAX, PACK_ENTRIES_MAX, PACK_PATH_BYTES_MAX } from '../../core/limits.ts';
import { encodeManifest, TOP } from '../../core/pack/manifest.ts';
import type { PackEntry } from '../../core/pack/manifest.ts';
import { TakenNames } from '../../core/pack/names.ts';
import { SCAN_REPORTED_MAX } from '../limits.ts';
import { errorCode } from '../problems.ts';
import type { PackFiles } from './pack-reader.ts';

/** Why nothing can be sent. `detail`: the system's error name, or the bound that is passed. */
export interface ScanFault {
  readonly fault: 'file-missing' | 'file-unreadable' | 'file-not-regular' | 'folder-too-large';
  readonly path: string;
  readonly detail: string;
}

export interface SkippedPath {
  readonly path: string;
  /** `special`: a socket, pipe or device. */
  readonly reason: 'special' | 'link-leads-out' | 'link-broken' | 'name-unreadable';
}

/** What is left out, or not as it is here. */
export interface ScanNotes {
  /** The first few. */
  readonly skipped: readonly SkippedPath[];
  readonly skippedCount: number;
  /** Entries whose names not every system takes. */
  readonly renamedCount: number;
}

export interface Scan {
  readonly manifest: Bytes;
  readonly entries: readonly PackEntry[];
  readonly files: PackFiles;
  /** Bytes of the whole stream. */
  readonly size: number;
  readonly notes: ScanNotes;
}

/** One folder: its content. Anything else: each under its own name. */
export function scanPaths(paths: readonly string[]): Result<Scan, ScanFault> {
  try {
    return ok(new Scanner().scan(paths));
  } catch (error) {
    if (error instanceof ScanStop) return err(error.fault);
    throw error;
  }
}

class ScanStop extends Error {
  readonly fault: ScanFault;
  constructor(fault: ScanFault['fault'], path: string, detail: string) {
    super(fault);
    this.fault = { fault, path, detail };
  }
}

/** Where an entry goes. */
interface Place {
  readonly parent: number;
  /** Of the entry, 1 for those of the folder itself. */
  readonly depth: number;
  /** Of the parent's path. */
  readonly pathBytes: number;
  /** Names that the parent has already. */
  readonly taken: TakenNames;
}

class Scanner {
  readonly #entries: PackEntry[] = [];
  /** Real paths: links that are named by the person are followed, and below them none is. */
  readonly #paths: string[] = [];
  readonly #modifiedNs: bigint[] = [];
  readonly #links: { readonly parent: number; readonly name: string; readonly path: string }[] = [];
  readonly #skipped: SkippedPath[] = [];
  #skippedCount = 0;
  #renamedCount = 0;
  #contentBytes = 0;

  scan(paths: readonly string[]): Scan {
    const real = paths.map((path) => look(path, (one) => realpathSync(one)));
    const [only] = real;
    const root = real.length === 1 && only !== undefined && statusOf(only).isDirectory() ? only : undefined;
    const modifiedAt = root === undefined ? this.#addEach(paths, real) : this.#addRoot(root);
    this.#addLinks(root);
    const manifest = this.#encode(modifiedAt, root ?? '');
    return {
      manifest,
      entries: this.#entries,
      files: {
        pathOf: (index) => this.#paths[index] as string,
        modifiedNsOf: (index) => this.#modifiedNs[index],
      },
      size: manifest.length + this.#contentBytes,
      notes: {
        skipped: this.#skipped,
        skippedCount: this.#skippedCount,
        renamedCount: this.#renamedCount,
      },
    };
  }

  #addRoot(path: string): number {
    this.#addContent(path, TOP, 0, 0);
    return unixMs(statusOf(path));
  }

  /** The newest of them gives the folder that they will be in its time. */
  #addEach(names: readonly string[], paths: readonly string[]): number {
    let newest = 0;
    const taken = new TakenNames();
    for (const [i, path] of paths.entries()) {
      const status = statusOf(path);
      newest = Math.max(newest, unixMs(status));
      const name = basename(names[i] ?? path);
      if (!status.isFile() && !status.isDirectory()) throw new ScanStop('file-not-regular', path, 'special');
      this.#add(path, name, status, { parent: TOP, depth: 1, pathBytes: 0, taken });
    }
    return newest;
  }

  #addContent(path: string, parent: number, depth: number, pathBytes: number): void {
    const place: Place = { parent, depth: depth + 1, pathBytes, taken: new TakenNames() };
    // One order on every run, so that an unchanged folder makes the same manifest.
    for (const name of look(path, (folder) => readdirSync(folder)).toSorted(byCodeUnit)) {
      const child = join(path, name);
      const status = this.#childStatus(child, name);
      if (status !== undefined) this.#add(child, name, status, place);
    }
  }

  #childStatus(child: string, name: string): BigIntStats | undefined {
    try {
      return lstatSync(child, { bigint: true });
    } catch (error) {
      // Gone since the folder was read; or a name that is no text, which cannot be asked for.
      if (errorCode(error) !== 'ENOENT') throw new ScanStop('file-unreadable', child, errorCode(error));
      if (name.includes('\ufffd')) this.#skip(child, 'name-unreadable');
      return undefined;
    }
  }

  #add(path: string, localName: string, status: BigIntStats, place: Place): void {
    const isLink = status.isSymbolicLink();
    if (!status.isFile() && !status.isDirectory() && !isLink) return this.#skip(path, 'special');
    const { parent, depth, taken } = place;
    const name = taken.take(localName);
    if (name !== localName.normalize('NFC')) this.#renamedCount++;
    const pathBytes = place.pathBytes + (parent === TOP ? 0 : 1) + Buffer.byteLength(name);
    if (depth > PACK_DEPTH_MAX || pathBytes > PACK_PATH_BYTES_MAX) {
      throw new ScanStop('folder-too-large', path, 'depth');
    }
    if (isLink) {
      this.#links.push({ parent, name, path });
    } else if (status.isDirectory()) {
      const folder = this.#push({ kind: 'folder', parent, name, modifiedAt: unixMs(status) }, path, 0n);
      this.#addContent(path, folder, depth, pathBytes);
    } else {
      this.#addFile(path, parent, name, status);
    }
    return undefined;
  }

  #addFile(path: string, parent: number, name: string, status: BigIntStats): void {
    look(path, (file) => accessSync(file, constants.R_OK));
    const size = Number(status.size);
    this.#contentBytes += size;
    if (this.#contentBytes > FILE_BYTES_MAX) throw new ScanStop('folder-too-large', path, 'bytes');
    // Windows has no such bit: there every file would be one.
    const executable = process.platform !== 'win32' && (status.mode & 0o100n) !== 0n;
    const entry = { kind: 'file', parent, name, modifiedAt: unixMs(status), size, executable } as const;
    this.#push(entry, path, status.mtimeNs);
  }

  /** Those that lead to a file or folder that is sent with them; after all of these. */
  #addLinks(root: string | undefined): void {
    if (this.#links.length === 0) return;
    const places = new Map(this.#paths.map((path, index) => [path, index + 1]));
    if (root !== undefined) places.set(root, TOP);
    for (const { parent, name, path } of this.#links) {
      let real: string;
      try {
        real = realpathSync(path);
      } catch {
        this.#skip(path, 'link-broken');
        continue;
      }
      const target = places.get(real);
      if (target === undefined) this.#skip(path, 'link-leads-out');
      else this.#push({ kind: 'link', parent, name, target }, path, 0n);
    }
  }

  /** Its place. */
  #push(entry: PackEntry, path: string, modifiedNs: bigint): number {
    if (this.#entries.length >= PACK_ENTRIES_MAX) throw new ScanStop('folder-too-large', path, 'entries');
    this.#entries.push(entry);
    this.#paths.push(path);
    this.#modifiedNs.push(modifiedNs);
    return this.#entries.length;
  }

  #encode(modifiedAt: number, root: string): Bytes {
    try {
      return encodeManifest({ modifiedAt, entries: this.#entries });
    } catch {
      throw new ScanStop('folder-too-large', root, 'names');
    }
  }

  #skip(path: string, reason: SkippedPath['reason']): void {
    this.#skippedCount++;
    if (this.#skipped.length < SCAN_REPORTED_MAX) this.#skipped.push({ path, reason });
  }
}

const statusOf = (path: string): BigIntStats => look(path, (one) => lstatSync(one, { bigint: true }));

function look<T>(path: string, ask: (path: string) => T): T {
  try {
    return ask(path);
  } catch (error) {
    const code = errorCode(error);
    throw new ScanStop(code === 'ENOENT' ? 'file-missing' : 'file-unreadable', path, code);
  }
}

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Before 1970 is 1970. */
function unixMs(status: BigIntStats): number {
  return Math.max(0, Number(status.mtimeMs));
}

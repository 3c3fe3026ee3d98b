/**
 * What the pack thread does, request by request. All of it is synchronous work on many small files, which would delay the packets
 * of the engine's own thread; unpacking goes in slices, so that reading for others has its turn in between.
 */
import { closeSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Bytes } from '../../base/bytes.ts';
import { err, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import type { PackFault } from '../../core/pack/fault.ts';
import { decodeManifest, decodePackHeader, PACK_HEADER_BYTES } from '../../core/pack/manifest.ts';
import type { Manifest, PackEntry } from '../../core/pack/manifest.ts';
import { manifestFault, pathOf } from '../../core/pack/rules.ts';
import { writeFault } from '../files/faults.ts';
import { errorCode } from '../problems.ts';
import { makeDurable, syncFolder } from './durable.ts';
import { EarlierCopies } from './earlier-copies.ts';
import { nameFolder } from './folder-name.ts';
import { hashOf, keepFile, namedBefore, noteName } from './kept-manifest.ts';
import type {
  FinishReply,
  FoundReply,
  HoldReply,
  PackPart,
  PackReplies,
  PackRequest,
  PlanReply,
  ReadReply,
  ScanReply,
  UnpackReply,
} from './pack-messages.ts';
import { PackReader } from './pack-reader.ts';
import { scanPaths } from './scan.ts';
import { Unpacker } from './unpacker.ts';
import type { UnpackFault } from './unpacker.ts';

type Of<T extends PackRequest['type']> = Extract<PackRequest, { type: T }>;
type Failed = Exclude<UnpackReply, { ok: true }>;

interface Unpacking {
  readonly unpacker: Unpacker;
  readonly folder: string;
  readonly manifest: Bytes;
  readonly entries: readonly PackEntry[];
  /** Where blocks are looked for before they are asked for. */
  copies: EarlierCopies | undefined;
  readonly size: number;
  available: number;
  /** Ends when all that is available is unpacked. */
  running: Promise<UnpackReply> | undefined;
  /** The first; nothing is tried again. */
  failure: Failed | undefined;
  isOver: boolean;
}

export class PackDesk {
  readonly #readers = new Map<number, PackReader>();
  readonly #unpacking = new Map<number, Unpacking>();

  async answer(request: PackRequest): Promise<PackReplies[PackRequest['type']]> {
    switch (request.type) {
      case 'scan':
        return this.#scan(request);
      case 'hold':
        return this.#hold(request);
      case 'read':
        return this.#read(request);
      case 'unpack':
        return this.#unpack(request);
      case 'advance':
        return await this.#advance(request.pack, request.available);
      case 'plan':
        return this.#plan(request);
      case 'find':
        return await this.#find(request);
      case 'finish':
        return await this.#finish(request);
      case 'close':
        await this.#discard(request.pack);
        this.#readers.get(request.pack)?.rest();
        this.#readers.delete(request.pack);
        return null;
    }
  }

  #scan({ pack, paths }: Of<'scan'>): ScanReply {
    const scanned = scanPaths(paths);
    if (!scanned.ok) return { ok: false, ...scanned.error };
    const { manifest, entries, files, size, notes } = scanned.value;
    this.#readers.set(pack, new PackReader(manifest, entries, files));
    return { ok: true, size, entryCount: entries.length, manifestHash: hashOf(manifest), notes };
  }

  #hold({ pack, folder, manifestPath }: Of<'hold'>): HoldReply {
    try {
      const bytes = new Uint8Array(readFileSync(manifestPath));
      const decoded = decodeManifest(bytes);
      if (!decoded.ok) return { ok: false, fault: 'file-unreadable', detail: decoded.error.reason };
      const { entries } = decoded.value;
      const reader = new PackReader(bytes, entries, {
        pathOf: (index) => join(folder, pathOf(entries, index + 1)),
        modifiedNsOf: () => undefined,
      });
      this.#readers.set(pack, reader);
      return { ok: true, size: reader.size, manifestHash: hashOf(bytes) };
    } catch (error) {
      return { ok: false, fault: 'file-unreadable', detail: errorCode(error) };
    }
  }

  #read({ pack, offset, bytes }: Of<'read'>): ReadReply {
    const reader = this.#readers.get(pack);
    const fault = reader === undefined ? 'file-unreadable' : reader.read(offset, bytes);
    return fault === undefined ? { bytes } : { bytes, fault };
  }

  #unpack({ pack, partPath, folder, size, entryCount }: PackPart): UnpackReply {
    let part: number | undefined;
    try {
      part = openSync(partPath, 'r');
      const read = readManifest(part, size, entryCount);
      if (!read.ok) {
        closeSync(part);
        return failed(read.error);
      }
      const { bytes, manifest } = read.value;
      const unpacker = new Unpacker({ part, folder, manifest, manifestBytes: bytes.length });
      this.#unpacking.set(pack, {
        unpacker,
        folder,
        manifest: bytes,
        entries: manifest.entries,
        copies: undefined,
        size,
        available: bytes.length,
        running: undefined,
        failure: undefined,
        isOver: false,
      });
      return { ok: true };
    } catch (error) {
      if (part !== undefined) closeSync(part);
      return failed(writeFault(error));
    }
  }

  async #advance(pack: number, available: number): Promise<UnpackReply> {
    const unpacking = this.#unpacking.get(pack);
    if (unpacking === undefined) return failed('disk-error');
    unpacking.available = Math.max(unpacking.available, available);
    unpacking.running ??= this.#run(unpacking).finally(() => (unpacking.running = undefined));
    return await unpacking.running;
  }

  async #run(unpacking: Unpacking): Promise<UnpackReply> {
    for (;;) {
      if (unpacking.failure !== undefined) return unpacking.failure;
      if (unpacking.isOver) return failed('disk-error');
      const more = unpacking.unpacker.advance(unpacking.available);
      if (typeof more !== 'boolean') return (unpacking.failure = failed(more));
      if (!more) break;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return { ok: true };
  }

  #plan({ pack, folders }: Of<'plan'>): PlanReply {
    const unpacking = this.#unpacking.get(pack);
    if (unpacking === undefined) return { possible: [] };
    try {
      const copies = new EarlierCopies(unpacking.manifest, unpacking.entries, folders);
      unpacking.copies = copies;
      return { possible: copies.possible() };
    } catch {
      return { possible: [] };
    }
  }

  async #find({ pack, partPath, blocks }: Of<'find'>): Promise<FoundReply> {
    const unpacking = this.#unpacking.get(pack);
    const found: number[] = [];
    for (const { index, hash } of blocks) {
      if (unpacking?.copies === undefined || unpacking.isOver) break;
      try {
        if (unpacking.copies.copy(index, hash, partPath)) found.push(index);
      } catch {
        // A part that cannot be written will say so to whoever writes the block that comes instead.
        break;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    return { found };
  }

  async #finish(request: Of<'finish'>): Promise<FinishReply> {
    const { pack, manifestPath, downloads, receivedName } = request;
    const known = namedBefore(manifestPath);
    if (known !== undefined) {
      await this.#discard(pack);
      return { ok: true, ...known, linksLeftOut: 0 };
    }
    if (!this.#unpacking.has(pack)) {
      const begun = this.#unpack(request);
      if (!begun.ok) return begun;
    }
    const made = await this.#advance(pack, request.size);
    const unpacking = this.#unpacking.get(pack);
    if (!made.ok || unpacking === undefined) return made.ok ? failed('disk-error') : made;
    const { unpacker, folder, manifest } = unpacking;
    const finished = unpacker.isComplete ? unpacker.finish() : 'disk-error';
    if (typeof finished === 'string' || 'reason' in finished) return failed(finished);
    try {
      await makeDurable(folder, unpacker.paths());
      keepFile(manifestPath, manifest);
      // Cancelled in these last milliseconds: what the user was told is gone must be gone.
      if (unpacking.isOver) return failed('disk-error');
      const path = nameFolder(folder, downloads, receivedName, (next) =>
        noteName(manifestPath, folder, next),
      );
      syncFolder(downloads);
      unpacking.copies?.close();
      unpacker.close();
      this.#unpacking.delete(pack);
      return { ok: true, path, manifestHash: hashOf(manifest), ...finished };
    } catch (error) {
      return failed(writeFault(error));
    }
  }

  async #discard(pack: number): Promise<void> {
    const unpacking = this.#unpacking.get(pack);
    if (unpacking === undefined) return;
    this.#unpacking.delete(pack);
    unpacking.isOver = true;
    await unpacking.running;
    unpacking.copies?.close();
    unpacking.unpacker.close();
    rmSync(unpacking.folder, { recursive: true, force: true });
  }
}

function readManifest(
  part: number,
  size: number,
  entryCount: number,
): Result<{ readonly bytes: Bytes; readonly manifest: Manifest }, UnpackFault> {
  const head = new Uint8Array(PACK_HEADER_BYTES);
  readSync(part, head, 0, head.length, 0);
  const header = decodePackHeader(head);
  if (!header.ok) return header;
  const { manifestBytes } = header.value;
  if (manifestBytes > size || header.value.entryCount !== entryCount) {
    return err({ reason: 'size-mismatch', path: '' } satisfies PackFault);
  }
  const bytes = new Uint8Array(manifestBytes);
  for (let done = 0; done < manifestBytes;) {
    const count = readSync(part, bytes, done, manifestBytes - done, done);
    if (count === 0) return err('disk-error');
    done += count;
  }
  const decoded = decodeManifest(bytes);
  if (!decoded.ok) return decoded;
  const fault = manifestFault(decoded.value, { size, manifestBytes });
  return fault === undefined ? ok({ bytes, manifest: decoded.value }) : err(fault);
}

function failed(fault: UnpackFault): Failed {
  return typeof fault === 'string' ? { ok: false, fault } : { ok: false, refused: fault };
}

/**
 * A pack on its way in, as `IncomingFile` is for a file: its stream goes into a part file, so that it resumes as any file does, and
 * is unpacked into a hidden folder as far as it is there. Only a folder that is whole and synced gets the name. A manifest that
 * breaks a rule is refused as soon as it is there: the rest need not come at all.
 */
import type { BufferPool } from '../../base/buffer-pool.ts';
import type { Bytes } from '../../base/bytes.ts';
import { err, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import type { DiskFault } from '../../core/api.ts';
import type { PackFault } from '../../core/pack/fault.ts';
import { BLOCK_BYTES } from '../../core/limits.ts';
import { decodePackHeader, PACK_HEADER_BYTES } from '../../core/pack/manifest.ts';
import type { FileStamp } from '../files/file-stamp.ts';
import { PACK_BLOCKS_AHEAD_MAX } from '../limits.ts';
import { BlockSearch } from './block-search.ts';
import type { SearchOptions } from './block-search.ts';
import type { UnpackReply } from './pack-messages.ts';
import type { PackThread } from './pack-thread.ts';

/** What is needed of `IncomingFile`. */
export interface PartFile {
  writeBlock(offset: number, bytes: Bytes): Promise<DiskFault | undefined>;
  readBlock(offset: number, lengthBytes: number, into: BufferPool): Promise<Bytes | DiskFault>;
  sync(): Promise<DiskFault | undefined>;
  rest(): boolean;
  keep(): Promise<void>;
  discard(): Promise<void>;
}

export interface IncomingPackOptions {
  readonly thread: PackThread;
  readonly part: PartFile;
  readonly partPath: string;
  readonly downloads: string;
  /** The hidden folder, in `downloads`. */
  readonly folder: string;
  readonly receivedName: string;
  /** As they were offered. */
  readonly size: number;
  readonly entryCount: number;
  /** Where the manifest is kept, to serve the folder to others. */
  readonly manifestPath: string;
  readonly onRefused: (fault: PackFault) => void;
  readonly onLinksLeftOut: (count: number) => void;
}

export interface SavedPack {
  readonly path: string;
  readonly stamp: FileStamp;
  readonly mediaType?: undefined;
}

export class IncomingPack {
  readonly #options: IncomingPackOptions;
  readonly #pack: number;
  /** Bytes from the beginning on that are written without a gap; what is beyond, by offset. */
  #available = 0;
  readonly #ahead = new Map<number, number>();
  #manifestBytes = Infinity;
  #beginning: Promise<void> | undefined;
  #advancing = false;
  #fault: DiskFault | undefined;
  #search: BlockSearch | undefined;

  constructor(options: IncomingPackOptions) {
    this.#options = options;
    this.#pack = options.thread.open();
  }

  /** Undefined where the whole block was written, and nothing speaks against the pack. */
  async writeBlock(offset: number, bytes: Bytes): Promise<DiskFault | undefined> {
    if (offset === 0) this.#readHeader(bytes);
    if (this.#fault !== undefined) return this.#fault;
    const { length } = bytes;
    const fault = await this.#options.part.writeBlock(offset, bytes);
    if (fault !== undefined) return fault;
    this.#wrote(offset, length);
    if (this.#available >= this.#manifestBytes) {
      if (this.#beginning === undefined) await (this.#beginning = this.#begin());
      else void this.#advance();
    }
    return this.#fault;
  }

  /** What an earlier run wrote, block by block, is there. */
  async goOn(
    blocks: readonly { readonly offset: number; readonly length: number }[],
    buffers: BufferPool,
  ): Promise<void> {
    const head = blocks.some(({ offset }) => offset === 0)
      ? await this.#options.part.readBlock(0, Math.min(PACK_HEADER_BYTES, this.#options.size), buffers)
      : undefined;
    if (head instanceof Uint8Array) this.#readHeader(head);
    for (const { offset, length } of blocks) this.#wrote(offset, length);
    if (this.#fault === undefined && this.#available >= this.#manifestBytes)
      await (this.#beginning = this.#begin());
  }

  /** Looks for blocks in these folders, which are earlier copies; `report` as often as there is news. */
  seek(folders: readonly string[], report: SearchOptions['report']): void {
    const { thread, partPath, size } = this.#options;
    const blockCount = Math.ceil(size / BLOCK_BYTES);
    this.#search = new BlockSearch({
      thread,
      pack: this.#pack,
      partPath,
      blockCount,
      folders,
      report: (found, missing) => {
        for (const block of found) {
          this.#wrote(block * BLOCK_BYTES, Math.min(BLOCK_BYTES, size - block * BLOCK_BYTES));
        }
        void this.#advance();
        report(found, missing);
      },
    });
  }

  get isSeeking(): boolean {
    return this.#search !== undefined;
  }

  /** A signed page says what blocks hash to. */
  page(first: number, hashes: readonly Bytes[]): void {
    this.#search?.page(first, hashes);
  }

  async readBlock(offset: number, lengthBytes: number, into: BufferPool): Promise<Bytes | DiskFault> {
    return await this.#options.part.readBlock(offset, lengthBytes, into);
  }

  async sync(): Promise<DiskFault | undefined> {
    return await this.#options.part.sync();
  }

  rest(): boolean {
    return this.#options.part.rest();
  }

  /** The part stays; what is unpacked of it is unpacked again another time. */
  async keep(): Promise<void> {
    this.#search?.stop();
    await this.#options.thread.end(this.#pack);
    await this.#options.part.keep();
  }

  /** Makes what is left of the folder durable, and gives it the first free name. */
  async finish(): Promise<Result<SavedPack, DiskFault>> {
    const { thread, part, size, onLinksLeftOut } = this.#options;
    // Not even a first block came.
    if (size < PACK_HEADER_BYTES) this.#refuse({ reason: 'malformed', path: '' });
    if (this.#fault !== undefined) return err(this.#fault);
    try {
      await this.#beginning;
      const reply = await thread.ask({ type: 'finish', ...this.#place(), ...this.#naming() });
      if (!reply.ok) return err(this.#note(reply));
      if (reply.linksLeftOut > 0) onLinksLeftOut(reply.linksLeftOut);
      await thread.end(this.#pack);
      await part.discard();
      return ok({ path: reply.path, stamp: { size, version: reply.manifestHash } });
    } catch {
      return err('disk-error');
    }
  }

  /** Closes and removes what there is. Idempotent, never throws. */
  async discard(): Promise<void> {
    this.#search?.stop();
    await this.#options.thread.end(this.#pack);
    await this.#options.part.discard();
  }

  #readHeader(bytes: Bytes): void {
    const { size, entryCount } = this.#options;
    const header = decodePackHeader(bytes);
    if (!header.ok) return this.#refuse(header.error);
    const { manifestBytes } = header.value;
    const fits = manifestBytes <= size && header.value.entryCount === entryCount;
    if (!fits) return this.#refuse({ reason: 'size-mismatch', path: '' });
    this.#manifestBytes = manifestBytes;
    return undefined;
  }

  #wrote(offset: number, length: number): void {
    // Far ahead of a gap it is not noted any more: then the rest is unpacked at the end.
    if (this.#ahead.size < PACK_BLOCKS_AHEAD_MAX) this.#ahead.set(offset, length);
    for (let next = this.#ahead.get(this.#available); next !== undefined;) {
      this.#ahead.delete(this.#available);
      this.#available += next;
      next = this.#ahead.get(this.#available);
    }
  }

  async #begin(): Promise<void> {
    await this.#ask(() => this.#options.thread.ask({ type: 'unpack', ...this.#place() }));
    if (this.#fault !== undefined) return this.#search?.stop();
    void this.#advance();
    void this.#search?.begin();
    return undefined;
  }

  async #advance(): Promise<void> {
    if (this.#advancing) return;
    this.#advancing = true;
    await this.#beginning;
    for (let told = 0; this.#fault === undefined && told < this.#available;) {
      const available = this.#available;
      await this.#ask(() => this.#options.thread.ask({ type: 'advance', pack: this.#pack, available }));
      told = available;
    }
    this.#advancing = false;
  }

  async #ask(request: () => Promise<UnpackReply>): Promise<void> {
    try {
      const reply = await request();
      if (!reply.ok) this.#note(reply);
    } catch {
      this.#fault ??= 'disk-error';
    }
  }

  #note(reply: Exclude<UnpackReply, { ok: true }>): DiskFault {
    if ('refused' in reply) this.#refuse(reply.refused);
    else this.#fault ??= reply.fault;
    return this.#fault ?? 'disk-error';
  }

  #refuse(fault: PackFault): void {
    if (this.#fault === undefined) this.#options.onRefused(fault);
    this.#fault ??= 'pack-refused';
  }

  #place() {
    const { partPath, folder, size, entryCount } = this.#options;
    return { pack: this.#pack, partPath, folder, size, entryCount };
  }

  #naming() {
    const { downloads, receivedName, manifestPath } = this.#options;
    return { downloads, receivedName, manifestPath };
  }
}

/**
 * Transfers of an earlier run come back: own sources and finished files where they are what they were, parts with the
 * blocks that are really there. One after the other, so that a start with many of them reads the disk in one go and leaves
 * time for what runs.
 */
import { UsageError } from '../../base/assert.ts';
import type { BufferPool } from '../../base/buffer-pool.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { RoomId, TransferId } from '../../base/ids.ts';
import { err, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import type { PeerApi, RestoredTransfer } from '../../core/api.ts';
import { BLOCK_BYTES } from '../../core/limits.ts';
import type { EngineEvent, RestoredFile } from '../engine-messages.ts';
import type { IncomingPack } from '../pack/incoming-pack.ts';
import { namedBefore } from '../pack/kept-manifest.ts';
import type { Packs } from '../pack/packs.ts';
import type { FileStamp } from './file-stamp.ts';
import { HeldFile } from './held-file.ts';
import type { IncomingFile } from './incoming-file.ts';
import type { OpenFiles } from './open-files.ts';
import type { OpenRefusal } from './outgoing-file.ts';
import { blockHashes, checkedBlocks, findNamed } from './part-check.ts';

export interface RestoreRequest {
  readonly room: RoomId;
  readonly transfer: TransferId;
  readonly restored: RestoredTransfer;
  readonly file: RestoredFile;
}

export interface RestoringFiles {
  readonly buffers: BufferPool;
  readonly openFiles: OpenFiles;
  readonly post: (event: EngineEvent) => void;
  readonly run: (command: (peer: PeerApi, now: number) => void) => void;
  readonly packs: Packs;
  /** The part of a transfer, not opened yet. */
  readonly part: (transfer: TransferId, file: PartOf) => IncomingFile;
  /** It is on its way again; undefined: not after all. */
  readonly goOn: (transfer: TransferId, file: IncomingFile | IncomingPack | undefined) => void;
  /** It has its name, which nobody has written down yet. */
  readonly named: (transfer: TransferId, part: IncomingFile) => void;
  /** From now on this is what the transfer is read from. */
  readonly hold: (transfer: TransferId, file: HeldFile | undefined) => void;
}

type Of<K extends RestoredFile['kind']> = Extract<RestoredFile, { kind: K }>;
type PartOf = Of<'part'>;
type WholeOf = Of<'whole' | 'folder' | 'sources'>;

export class Restorer {
  readonly #files: RestoringFiles;
  #last: Promise<void> = Promise.resolve();
  readonly #withdrawn = new Set<TransferId>();
  /** What is to follow once a transfer is back. */
  readonly #after = new Map<TransferId, (() => void)[]>();
  #stopped = false;

  constructor(files: RestoringFiles) {
    this.#files = files;
  }

  restore(request: RestoreRequest): Promise<void> {
    this.#after.set(request.transfer, this.#after.get(request.transfer) ?? []);
    this.#withdrawn.delete(request.transfer);
    this.#last = this.#last.then(async () => {
      if (this.#stopped || this.#withdrawn.delete(request.transfer)) {
        this.#after.delete(request.transfer);
        return;
      }
      const { file } = request;
      if (file.kind === 'part') await this.#part(request, file);
      else if (file.kind === 'gone') this.#tell(request, request.restored);
      else await this.#whole(request, file);
      const waiting = this.#after.get(request.transfer) ?? [];
      this.#after.delete(request.transfer);
      for (const then of waiting) then();
    });
    return this.#last;
  }

  /** True where the transfer is on its way back: `then` runs once it is there. */
  defers(transfer: TransferId, then: () => void): boolean {
    const waiting = this.#after.get(transfer);
    waiting?.push(then);
    return waiting !== undefined;
  }

  /** It ended before its turn came. */
  withdraw(transfer: TransferId): void {
    if (this.#after.has(transfer)) this.#withdrawn.add(transfer);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#last;
  }

  async #whole(request: RestoreRequest, file: WholeOf): Promise<void> {
    const { post, hold } = this.#files;
    const { transfer } = request;
    const opened = await this.#open(transfer, file);
    if (!opened.ok) {
      const { fault, detail } = opened.error;
      return post({ type: 'restore-refused', transfer, fault, detail });
    }
    if (this.#stopped) return await opened.value.close();
    hold(transfer, opened.value);
    if (!this.#tell(request, request.restored)) hold(transfer, undefined);
    return undefined;
  }

  /** What it was, and nothing else. */
  async #open(transfer: TransferId, file: WholeOf): Promise<Result<HeldFile, OpenRefusal>> {
    const { openFiles, packs } = this.#files;
    const held =
      file.kind === 'whole'
        ? new HeldFile(file.path, file.stamp, openFiles)
        : file.kind === 'folder'
          ? packs.held(transfer, file.path, file.stamp)
          : packs.heldSource(file.paths, file.stamp);
    const refusal = await held.check();
    if (refusal === undefined) return ok(held);
    await held.close();
    return err(refusal);
  }

  async #part(request: RestoreRequest, file: PartOf): Promise<void> {
    const { transfer, restored } = request;
    const { buffers, post, goOn } = this.#files;
    const { folder, size } = file;
    const part = this.#files.part(transfer, file);
    const opened = await part.reopen();
    if (!opened.ok) {
      await part.keep();
      return post({ type: 'restore-refused', transfer, fault: opened.error, detail: folder });
    }
    const hashes = blockHashes(restored.pages);
    const hadBlocks = restored.written.some((byte) => byte !== 0);
    const { named: identity } = opened.value;
    if (identity !== undefined || (hadBlocks && opened.value.size === 0)) {
      const saved = await this.#named(transfer, file, { identity, hashes });
      if (saved !== undefined) {
        await part.keep();
        this.#files.named(transfer, part);
        post({ type: 'file-saved', transfer, ...saved });
        const { path, stamp } = saved;
        const kind = file.pack === undefined ? 'whole' : 'folder';
        return await this.#whole(
          { ...request, restored: { ...restored, state: 'complete' } },
          { kind, path, stamp },
        );
      }
    }
    const isStopped = (): boolean => this.#stopped;
    const written = await checkedBlocks(part, size, restored.written, hashes, buffers, isStopped);
    if (this.#stopped) return await part.keep();
    goOn(transfer, await this.#unpacking(transfer, file, part, written));
    if (!isEqual(written, restored.written)) post({ type: 'part-checked', transfer, written });
    if (!this.#tell(request, { ...restored, written })) goOn(transfer, undefined);
    return undefined;
  }

  /** A pack is unpacked as far as it is there. */
  async #unpacking(
    transfer: TransferId,
    file: PartOf,
    part: IncomingFile,
    written: Bytes,
  ): Promise<IncomingFile | IncomingPack> {
    const { folder, pack, size } = file;
    if (pack === undefined) return part;
    const incoming = this.#files.packs.incoming(transfer, { ...file, pack }, part, folder);
    const blocks = Array.from({ length: Math.ceil(size / BLOCK_BYTES) }, (_, index) => index)
      .filter((index) => ((written[index >> 3] ?? 0) & (1 << (index & 7))) !== 0)
      .map((index) => index * BLOCK_BYTES)
      .map((offset) => ({ offset, length: Math.min(BLOCK_BYTES, size - offset) }));
    await incoming.goOn(blocks, this.#files.buffers);
    return incoming;
  }

  /** Killed between the name and the news of it. */
  async #named(
    transfer: TransferId,
    { folder, name, size, pack }: PartOf,
    by: Parameters<typeof findNamed>[3],
  ): Promise<{ path: string; stamp: FileStamp; mediaType?: string | undefined } | undefined> {
    const { packs, buffers } = this.#files;
    if (pack === undefined) return await findNamed(folder, name, size, by, buffers);
    const named = namedBefore(packs.manifestPath(transfer));
    return named === undefined
      ? undefined
      : { path: named.path, stamp: { size, version: named.manifestHash } };
  }

  /** False where the room was quit meanwhile, or the core has no place for it. */
  #tell({ room, transfer }: RestoreRequest, restored: RestoredTransfer): boolean {
    try {
      this.#files.run((peer, now) => peer.restoreTransfer(now, room, restored));
      return true;
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      this.#files.post({
        type: 'restore-refused',
        transfer,
        fault: 'file-unreadable',
        detail: error.message,
      });
      return false;
    }
  }
}

const isEqual = (one: Bytes, other: Bytes): boolean =>
  one.length === other.length && one.every((byte, i) => byte === other[i]);

/**
 * The source of a transfer that is a pack, as `OutgoingFile` is that of a file: read in blocks, and known to be what it was. The
 * files themselves are in the pack thread.
 */
import type { BufferPool } from '../../base/buffer-pool.ts';
import type { Bytes } from '../../base/bytes.ts';
import { err, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import type { DiskFault } from '../../core/api.ts';
import { FILE_OPERATIONS_MAX } from '../limits.ts';
import type { FileStamp } from '../files/file-stamp.ts';
import { OperationGate } from '../files/operation-gate.ts';
import type { PackThread } from './pack-thread.ts';
import type { ScanFault, ScanNotes } from './scan.ts';

export class PackSource {
  /** Bytes of the stream. */
  readonly size: number;
  /** SHA-256 of the manifest: another one is another pack. */
  readonly manifestHash: string;
  readonly #thread: PackThread;
  readonly #pack: number;
  readonly #gate = new OperationGate(FILE_OPERATIONS_MAX);
  #closed = false;

  private constructor(thread: PackThread, pack: number, size: number, manifestHash: string) {
    this.#thread = thread;
    this.#pack = pack;
    this.size = size;
    this.manifestHash = manifestHash;
  }

  /** What is at these paths now, all of it readable. */
  static async scan(thread: PackThread, paths: readonly string[]): Promise<Result<ScannedSource, ScanFault>> {
    const pack = thread.open();
    try {
      const reply = await thread.ask({ type: 'scan', pack, paths });
      if (reply.ok) {
        const { size, manifestHash, entryCount, notes } = reply;
        return ok({ source: new PackSource(thread, pack, size, manifestHash), entryCount, notes });
      }
      await thread.end(pack);
      const { fault, path, detail } = reply;
      return err({ fault, path, detail });
    } catch (error) {
      await thread.end(pack);
      return err({ fault: 'file-unreadable', path: paths[0] ?? '', detail: messageOf(error) });
    }
  }

  /** A folder that was unpacked, with the manifest that was kept of it. The blocks' hashes tell whether it is what it was. */
  static async hold(
    thread: PackThread,
    folder: string,
    manifestPath: string,
  ): Promise<Result<PackSource, { readonly fault: DiskFault; readonly detail: string }>> {
    const pack = thread.open();
    try {
      const reply = await thread.ask({ type: 'hold', pack, folder, manifestPath });
      if (reply.ok) return ok(new PackSource(thread, pack, reply.size, reply.manifestHash));
      await thread.end(pack);
      return err({ fault: reply.fault, detail: reply.detail });
    } catch (error) {
      await thread.end(pack);
      return err({ fault: 'file-unreadable', detail: messageOf(error) });
    }
  }

  get stamp(): FileStamp {
    return { size: this.size, version: this.manifestHash };
  }

  /** Exactly these bytes of the stream as it was offered, in a buffer of `into`, or why not. */
  async readBlock(offset: number, lengthBytes: number, into: BufferPool): Promise<Bytes | DiskFault> {
    return await this.#gate.run(async () => {
      if (this.#closed) return 'file-unreadable';
      try {
        const bytes = into.take(lengthBytes);
        const reply = await this.#thread.ask({ type: 'read', pack: this.#pack, offset, bytes });
        if (reply.fault === undefined) return reply.bytes;
        into.give(reply.bytes);
        return reply.fault;
      } catch {
        return 'file-unreadable';
      }
    });
  }

  /** Idempotent; waits for reads under way. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#gate.idle();
    await this.#thread.end(this.#pack);
  }
}

export interface ScannedSource {
  readonly source: PackSource;
  readonly entryCount: number;
  readonly notes: ScanNotes;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

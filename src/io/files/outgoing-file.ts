/** The source of an own transfer: read in blocks, and known to be unchanged since it was offered. */
import { constants } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import type { BufferPool } from '../../base/buffer-pool.ts';
import type { Bytes } from '../../base/bytes.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { DiskFault } from '../../core/api.ts';
import { FILE_OPERATIONS_MAX } from '../limits.ts';
import { errorCode } from '../problems.ts';
import { isSameStamp, stampOf } from './file-stamp.ts';
import type { FileStamp } from './file-stamp.ts';
import { OperationGate } from './operation-gate.ts';

export interface OpenRefusal {
  readonly fault: DiskFault;
  /** The system's error name, or `not-regular`. */
  readonly detail: string;
}

export class OutgoingFile {
  /** When it was opened. */
  readonly stamp: FileStamp;
  readonly #handle: FileHandle;
  readonly #gate = new OperationGate(FILE_OPERATIONS_MAX);
  #closed = false;

  private constructor(handle: FileHandle, stamp: FileStamp) {
    this.#handle = handle;
    this.stamp = stamp;
  }

  /** Bytes, when it was opened. */
  get size(): number {
    return this.stamp.size;
  }

  /** Regular files only: a pipe would block for ever, and a device has no end. */
  static async open(path: string): Promise<Result<OutgoingFile, OpenRefusal>> {
    try {
      const before = await stat(path);
      if (before.isDirectory()) return err({ fault: 'file-unreadable', detail: 'EISDIR' });
      if (!before.isFile()) return err({ fault: 'file-unreadable', detail: 'not-regular' });
      // Without O_NONBLOCK a pipe put in its place since then would block a thread.
      const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
      const opened = await handle.stat({ bigint: true });
      if (opened.isFile()) return ok(new OutgoingFile(handle, stampOf(opened)));
      await handle.close();
      return err({ fault: 'file-unreadable', detail: 'not-regular' });
    } catch (error) {
      return err({ fault: 'file-unreadable', detail: errorCode(error) });
    }
  }

  /** Exactly these bytes of the file as it was offered, in a buffer of `into`, or why not. */
  async readBlock(offset: number, lengthBytes: number, into: BufferPool): Promise<Bytes | DiskFault> {
    return await this.#gate.run(async () => {
      if (this.#closed) return 'file-unreadable';
      try {
        const block = into.take(lengthBytes);
        let done = 0;
        while (done < lengthBytes) {
          const { bytesRead } = await this.#handle.read(block, done, lengthBytes - done, offset + done);
          if (bytesRead === 0) return 'file-changed';
          done += bytesRead;
        }
        // After the read, so that what was read is from before any change that this does not see.
        const now = stampOf(await this.#handle.stat({ bigint: true }));
        return isSameStamp(now, this.stamp) ? block : 'file-changed';
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
    await this.#handle.close().catch(() => {});
  }
}

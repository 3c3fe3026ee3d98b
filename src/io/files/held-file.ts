/**
 * A whole file that is served to others: one that arrived, or an own source of an earlier run. It is known by path, size
 * and time of change, and open only while somebody asks for it.
 */
import type { BufferPool } from '../../base/buffer-pool.ts';
import type { Bytes } from '../../base/bytes.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { DiskFault } from '../../core/api.ts';
import { isSameStamp } from './file-stamp.ts';
import type { FileStamp } from './file-stamp.ts';
import type { OpenFiles } from './open-files.ts';
import { OutgoingFile } from './outgoing-file.ts';
import type { OpenRefusal } from './outgoing-file.ts';

export class HeldFile {
  readonly #path: string;
  readonly #stamp: FileStamp;
  readonly #openFiles: OpenFiles;
  #opening: Promise<Result<OutgoingFile, OpenRefusal>> | undefined;
  #closed = false;

  constructor(path: string, stamp: FileStamp, openFiles: OpenFiles) {
    this.#path = path;
    this.#stamp = stamp;
    this.#openFiles = openFiles;
  }

  /** Undefined where it is what it was. */
  async check(): Promise<OpenRefusal | undefined> {
    const opened = await this.#open();
    return opened.ok ? undefined : opened.error;
  }

  /** As `OutgoingFile.readBlock`. */
  async readBlock(offset: number, lengthBytes: number, into: BufferPool): Promise<Bytes | DiskFault> {
    const opened = await this.#open();
    return opened.ok ? await opened.value.readBlock(offset, lengthBytes, into) : opened.error.fault;
  }

  rest(): boolean {
    const opened = this.#opening;
    this.#opening = undefined;
    // Reads under way are waited for.
    void opened?.then((file) => (file.ok ? file.value.close() : undefined));
    return true;
  }

  /** Idempotent; waits for reads under way. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#openFiles.closed(this);
    const opened = await this.#opening;
    if (opened?.ok === true) await opened.value.close();
  }

  #open(): Promise<Result<OutgoingFile, OpenRefusal>> {
    if (this.#closed) return Promise.resolve(err({ fault: 'file-unreadable', detail: 'closed' }));
    this.#openFiles.used(this);
    this.#opening ??= this.#openSame();
    return this.#opening;
  }

  async #openSame(): Promise<Result<OutgoingFile, OpenRefusal>> {
    const opened = await OutgoingFile.open(this.#path);
    if (opened.ok && isSameStamp(opened.value.stamp, this.#stamp)) return ok(opened.value);
    // It may be back later: the next read looks again.
    this.#opening = undefined;
    if (!opened.ok) return opened;
    await opened.value.close();
    return err({ fault: 'file-changed', detail: 'size or time of change' });
  }
}

/**
 * A whole file, or a pack, that is served to others: one that arrived, or an own source of an earlier run. It is known by its
 * stamp (of a file, size and time of change; of a pack, its manifest), and open only while somebody asks for it.
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

/** What is open of it. */
export interface OpenSource {
  readonly stamp: FileStamp;
  readBlock(offset: number, lengthBytes: number, into: BufferPool): Promise<Bytes | DiskFault>;
  close(): Promise<void>;
}
type Opened = Result<OpenSource, OpenRefusal>;

export class HeldFile {
  readonly #source: () => Promise<Opened>;
  readonly #stamp: FileStamp;
  readonly #openFiles: OpenFiles;
  #opening: Promise<Opened> | undefined;
  #closed = false;

  /** `source`: a file's path, or what opens it. */
  constructor(source: string | (() => Promise<Opened>), stamp: FileStamp, openFiles: OpenFiles) {
    this.#source = typeof source === 'string' ? () => OutgoingFile.open(source) : source;
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

  #open(): Promise<Opened> {
    if (this.#closed) return Promise.resolve(err({ fault: 'file-unreadable', detail: 'closed' }));
    this.#openFiles.used(this);
    this.#opening ??= this.#openSame();
    return this.#opening;
  }

  async #openSame(): Promise<Opened> {
    const opened = await this.#source();
    if (opened.ok && isSameStamp(opened.value.stamp, this.#stamp)) return ok(opened.value);
    // It may be back later: the next read looks again.
    this.#opening = undefined;
    if (!opened.ok) return opened;
    await opened.value.close();
    return err({ fault: 'file-changed', detail: 'it is not what it was' });
  }
}

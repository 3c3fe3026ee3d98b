/**
 * A file on its way in: blocks into a hidden part file, then the name, which therefore only ever stands for a whole
 * and synced file. Every failure is a DiskFault; the part stays for another try until `discard`. It may be closed between
 * two blocks, and be opened again in a later run.
 */
import { constants } from 'node:fs';
import { link, lstat, mkdir, open, rename, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { BufferPool } from '../../base/buffer-pool.ts';
import type { Bytes } from '../../base/bytes.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { DiskFault } from '../../core/api.ts';
import { FILE_NAME_BYTES_MAX, FILE_OPERATIONS_MAX, NAME_ATTEMPTS_MAX } from '../limits.ts';
import { errorCode, type IoProblem } from '../problems.ts';
import { writeFault } from './faults.ts';
import { isSameStamp, stampOf } from './file-stamp.ts';
import type { FileStamp } from './file-stamp.ts';
import type { OpenFiles } from './open-files.ts';
import { OperationGate } from './operation-gate.ts';
import { numberedName, safeName } from './safe-name.ts';
import { SNIFF_BYTES, sniffMedia } from './sniff.ts';

/** Encrypting file systems (eCryptfs) take shorter names than the 255 bytes of all others. */
const SHORT_NAME_BYTES_MAX = 143;
/** What file systems without hard links (FAT, exFAT, many network ones) answer to `link`. */
const LINK_UNSUPPORTED: ReadonlySet<string> = new Set([
  'EPERM',
  'EACCES',
  'ENOSYS',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EINVAL',
  'EMLINK',
  'UNKNOWN',
]);

export interface SavedFile {
  readonly path: string;
  readonly mediaType: string | undefined;
  readonly stamp: FileStamp;
}

/** What an earlier run left. */
export interface FoundPart {
  /** Bytes. */
  readonly size: number;
  /** It has another name, too, by which this file is known. */
  readonly named?: FileIdentity;
}

export interface FileIdentity {
  readonly dev: bigint;
  readonly ino: bigint;
}

export interface IncomingFileOptions {
  readonly folder: string;
  readonly partName: string;
  /** As it came from the network. */
  readonly receivedName: string;
  readonly onProblem: (problem: IoProblem) => void;
  /** Goes on with the part of an earlier run. */
  readonly resumes?: boolean;
  /** Bytes of the whole file; a part that is longer is not of it. */
  readonly size?: number;
  readonly openFiles?: OpenFiles;
}

type Opened = Result<FileHandle, DiskFault>;

export class IncomingFile {
  readonly #options: IncomingFileOptions;
  readonly #partPath: string;
  readonly #gate = new OperationGate(FILE_OPERATIONS_MAX);
  #opening: Promise<Opened> | undefined;
  /** It was opened before; then only the very same part is opened again, as it was left. */
  #isKnown = false;
  #left: Promise<FileStamp | undefined> = Promise.resolve(undefined);
  /** The disk took bytes and then could not keep them: which ones is not known. */
  #lost: DiskFault | undefined;
  #discarded = false;
  #ended = false;
  #isFinishing = false;

  constructor(options: IncomingFileOptions) {
    this.#options = options;
    this.#partPath = join(options.folder, options.partName);
  }

  /** Undefined where the whole block was written. */
  async writeBlock(offset: number, bytes: Bytes): Promise<DiskFault | undefined> {
    return await this.#gate.run(async () => {
      const opened = await this.#open();
      if (!opened.ok) return opened.error;
      if (this.#lost !== undefined) return this.#lost;
      try {
        let done = 0;
        while (done < bytes.length && !this.#discarded) {
          const { bytesWritten } = await opened.value.write(bytes, done, bytes.length - done, offset + done);
          done += bytesWritten;
        }
        return undefined;
      } catch (error) {
        return writeFault(error);
      }
    });
  }

  /** What was written there, in a buffer of `into`; `file-changed` where the part is shorter. */
  async readBlock(offset: number, lengthBytes: number, into: BufferPool): Promise<Bytes | DiskFault> {
    return await this.#gate.run(async () => {
      const opened = await this.#open();
      if (!opened.ok) return 'file-unreadable';
      const block = into.take(lengthBytes);
      try {
        let done = 0;
        while (done < lengthBytes) {
          const { bytesRead } = await opened.value.read(block, done, lengthBytes - done, offset + done);
          if (bytesRead === 0) return 'file-changed';
          done += bytesRead;
        }
        return block;
      } catch {
        return 'file-unreadable';
      }
    });
  }

  /** What was written so far survives a power cut. */
  async sync(): Promise<DiskFault | undefined> {
    return await this.#gate.run(async () => {
      const opened = await this.#open();
      if (!opened.ok) return opened.error;
      try {
        await opened.value.datasync();
        return this.#lost;
      } catch (error) {
        // The system tells this once: a later sync would succeed.
        this.#lost ??= writeFault(error);
        return this.#lost;
      }
    });
  }

  /** Opens the part of an earlier run, or makes an empty one in place of what is none. */
  async reopen(): Promise<Result<FoundPart, DiskFault>> {
    return await this.#gate.run(async () => {
      const opened = await this.#open();
      if (!opened.ok) return opened;
      try {
        const { size, nlink, dev, ino } = await opened.value.stat({ bigint: true });
        return ok({ size: Number(size), ...(nlink > 1n ? { named: { dev, ino } } : {}) });
      } catch {
        return err('disk-error');
      }
    });
  }

  /** Closed until the next block. False where something is under way. */
  rest(): boolean {
    if (!this.#gate.isIdle || this.#isFinishing) return false;
    const opening = this.#opening;
    this.#opening = undefined;
    if (opening !== undefined) this.#left = leave(opening);
    return true;
  }

  /** Syncs and closes; the part stays. */
  async keep(): Promise<void> {
    if (this.#opening !== undefined) await this.sync();
    await this.#close();
  }

  /**
   * Syncs the data, gives it the first free name, syncs the folder. The part stays, where there are hard links as another name of
   * it until `settle`: a process that is killed before it could write down the name finds the file by that.
   */
  async finish(): Promise<Result<SavedFile, DiskFault>> {
    this.#isFinishing = true;
    try {
      return await this.#finish();
    } finally {
      this.#isFinishing = false;
    }
  }

  async #finish(): Promise<Result<SavedFile, DiskFault>> {
    await this.#gate.idle();
    const opened = await this.#open();
    if (!opened.ok) return opened;
    try {
      const lost = this.#lost ?? (await this.#syncWhole(opened.value));
      if (lost !== undefined) return err(lost);
      const head = new Uint8Array(SNIFF_BYTES);
      const { bytesRead } = await opened.value.read(head, 0, SNIFF_BYTES, 0);
      const stamp = stampOf(await opened.value.stat({ bigint: true }));
      // Windows renames no open file.
      await this.#close();
      if (this.#discarded) return err('disk-error');
      const path = await this.#giveName();
      // Cancelled in these last milliseconds: what the user was told is gone must be gone.
      if (this.#discarded) {
        await unlink(path);
        return err('disk-error');
      }
      await syncFolder(this.#options.folder);
      return ok({ path, mediaType: sniffMedia(head.subarray(0, bytesRead)), stamp });
    } catch (error) {
      this.#ended = false;
      return err(writeFault(error));
    }
  }

  /** Its name is written down, and is the only one from now on. */
  async settle(): Promise<void> {
    await unlink(this.#partPath).catch(() => {});
  }

  /** Closes and removes what there is. Idempotent, never throws. */
  async discard(): Promise<void> {
    this.#discarded = true;
    await this.#close();
    await unlink(this.#partPath).catch(() => {});
  }

  /** Also the time of change, by which the file is known again. */
  async #syncWhole(handle: FileHandle): Promise<DiskFault | undefined> {
    try {
      await handle.sync();
    } catch (error) {
      // The system tells this once: a later sync would succeed.
      this.#lost = writeFault(error);
    }
    return this.#lost;
  }

  async #close(): Promise<void> {
    this.#ended = true;
    this.#options.openFiles?.closed(this);
    const opening = this.#opening;
    this.#opening = undefined;
    await this.#gate.idle();
    await closeQuietly(await opening);
  }

  #open(): Promise<Opened> {
    if (this.#discarded || this.#ended) return Promise.resolve(err('disk-error'));
    this.#options.openFiles?.used(this);
    this.#opening ??= this.#openPart();
    return this.#opening;
  }

  async #openPart(): Promise<Opened> {
    const { folder, resumes } = this.#options;
    try {
      const left = await this.#left;
      const known = this.#isKnown || resumes === true ? await this.#openExisting(left) : undefined;
      if (known !== undefined) return ok(known);
      // Somebody took the part away, or wrote to it, while it was at rest: what was written is gone.
      if (this.#isKnown) return err('disk-error');
      await mkdir(folder, { recursive: true });
      return ok(await this.#create());
    } catch (error) {
      this.#opening = undefined;
      const fault = writeFault(error);
      if (fault === 'disk-error') {
        this.#options.onProblem({
          code: 'downloads-unwritable',
          values: { path: folder, error: errorCode(error) },
        });
      }
      return err(fault);
    }
  }

  async #create(): Promise<FileHandle> {
    let handle: FileHandle;
    try {
      handle = await open(this.#partPath, 'wx+');
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
      // Of an earlier attempt at this very transfer, by this profile; never followed if it is a link.
      await unlink(this.#partPath);
      handle = await open(this.#partPath, 'wx+');
    }
    this.#isKnown = true;
    return handle;
  }

  /** A regular file, no link, no longer than the whole, and as it was `left` where it was open before. */
  async #openExisting(left: FileStamp | undefined): Promise<FileHandle | undefined> {
    let handle: FileHandle;
    try {
      const flags = constants.O_RDWR | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
      if (!(await lstat(this.#partPath)).isFile()) return undefined;
      handle = await open(this.#partPath, flags);
    } catch (error) {
      if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ELOOP') return undefined;
      throw error;
    }
    const status = await handle.stat({ bigint: true });
    const stamp = stampOf(status);
    const isSame = left === undefined || isSameStamp(left, stamp);
    if (isSame && status.isFile() && stamp.size <= (this.#options.size ?? Infinity)) {
      this.#isKnown = true;
      return handle;
    }
    await handle.close();
    return undefined;
  }

  async #giveName(): Promise<string> {
    const name = safeName(this.#options.receivedName);
    let bytesMax = FILE_NAME_BYTES_MAX;
    for (let count = 1; count <= NAME_ATTEMPTS_MAX; count++) {
      const path = join(this.#options.folder, numberedName(name, count, bytesMax));
      try {
        await moveWithoutOverwrite(this.#partPath, path);
        return path;
      } catch (error) {
        const code = errorCode(error);
        if (code === 'ENAMETOOLONG' && bytesMax > SHORT_NAME_BYTES_MAX) {
          bytesMax = SHORT_NAME_BYTES_MAX;
          count--;
        } else if (code !== 'EEXIST') throw error;
      }
    }
    throw new Error(`${NAME_ATTEMPTS_MAX} files of this name`);
  }
}

/** Closes it, and says as what. */
async function leave(opening: Promise<Opened>): Promise<FileStamp | undefined> {
  const opened = await opening;
  if (!opened.ok) return undefined;
  const status = await opened.value.stat({ bigint: true }).catch(() => undefined);
  await closeQuietly(opened);
  return status === undefined ? undefined : stampOf(status);
}

async function closeQuietly(opened: Opened | undefined): Promise<void> {
  if (opened?.ok === true) await opened.value.close().catch(() => {});
}

/** Rejects with EEXIST where the name is taken. */
async function moveWithoutOverwrite(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!LINK_UNSUPPORTED.has(errorCode(error))) throw error;
    await reserveAndRename(from, to);
  }
}

/** Without hard links: an empty file reserves the name, and the rename replaces it in one step. */
export async function reserveAndRename(from: string, to: string): Promise<void> {
  const reserved = await open(to, 'wx');
  await reserved.close();
  try {
    await rename(from, to);
  } catch (error) {
    await unlink(to);
    throw error;
  }
}

/** Makes the name durable; Windows has no such call, and needs none. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (errorCode(error) === 'EIO') throw error;
  }
}

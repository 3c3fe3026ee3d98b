/**
 * A file on its way in: blocks into a hidden part file, then the name, which therefore only ever stands for a whole
 * and synced file. Every failure is a DiskFault, after which the part file is gone or will be by `discard`.
 */
import { link, mkdir, open, rename, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bytes } from '../../base/bytes.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { DiskFault } from '../../core/api.ts';
import { FILE_NAME_BYTES_MAX, FILE_OPERATIONS_MAX, NAME_ATTEMPTS_MAX } from '../limits.ts';
import { errorCode, type IoProblem } from '../problems.ts';
import { writeFault } from './faults.ts';
import { OperationGate } from './operation-gate.ts';
import { numberedName, safeName } from './safe-name.ts';
import { SNIFF_BYTES, sniffRaster } from './sniff.ts';

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
}

export interface IncomingFileOptions {
  readonly folder: string;
  readonly partName: string;
  /** As it came from the network. */
  readonly receivedName: string;
  readonly onProblem: (problem: IoProblem) => void;
}

export class IncomingFile {
  readonly #options: IncomingFileOptions;
  readonly #partPath: string;
  readonly #gate = new OperationGate(FILE_OPERATIONS_MAX);
  #opening: Promise<Result<FileHandle, DiskFault>> | undefined;
  #discarded = false;

  constructor(options: IncomingFileOptions) {
    this.#options = options;
    this.#partPath = join(options.folder, options.partName);
  }

  /** Undefined where the whole block was written. */
  async writeBlock(offset: number, bytes: Bytes): Promise<DiskFault | undefined> {
    return await this.#gate.run(async () => {
      const opened = await this.#open();
      if (!opened.ok) return opened.error;
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

  /** Syncs the data, gives it the first free name, syncs the folder. */
  async finish(): Promise<Result<SavedFile, DiskFault>> {
    await this.#gate.idle();
    const opened = await this.#open();
    if (!opened.ok) return opened;
    try {
      await opened.value.sync();
      const head = new Uint8Array(SNIFF_BYTES);
      const { bytesRead } = await opened.value.read(head, 0, SNIFF_BYTES, 0);
      // Windows renames no open file.
      await opened.value.close();
      this.#opening = Promise.resolve(err('disk-error'));
      if (this.#discarded) return err('disk-error');
      const path = await this.#giveName();
      // Cancelled in these last milliseconds: what the user was told is gone must be gone.
      if (this.#discarded) {
        await unlink(path);
        return err('disk-error');
      }
      await syncFolder(this.#options.folder);
      return ok({ path, mediaType: sniffRaster(head.subarray(0, bytesRead)) });
    } catch (error) {
      await this.discard();
      return err(writeFault(error));
    }
  }

  /** Closes and removes what there is. Idempotent, never throws. */
  async discard(): Promise<void> {
    this.#discarded = true;
    if (this.#opening === undefined) return;
    const opened = await this.#opening;
    await this.#gate.idle();
    if (opened.ok) await opened.value.close().catch(() => {});
    await unlink(this.#partPath).catch(() => {});
  }

  #open(): Promise<Result<FileHandle, DiskFault>> {
    if (this.#discarded) return Promise.resolve(err('disk-error'));
    this.#opening ??= this.#create();
    return this.#opening;
  }

  async #create(): Promise<Result<FileHandle, DiskFault>> {
    const { folder } = this.#options;
    try {
      await mkdir(folder, { recursive: true });
      try {
        return ok(await open(this.#partPath, 'wx+'));
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') throw error;
        // Of an earlier attempt at this very transfer, by this profile; never followed if it is a link.
        await unlink(this.#partPath);
        return ok(await open(this.#partPath, 'wx+'));
      }
    } catch (error) {
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

/** Rejects with EEXIST where the name is taken. */
async function moveWithoutOverwrite(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!LINK_UNSUPPORTED.has(errorCode(error))) throw error;
    await reserveAndRename(from, to);
    return;
  }
  await unlink(from);
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

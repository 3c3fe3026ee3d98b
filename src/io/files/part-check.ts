/**
 * What an earlier run left, looked at again before anybody relies on it: blocks count only where their bytes still have
 * the hashes that the sender signed. So nothing that happened to a part meanwhile reaches a file's final name.
 */
import { webcrypto } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { equalBytes } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { BufferPool } from '../../base/buffer-pool.ts';
import type { DiskFault } from '../../core/api.ts';
import { BLOCK_BYTES } from '../../core/limits.ts';
import { decodePage } from '../../core/wire/page.ts';
import { FILE_NAME_BYTES_MAX, NAMED_CANDIDATES_MAX } from '../limits.ts';
import type { FileIdentity, SavedFile } from './incoming-file.ts';
import { OutgoingFile } from './outgoing-file.ts';
import { numberedName, safeName } from './safe-name.ts';
import { SNIFF_BYTES, sniffMedia } from './sniff.ts';

/** Blocks read and hashed at a time: enough to keep a disk and a core busy, and memory for the transfers that run. */
const CHECKED_AT_ONCE = 2;

interface Readable {
  readBlock(offset: number, lengthBytes: number, into: BufferPool): Promise<Bytes | DiskFault>;
}

/** By block index, out of signed pages. What is no page is left out. */
export function blockHashes(pages: readonly Bytes[]): ReadonlyMap<number, Bytes> {
  const hashes = new Map<number, Bytes>();
  for (const bytes of pages) {
    const page = decodePage(bytes);
    page?.hashes.forEach((hash, i) => hashes.set(page.first + i, hash));
  }
  return hashes;
}

/** The bits of `written` (block i: bit i % 8 of byte i >> 3) whose blocks are there as they were signed. */
export async function checkedBlocks(
  file: Readable,
  size: number,
  written: Bytes,
  hashes: ReadonlyMap<number, Bytes>,
  buffers: BufferPool,
  isStopped: () => boolean = () => false,
): Promise<Bytes> {
  const blockCount = Math.ceil(size / BLOCK_BYTES);
  const found = new Uint8Array(Math.ceil(blockCount / 8));
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < blockCount && !isStopped()) {
      const block = next++;
      if (((written[block >> 3] ?? 0) & (1 << (block & 7))) === 0) continue;
      if (await hasBlock(file, size, block, hashes.get(block), buffers))
        found[block >> 3] = (found[block >> 3] as number) | (1 << (block & 7));
    }
  };
  await Promise.all(Array.from({ length: CHECKED_AT_ONCE }, worker));
  return found;
}

/**
 * The file that a process killed in between had given its name already. It is the very file that the part is, or, where the
 * part is gone, one of that name with every block as it was signed. Otherwise it would be fetched a second time, as `name (2)`.
 */
export async function findNamed(
  folder: string,
  receivedName: string,
  size: number,
  by: { readonly identity: FileIdentity | undefined; readonly hashes: ReadonlyMap<number, Bytes> },
  buffers: BufferPool,
): Promise<SavedFile | undefined> {
  const { identity, hashes } = by;
  const blockCount = Math.ceil(size / BLOCK_BYTES);
  if (identity === undefined && (blockCount === 0 || hashes.size < blockCount)) return undefined;
  const name = safeName(receivedName);
  for (let count = 1; count <= NAMED_CANDIDATES_MAX; count++) {
    const path = join(folder, numberedName(name, count, FILE_NAME_BYTES_MAX));
    const status = await lstat(path, { bigint: true }).catch(() => undefined);
    if (status?.isFile() !== true || Number(status.size) !== size) continue;
    const isSame = identity !== undefined && status.dev === identity.dev && status.ino === identity.ino;
    if (identity !== undefined && !isSame) continue;
    const opened = await OutgoingFile.open(path);
    if (!opened.ok) continue;
    const file = opened.value;
    try {
      // Only what is whole gets a second name.
      if (isSame || (await isWhole(file, size, blockCount, hashes, buffers))) {
        const head = await file.readBlock(0, Math.min(SNIFF_BYTES, size), buffers);
        const mediaType = typeof head === 'string' ? undefined : sniffMedia(head);
        return { path, mediaType, stamp: file.stamp };
      }
    } finally {
      await file.close();
    }
  }
  return undefined;
}

async function isWhole(
  file: Readable,
  size: number,
  blockCount: number,
  hashes: ReadonlyMap<number, Bytes>,
  buffers: BufferPool,
): Promise<boolean> {
  for (let block = 0; block < blockCount; block++) {
    if (!(await hasBlock(file, size, block, hashes.get(block), buffers))) return false;
  }
  return true;
}

async function hasBlock(
  file: Readable,
  size: number,
  block: number,
  hash: Bytes | undefined,
  buffers: BufferPool,
): Promise<boolean> {
  if (hash === undefined) return false;
  const offset = block * BLOCK_BYTES;
  const bytes = await file.readBlock(offset, Math.min(BLOCK_BYTES, size - offset), buffers);
  if (typeof bytes === 'string') return false;
  // In another thread: the engine's own goes on with what runs.
  const found = new Uint8Array(await webcrypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  buffers.give(bytes);
  return equalBytes(found, hash);
}

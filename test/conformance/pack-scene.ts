/** A folder of the machine, a pack thread, and both ways through it: for the tests of packs. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BufferPool } from '../../src/base/buffer-pool.ts';
import { err } from '../../src/base/result.ts';
import type { PackFault } from '../../src/core/pack/fault.ts';
import { IncomingFile } from '../../src/io/files/incoming-file.ts';
import { IncomingPack } from '../../src/io/pack/incoming-pack.ts';

import { PackSource } from '../../src/io/pack/pack-source.ts';
import { PackThread } from '../../src/io/pack/pack-thread.ts';

export const BLOCK_BYTES = 64 * 1024;

/** Of the test that runs. */
export let folder: string;
export let downloads: string;
export let thread: PackThread;
export let refused: PackFault[];
export const pool = new BufferPool(BLOCK_BYTES, 4);

export function openScene(): void {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'starling-packs-')));
  downloads = join(folder, 'downloads');
  mkdirSync(downloads);
  thread = new PackThread();
  refused = [];
}
export async function closeScene(): Promise<void> {
  await thread.stop();
  rmSync(folder, { recursive: true, force: true });
}

export const text = (path: string, content: string | Uint8Array): void => {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
};
export const noise = (bytes: number, seed: string): Buffer => {
  const out = Buffer.alloc(bytes);
  for (let at = 0, block = seed; at < bytes; at += 32) {
    const digest = createHash('sha256').update(block).digest();
    digest.copy(out, at);
    block = digest.toString('hex');
  }
  return out;
};

/** `resumes`: with the part that an earlier one left. */
const incoming = (size: number, entryCount: number, receivedName = 'photos', resumes = false): IncomingPack =>
  new IncomingPack({
    thread,
    part: new IncomingFile({
      folder: downloads,
      partName: '.part',
      receivedName,
      resumes,
      onProblem: () => undefined,
    }),
    partPath: join(downloads, '.part'),
    downloads,
    folder: join(downloads, '.unpacked'),
    receivedName,
    size,
    entryCount,
    manifestPath: join(folder, 'packs', 'one'),
    onRefused: (fault) => refused.push(fault),
    onLinksLeftOut: () => undefined,
  });

/** The whole stream of a source, block by block; or the first fault. */
export async function streamOf(source: PackSource): Promise<Buffer | string> {
  const blocks: Buffer[] = [];
  for (let at = 0; at < source.size; at += BLOCK_BYTES) {
    const block = await source.readBlock(at, Math.min(BLOCK_BYTES, source.size - at), pool);
    if (typeof block === 'string') return block;
    blocks.push(Buffer.from(block));
    pool.give(block);
  }
  return Buffer.concat(blocks);
}

/** Block by block as they stand in the stream, each once the one before is on the disk. */
export async function receiveInTurn(stream: Buffer, entryCount: number) {
  const pack = incoming(stream.length, entryCount);
  for (let at = 0; at < stream.length; at += BLOCK_BYTES) {
    await pack.writeBlock(at, new Uint8Array(stream.subarray(at, at + BLOCK_BYTES)));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return await pack.finish();
}

/** The first `count` blocks, then another process goes on with the part. */
export async function receiveInTwoRuns(stream: Buffer, entryCount: number, count: number) {
  const block = (index: number): Uint8Array =>
    new Uint8Array(stream.subarray(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES));
  const first = incoming(stream.length, entryCount);
  const all = Array.from({ length: Math.ceil(stream.length / BLOCK_BYTES) }, (_, index) => index);
  const written = all.slice(0, count);
  for (const index of written) await first.writeBlock(index * BLOCK_BYTES, block(index));
  await first.keep();
  const second = incoming(stream.length, entryCount, 'photos', true);
  const parts = written.map((index) => ({ offset: index * BLOCK_BYTES, length: block(index).length }));
  await second.goOn(parts, pool);
  for (const index of all.slice(count)) await second.writeBlock(index * BLOCK_BYTES, block(index));
  return await second.finish();
}

/** In an order that is not that of the stream, all at once. */
export async function receive(stream: Buffer, entryCount: number, name?: string) {
  const pack = incoming(stream.length, entryCount, name);
  const count = Math.ceil(stream.length / BLOCK_BYTES);
  const order = Array.from({ length: count }, (_, i) => i).toSorted((a, b) => (a ^ 5) - (b ^ 5));
  const faults = await Promise.all(
    order.map((i) =>
      pack.writeBlock(
        i * BLOCK_BYTES,
        new Uint8Array(stream.subarray(i * BLOCK_BYTES, (i + 1) * BLOCK_BYTES)),
      ),
    ),
  );
  const fault = faults.find((one) => one !== undefined);
  if (fault !== undefined) {
    await pack.discard();
    return err(fault);
  }
  const saved = await pack.finish();
  if (!saved.ok) await pack.discard();
  return saved;
}

export async function scan(...paths: string[]) {
  const scanned = await PackSource.scan(thread, paths);
  if (!scanned.ok) throw new Error(JSON.stringify(scanned.error));
  return scanned.value;
}

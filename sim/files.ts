/**
 * The files of one member, on its virtual disk: what it offers, and what it has received, whole or in part. They outlive
 * the process. What was written counts for the next one only once it is durable, as in real life: some of the last blocks
 * of a killed process are forgotten, never one too many remembered.
 */
import type { Bytes } from '../src/base/bytes.ts';
import type { RoomId, TransferId } from '../src/base/ids.ts';
import type { RestoredTransfer } from '../src/core/api.ts';
import { BLOCK_BYTES } from '../src/core/limits.ts';
import type { FileContent } from './disk.ts';

/** Blocks that a process may have written since it last made any durable. */
const DURABLE_EVERY_BLOCKS = 2;

export interface KeptFile {
  readonly room: RoomId;
  /** The signed record of its offer. */
  readonly offer: Bytes;
  /** Of an own file. */
  readonly source: FileContent | undefined;
  /** `failed`: what was written waits for another try. */
  state: 'receiving' | 'complete' | 'failed';
  readonly pages: Map<number, Bytes>;
  root: Bytes | undefined;
  readonly blocks: Map<number, Bytes>;
  readonly durable: Set<number>;
}

export class VirtualFiles {
  readonly kept = new Map<TransferId, KeptFile>();

  add(transfer: TransferId, room: RoomId, offer: Bytes, source: FileContent | undefined): KeptFile {
    const state = source === undefined ? 'receiving' : 'complete';
    const blocks = new Map<number, Bytes>();
    const pages = new Map<number, Bytes>();
    const file: KeptFile = { room, offer, source, state, pages, root: undefined, blocks, durable: new Set() };
    this.kept.set(transfer, file);
    return file;
  }

  get(transfer: TransferId): KeptFile | undefined {
    return this.kept.get(transfer);
  }
  drop(transfer: TransferId): void {
    this.kept.delete(transfer);
  }

  write(transfer: TransferId, block: number, bytes: Bytes): void {
    const file = this.kept.get(transfer);
    if (file === undefined) return;
    file.blocks.set(block, bytes.slice());
    if (file.blocks.size - file.durable.size >= DURABLE_EVERY_BLOCKS) this.sync(file);
  }

  finish(transfer: TransferId): void {
    const file = this.kept.get(transfer);
    if (file === undefined) return;
    this.sync(file);
    file.state = 'complete';
  }

  read(transfer: TransferId, block: number, offset: number, length: number): Bytes | undefined {
    const file = this.kept.get(transfer);
    if (file?.source !== undefined) return file.source.bytes.slice(offset, offset + length);
    const bytes = file?.blocks.get(block);
    return bytes?.length === length ? bytes.slice() : undefined;
  }

  has(transfer: TransferId, block: number): boolean {
    const file = this.kept.get(transfer);
    return file?.source !== undefined || file?.blocks.has(block) === true;
  }
  /** Blocks of a file of so many bytes that are not here. */
  lacking(transfer: TransferId, byteCount: number): number[] {
    const blocks = Array.from({ length: Math.ceil(byteCount / BLOCK_BYTES) }, (_, block) => block);
    return blocks.filter((block) => !this.has(transfer, block));
  }

  /** The process ended: what was not durable is forgotten. */
  crash(): void {
    for (const file of this.kept.values())
      for (const block of file.blocks.keys()) if (!file.durable.has(block)) file.blocks.delete(block);
  }

  /** What `restoreTransfer` gets, by room. */
  restored(room: RoomId): { readonly transfer: TransferId; readonly restored: RestoredTransfer }[] {
    return [...this.kept]
      .filter(([, file]) => file.room === room && file.state !== 'failed')
      .map(([transfer, file]) => ({ transfer, restored: restoredFrom(file) }));
  }

  private sync(file: KeptFile): void {
    for (const block of file.blocks.keys()) file.durable.add(block);
  }
}

function restoredFrom(file: KeptFile): RestoredTransfer {
  const written = new Uint8Array(Math.ceil((Math.max(-1, ...file.durable) + 1) / 8));
  for (const block of file.durable) written[block >> 3] = (written[block >> 3] ?? 0) | (1 << (block & 7));
  return {
    offer: file.offer,
    own: file.source !== undefined,
    state: file.state === 'complete' ? 'complete' : 'receiving',
    pages: [...file.pages.values()],
    ...(file.root === undefined ? {} : { root: file.root }),
    written,
  };
}

/**
 * Blocks of an incoming pack that may be here already, in an earlier copy of the folder (protocol.md §7.10). Until it is known, nobody
 * is told that they are missing, so that nobody sends them.
 */
import type { Bytes } from '../../base/bytes.ts';
import type { Context } from '../context.ts';
import { HOPE_MS_MAX } from '../limits.ts';
import { Bitset } from './bitset.ts';
import type { FileOffer } from './file.ts';

/** The file that comes in. */
export interface HopefulFile {
  readonly offer: FileOffer;
  readonly written: Bitset;
  readonly blocks: ReadonlyMap<number, { readonly phase: string }>;
  hashOf(block: number): Bytes | undefined;
}

export class Hope {
  private readonly context: Context;
  private readonly file: HopefulFile;
  private blocks = new Bitset(0);
  /** Without news by then, all of them are missing. */
  until = Infinity;

  constructor(context: Context, file: HopefulFile) {
    this.context = context;
    this.file = file;
  }

  /** It begins to come in: of a folder that was sent before, all but the first block, with which the manifest begins. */
  begin(now: number): void {
    const { offer, written } = this.file;
    if (offer.pack?.again !== true || written.count > 0) return;
    this.blocks = new Bitset(offer.blockCount, true);
    this.blocks.delete(0);
    this.until = now + HOPE_MS_MAX;
    this.context.emit({ type: 'find-blocks', transfer: offer.id });
  }

  has(block: number): boolean {
    return block < this.blocks.size && this.blocks.has(block);
  }

  /** What is needed to find them comes in. */
  touch(now: number): void {
    if (this.until < Infinity) this.until = now + HOPE_MS_MAX;
  }

  /** These are on the disk now; `drop`: what came of them meanwhile. */
  take(found: readonly number[], drop: (block: number) => void): void {
    const { blocks, written } = this.file;
    for (const index of found) {
      // One that came in whole at the same time is written once more, which changes nothing.
      const isFree = (blocks.get(index)?.phase ?? 'filling') === 'filling';
      if (!isFree || this.file.hashOf(index) === undefined) continue;
      drop(index);
      written.add(index);
    }
  }

  /** These are decided; or all that are left. */
  decided(now: number, found: readonly number[], missing: readonly number[] | 'rest'): void {
    if (missing === 'rest') return this.end();
    for (const block of [...found, ...missing]) if (block < this.blocks.size) this.blocks.delete(block);
    this.touch(now);
    if (this.blocks.count === 0) this.end();
    return undefined;
  }

  end(): void {
    this.blocks = new Bitset(0);
    this.until = Infinity;
  }
}

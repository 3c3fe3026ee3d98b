/**
 * The search for blocks of one incoming pack in earlier copies of the folder: what cannot be there is known with the manifest, the
 * rest a few blocks at a time as their hashes come.
 */
import type { Bytes } from '../../base/bytes.ts';
import { SEARCH_BLOCKS_MAX } from '../limits.ts';
import type { PackThread } from './pack-thread.ts';

export interface SearchOptions {
  readonly thread: PackThread;
  readonly pack: number;
  readonly partPath: string;
  readonly blockCount: number;
  readonly folders: readonly string[];
  /** Never called again once `rest` is missing. */
  readonly report: (found: readonly number[], missing: readonly number[] | 'rest') => void;
}

export class BlockSearch {
  readonly #options: SearchOptions;
  readonly #hashes = new Map<number, Bytes>();
  /** To be looked at; undefined until the manifest is there. */
  #possible: Set<number> | undefined;
  #running = false;
  #over = false;

  constructor(options: SearchOptions) {
    this.#options = options;
  }

  page(first: number, hashes: readonly Bytes[]): void {
    if (this.#over) return;
    for (const [i, hash] of hashes.entries()) this.#hashes.set(first + i, hash);
    void this.#run();
  }

  /** The manifest is there and good. */
  async begin(): Promise<void> {
    const { thread, pack, folders, blockCount, report } = this.#options;
    try {
      const { possible } = await thread.ask({ type: 'plan', pack, folders });
      if (this.#over) return;
      this.#possible = new Set(possible);
      const missing: number[] = [];
      for (let block = 0; block < blockCount; block++) if (!this.#possible.has(block)) missing.push(block);
      if (possible.length === 0) return this.#end();
      report([], missing);
      await this.#run();
    } catch {
      this.#end();
    }
    return undefined;
  }

  /** Nothing is reported any more. */
  stop(): void {
    this.#over = true;
  }

  async #run(): Promise<void> {
    if (this.#running || this.#possible === undefined) return;
    this.#running = true;
    const { thread, pack, partPath, report } = this.#options;
    try {
      for (let blocks = this.#next(); blocks.length > 0 && !this.#over; blocks = this.#next()) {
        const { found } = await thread.ask({ type: 'find', pack, partPath, blocks });
        if (this.#over) return;
        const missing = blocks.map(({ index }) => index).filter((index) => !found.includes(index));
        for (const { index } of blocks) this.#possible.delete(index);
        report(found, missing);
      }
    } catch {
      return this.#end();
    } finally {
      this.#running = false;
    }
    if (this.#possible.size === 0) this.#end();
    return undefined;
  }

  #next(): { readonly index: number; readonly hash: Bytes }[] {
    const blocks: { readonly index: number; readonly hash: Bytes }[] = [];
    for (const index of this.#possible ?? []) {
      if (blocks.length >= SEARCH_BLOCKS_MAX) break;
      const hash = this.#hashes.get(index);
      if (hash !== undefined) blocks.push({ index, hash });
    }
    return blocks;
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#options.report([], 'rest');
  }
}

/** The signed pages of one file, as frames that can be sent again, with the block hashes in them (protocol.md §7.3). */
import type { Bytes } from '../../base/bytes.ts';
import { PAGE_BLOCKS_MAX } from '../limits.ts';
import { decodePage } from '../wire/page.ts';
import type { PageFrame } from '../wire/page.ts';

export interface SignedPage {
  readonly first: number;
  /** Blocks that it lists. */
  readonly count: number;
  readonly frame: Bytes;
}

export class Pages {
  private readonly byFirst = new Map<number, SignedPage>();

  add(page: SignedPage): void {
    const known = this.byFirst.get(page.first);
    if (known === undefined || known.count < page.count) this.byFirst.set(page.first, page);
  }

  /** The page that lists a block. */
  of(block: number): SignedPage | undefined {
    for (let first = block; first >= 0 && first > block - PAGE_BLOCKS_MAX; first--) {
      const page = this.byFirst.get(first);
      if (page !== undefined && first + page.count > block) return page;
    }
    return undefined;
  }

  /** What a page says of a block. */
  hashOf(block: number): Bytes | undefined {
    const page = this.of(block);
    return page === undefined ? undefined : decodePage(page.frame)?.hashes[block - page.first];
  }

  /** What all of them say. */
  *all(): IterableIterator<Pick<PageFrame, 'first' | 'hashes'>> {
    for (const { first, frame } of this.byFirst.values())
      yield { first, hashes: decodePage(frame)?.hashes ?? [] };
  }

  frames(): Bytes[] {
    return [...this.byFirst.values()].map(({ frame }) => frame);
  }
}

/** Frames that a store kept; those that are no pages of a file of so many blocks are left out. */
export function pagesOf(frames: readonly Bytes[], blockCount: number): Pages {
  const pages = new Pages();
  for (const frame of frames) {
    const page = decodePage(frame);
    const count = page?.hashes.length ?? 0;
    if (page !== undefined && page.first + count <= blockCount)
      pages.add({ first: page.first, count, frame });
  }
  return pages;
}

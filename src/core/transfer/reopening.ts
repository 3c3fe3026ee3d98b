/** Closed blocks that some member lacks: read again from the source, a few at a time while new ones go out. */
import { REOPEN_BLOCKS_MAX, SEND_WINDOW_BLOCKS } from '../limits.ts';
import type { StatusFrame } from '../wire/poll.ts';
import { Bitset } from './bitset.ts';
import type { OpenBlock } from './open-block.ts';
import type { SourcePort } from './source-port.ts';

export class Reopening {
  private readonly wanted = new Set<number>();
  private readonly open: ReadonlyMap<number, OpenBlock>;
  private readonly source: SourcePort;

  constructor(open: ReadonlyMap<number, OpenBlock>, source: SourcePort) {
    this.open = open;
    this.source = source;
  }

  /** What a member lacks, of the blocks that went out already. */
  note(status: StatusFrame): void {
    for (const block of this.lacking(status)) {
      if (this.wanted.size >= SEND_WINDOW_BLOCKS) return;
      if (!this.open.has(block) && !this.source.isReading(block)) this.wanted.add(block);
    }
  }

  /** Whether the member lacks anything that this stream sends, or still will. */
  isNeededBy(status: StatusFrame, blockCount: number): boolean {
    if (status.needsRoot || this.source.nextBlock < blockCount) return true;
    // What it does not tell of may be ours.
    if (status.firstMissing + 8 * status.missingBlocks.length < blockCount) return true;
    return this.lacking(status).next().done !== true;
  }

  /** What it says that it lacks, as far as that is ours to send again. */
  private *lacking({ firstMissing, missingBlocks }: StatusFrame): Generator<number> {
    const missing = new Bitset(missingBlocks.length * 8);
    missing.union(missingBlocks);
    for (let i = missing.next(0); i >= 0; i = missing.next(i + 1)) {
      const block = firstMissing + i;
      if (block >= this.source.nextBlock) return;
      if (this.source.mayReopen(block)) yield block;
    }
  }

  /** Reads as many as there is room for. */
  read(): void {
    const room = this.source.isExhausted() ? this.source.windowBlocks : REOPEN_BLOCKS_MAX;
    let held = this.source.rereading;
    for (const block of this.open.values()) if (!block.fresh) held++;
    for (const block of this.wanted) {
      if (held >= room) break;
      this.wanted.delete(block);
      if (this.open.has(block) || this.source.isReading(block) || !this.source.mayReopen(block)) continue;
      this.source.read(block);
      held++;
    }
  }

  /** What is open and not ours to send any more is closed. */
  dropOthers(open: Map<number, OpenBlock>): void {
    // Their buffers are not used again: datagrams that show parts of them may still wait for the socket.
    for (const index of open.keys()) if (!this.source.mayReopen(index)) open.delete(index);
  }

  clear(): void {
    this.wanted.clear();
  }
}

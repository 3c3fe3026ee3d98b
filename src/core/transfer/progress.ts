/** What is told of how far an incoming file is: at most a few times a second. */
import type { Context } from '../context.ts';
import { BLOCK_BYTES, PROGRESS_INTERVAL_MS } from '../limits.ts';
import type { FileOffer } from './file.ts';

export class Progress {
  private readonly context: Context;
  private readonly offer: FileOffer;
  private reportedAt = -Infinity;

  constructor(context: Context, offer: FileOffer) {
    this.context = context;
    this.offer = offer;
  }

  /** So many blocks are on the disk. */
  report(now: number, blocksWritten: number): void {
    if (now - this.reportedAt < PROGRESS_INTERVAL_MS) return;
    this.reportedAt = now;
    const { room, id: transfer, size } = this.offer;
    const bytesDone = Math.min(size, blocksWritten * BLOCK_BYTES);
    this.context.emit({ type: 'transfer-progress', room, transfer, bytesDone });
  }
}

/** How much of what waits for an ancestor is whose: of each author a bounded number of records and bytes. */
import type { MemberId } from '../../base/ids.ts';
import { PENDING_BYTES_PER_AUTHOR_MAX, PENDING_PER_AUTHOR_MAX } from '../limits.ts';
import type { LogRecord } from '../wire/record.ts';

interface Share {
  count: number;
  bytes: number;
  /** No parked record of the author lies above. */
  highest: number;
}

export class ParkedShares {
  private readonly shares = new Map<MemberId, Share>();

  countOf(author: MemberId): number {
    return this.shares.get(author)?.count ?? 0;
  }
  bytesOf(author: MemberId): number {
    return this.shares.get(author)?.bytes ?? 0;
  }
  highestOf(author: MemberId): number {
    return this.shares.get(author)?.highest ?? 0;
  }

  /** To be parked it would have to take the room of a record that comes sooner. */
  isCrowded(record: LogRecord): boolean {
    return this.isFull(record) && record.sequence >= this.highestOf(record.author);
  }

  /** One more would be too much for its author. */
  isFull({ author, bytes }: LogRecord): boolean {
    return (
      this.countOf(author) >= PENDING_PER_AUTHOR_MAX ||
      this.bytesOf(author) + bytes.length > PENDING_BYTES_PER_AUTHOR_MAX
    );
  }

  add({ author, sequence, bytes }: LogRecord): void {
    const share = this.shares.get(author) ?? { count: 0, bytes: 0, highest: 0 };
    share.count++;
    share.bytes += bytes.length;
    share.highest = Math.max(share.highest, sequence);
    this.shares.set(author, share);
  }

  remove({ author, bytes }: LogRecord): void {
    const share = this.shares.get(author);
    if (share === undefined) return;
    share.count--;
    share.bytes -= bytes.length;
    if (share.count === 0) this.shares.delete(author);
  }

  /** The highest that are parked were dropped down to there. */
  lowered(author: MemberId, highest: number): void {
    const share = this.shares.get(author);
    if (share !== undefined) share.highest = highest;
  }

  /** Who has most bytes parked. */
  largest(): MemberId | undefined {
    let most: [MemberId, Share] | undefined;
    for (const one of this.shares) if (one[1].bytes > (most?.[1].bytes ?? 0)) most = one;
    return most?.[0];
  }
}

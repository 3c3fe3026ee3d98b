/**
 * How much repair one member may cause by itself, and all of them together. Feedback for very many is not signed, and who
 * lies would otherwise have a file sent again and again. What a report asks beyond all others is charged to its member.
 */
import type { MemberId } from '../../base/ids.ts';
import {
  MEMBERS_MAX,
  REPAIR_MEMBER_BURST_BYTES,
  REPAIR_MEMBER_SHARE,
  REPAIR_TOTAL_BURST_BYTES,
  REPAIR_TOTAL_SHARE,
} from '../limits.ts';
import { TokenBucket } from '../reliability/bucket.ts';

export class RepairBudget {
  private readonly total = new TokenBucket(0, REPAIR_TOTAL_BURST_BYTES);
  private readonly byMember = new Map<MemberId, TokenBucket>();
  private bytesPerMs = 0;

  /** The pace of new data, of which repair gets its shares. */
  setRate(bytesPerMs: number): void {
    this.bytesPerMs = bytesPerMs;
    this.total.rate = REPAIR_TOTAL_SHARE * bytesPerMs;
  }

  /** Charges a member with what only it needs; false where it has used up its share, and nothing is charged. */
  charge(now: number, member: MemberId, bytes: number): boolean {
    if (bytes <= 0) return true;
    const bucket = this.bucketOf(member);
    bucket.rate = REPAIR_MEMBER_SHARE * this.bytesPerMs;
    return bucket.take(now, bytes);
  }

  /** Charges what is about to be sent; false where repair as a whole has used up its share. */
  chargeTotal(now: number, bytes: number): boolean {
    return this.total.take(now, bytes);
  }

  private bucketOf(member: MemberId): TokenBucket {
    const known = this.byMember.get(member);
    if (known !== undefined) return known;
    if (this.byMember.size >= MEMBERS_MAX)
      this.byMember.delete(this.byMember.keys().next().value as MemberId);
    const bucket = new TokenBucket(0, REPAIR_MEMBER_BURST_BYTES);
    this.byMember.set(member, bucket);
    return bucket;
  }
}

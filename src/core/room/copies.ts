/** How often a new own record is sent: short ones twice, so that one loss costs no time, but not where many follow each other. */
import {
  STREAM_MEMBERS_MAX,
  TWICE_FRAGMENTS_MAX,
  TWICE_RECORDS_BURST,
  TWICE_RECORDS_PER_S,
} from '../limits.ts';
import { TokenBucket } from '../reliability/bucket.ts';

export class Copies {
  private readonly second = new TokenBucket(TWICE_RECORDS_PER_S / 1000, TWICE_RECORDS_BURST);

  /** Of a record of so many fragments, in a room of so many members. */
  countFor(now: number, fragments: number, members: number): number {
    if (fragments > TWICE_FRAGMENTS_MAX) return 1;
    return members > STREAM_MEMBERS_MAX || this.second.take(now, 1) ? 2 : 1;
  }
}

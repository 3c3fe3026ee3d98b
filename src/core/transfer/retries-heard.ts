/**
 * Who asked us lately to take a file after all, so that a repeated ask counts once, and nobody asks more than once a minute
 * for a file or for RETRIES_HEARD_MEMBER_MAX files in it (protocol.md §7.12).
 */
import type { MemberId, TransferId } from '../../base/ids.ts';
import { RETRIES_HEARD_MAX, RETRIES_HEARD_MEMBER_MAX, RETRY_SPACING_MS } from '../limits.ts';
import type { RetryFrame } from '../wire/retry.ts';

interface Heard {
  readonly member: MemberId;
  readonly at: number;
}

export class RetriesHeard {
  /** By the transfer, oldest first. */
  private readonly last = new Map<TransferId, Heard>();

  /** True where it counts; a repetition of one that did does not. */
  take(now: number, { transfer, member }: RetryFrame): boolean {
    for (const [id, { at }] of this.last) {
      if (now - at < RETRY_SPACING_MS) break;
      this.last.delete(id);
    }
    if (this.last.has(transfer) || this.last.size >= RETRIES_HEARD_MAX) return false;
    let ofMember = 0;
    for (const one of this.last.values()) if (one.member === member) ofMember++;
    if (ofMember >= RETRIES_HEARD_MEMBER_MAX) return false;
    this.last.set(transfer, { member, at: now });
    return true;
  }
}

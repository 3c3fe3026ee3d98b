/** The messages that were taken already, of each member the newest few: a repeat is acknowledged again, and no more. */
import type { MemberId } from '../../base/ids.ts';
import { DIRECT_ACK_SPACING_MS, DIRECT_SEEN_MEMBERS_MAX, DIRECT_SEEN_PER_MEMBER_MAX } from '../limits.ts';
import type { MessageId } from '../wire/direct.ts';

interface Taken {
  readonly from: MemberId;
  acknowledgedAt: number;
}

export class SeenMessages {
  private readonly taken = new Map<MessageId, Taken>();
  /** Each member's own, so that nobody who sends much makes us forget what others sent. */
  private readonly byMember = new Map<MemberId, MessageId[]>();

  /** Who sent it, where it was taken before. */
  from(message: MessageId): MemberId | undefined {
    return this.taken.get(message)?.from;
  }

  add(now: number, from: MemberId, message: MessageId): void {
    this.taken.set(message, { from, acknowledgedAt: now });
    const messages = this.byMember.get(from) ?? [];
    // The member that was heard last stands last.
    this.byMember.delete(from);
    this.byMember.set(from, messages);
    messages.push(message);
    if (messages.length > DIRECT_SEEN_PER_MEMBER_MAX) this.taken.delete(messages.shift() as MessageId);
    if (this.byMember.size > DIRECT_SEEN_MEMBERS_MAX) this.forgetOldest();
  }

  /** Whether a repeat of it is to be acknowledged now. */
  acknowledges(now: number, message: MessageId): boolean {
    const known = this.taken.get(message);
    if (known === undefined || now - known.acknowledgedAt < DIRECT_ACK_SPACING_MS) return false;
    known.acknowledgedAt = now;
    return true;
  }

  get size(): number {
    return this.taken.size;
  }

  private forgetOldest(): void {
    const oldest = this.byMember.entries().next().value;
    if (oldest === undefined) return;
    this.byMember.delete(oldest[0]);
    for (const message of oldest[1]) this.taken.delete(message);
  }
}

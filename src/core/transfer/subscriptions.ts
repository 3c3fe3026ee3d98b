/** Transfers share bulk groups: only the first subscription and the last unsubscription reach the network. */
import type { PeerEvent } from '../api.ts';
import { BULK_SLOTS } from '../limits.ts';

export class Subscriptions {
  /** Transfers in each group. */
  private readonly counts = new Map<string, number>();

  /** False for an event that changes nothing for the network. */
  passes(event: PeerEvent): boolean {
    if ((event.type !== 'subscribe' && event.type !== 'unsubscribe') || event.to.kind !== 'bulk') return true;
    const key = `${event.to.room}:${event.to.slot % BULK_SLOTS}`;
    const before = this.counts.get(key) ?? 0;
    const after = Math.max(0, before + (event.type === 'subscribe' ? 1 : -1));
    if (after === 0) this.counts.delete(key);
    else this.counts.set(key, after);
    return (before === 0) !== (after === 0);
  }
}

/**
 * Whom the blocks of an own file wait for: the receivers that answer and keep up. Where others are much slower, by their
 * link (`reliability/members.ts`) or by their disk, blocks are closed without them, and nothing is repaired or read again
 * on their account. They keep what they catch, and have their turn when everybody else is through, or when they have come
 * back to the pace of the others.
 *
 * A disk that is too slow shows by a window that is full: nothing new can be sent for WINDOW_FULL_MS, because a minority
 * has not written the oldest block. It is left out for a time that doubles with each relapse, so that a hiccup costs it
 * little, and a disk that is slow for good costs the others one WINDOW_FULL_MS ever more rarely.
 */
import type { MemberId } from '../../base/ids.ts';
import { LEFT_OUT_MAX_MS, LEFT_OUT_MIN_MS, SEND_WINDOW_BLOCKS, WINDOW_FULL_MS } from '../limits.ts';
import type { Lane } from '../reliability/members.ts';
import type { OpenBlock } from './open-block.ts';
import type { Receiver } from './receiver.ts';
import type { Receivers } from './receivers.ts';

interface LeftOut {
  readonly until: number;
  readonly forMs: number;
}

export class Served {
  private readonly receivers: Receivers;
  private readonly lanes: { lane(member: MemberId): Lane };
  /** Of members that were ever left out; at most one for each receiver. */
  private readonly leftOut = new Map<MemberId, LeftOut>();
  private fullSince = Infinity;

  constructor(receivers: Receivers, lanes: { lane(member: MemberId): Lane }) {
    this.receivers = receivers;
    this.lanes = lanes;
  }

  /**
   * Those that want the file, answer, and keep up; all that answer where none of those needs anything of this stream: what they
   * lack others serve, who in turn may wait for those that do not keep up here.
   */
  list(now: number): Receiver[] {
    const active = this.receivers.active(now);
    const keepingUp = active.filter((one) => this.keepsUp(now, one.id));
    return keepingUp.some(({ needsUs }) => needsUs) ? keepingUp : active;
  }

  forget(id: MemberId): void {
    this.leftOut.delete(id);
  }

  /** At every turn of the sender: leaves out those that a full window has been waiting for too long. */
  watch(now: number, open: ReadonlyMap<number, OpenBlock>): void {
    const blocks = [...open.values()];
    const isFull =
      blocks.length >= SEND_WINDOW_BLOCKS && !blocks.some((block) => block.pass === 0 && block.isSending());
    if (!isFull) this.fullSince = Infinity;
    else this.fullSince = Math.min(this.fullSince, now);
    if (now - this.fullSince < WINDOW_FULL_MS) return;
    this.fullSince = now;
    const oldest = blocks.reduce((a, b) => (a.index < b.index ? a : b));
    const served = this.list(now);
    const waitedFor = served.filter((one) => !oldest.doneBy.has(one.id));
    if (waitedFor.length > served.length / 2) return;
    for (const { id } of waitedFor) {
      const forMs = Math.min(LEFT_OUT_MAX_MS, 2 * (this.leftOut.get(id)?.forMs ?? LEFT_OUT_MIN_MS / 2));
      this.leftOut.set(id, { until: now + forMs, forMs });
    }
  }

  private keepsUp(now: number, id: MemberId): boolean {
    return this.lanes.lane(id) === 'main' && (this.leftOut.get(id)?.until ?? -Infinity) <= now;
  }
}

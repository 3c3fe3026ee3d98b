/** An own file: its stream, and what others are known to have of it (protocol.md §7.11). */
import { UsageError } from '../../base/assert.ts';
import type { MemberId } from '../../base/ids.ts';
import type { Context } from '../context.ts';
import { COST_TOLD_MS, SAFE_COPIES } from '../limits.ts';
import type { Roster } from '../membership/roster.ts';
import type { HaveFrame } from '../wire/have.ts';
import type { HoldFrame } from '../wire/hold.ts';
import { Bitset } from './bitset.ts';
import type { FileOffer } from './file.ts';
import { Holding } from './holding.ts';
import type { HeldFile } from './holding.ts';
import type { Outgoing } from './outgoing.ts';
import { RetryAsks } from './retry-asks.ts';

export class OwnFile implements HeldFile {
  readonly offer: FileOffer;
  readonly outgoing: Outgoing;
  readonly holding: Holding;
  readonly isAuthor = true;
  readonly isComplete = true;
  readonly isTaking = false;
  readonly written = new Bitset(0);
  private readonly context: Context;
  private readonly roster: Roster;
  private readonly asks: RetryAsks;
  private blocksAtRisk: number | undefined;
  private wireBytes = 0;
  private costAt = -Infinity;

  constructor(outgoing: Outgoing, context: Context, roster: Roster) {
    this.outgoing = outgoing;
    this.offer = outgoing.offer;
    this.context = context;
    this.roster = roster;
    this.asks = new RetryAsks(context, outgoing.offer, roster);
    this.holding = new Holding(context, roster, this, {
      openStream: () => outgoing,
      closeStream: () => undefined,
    });
  }

  get mayServe(): boolean {
    return !this.outgoing.isEnded() && !this.outgoing.isPaused;
  }
  wants(): boolean {
    return false;
  }

  heard(now: number, hold: HoldFrame): void {
    if (hold.complete) {
      this.outgoing.memberHas(now, hold.member);
      this.asks.end(hold.member);
    }
    this.tellSafety();
    if (hold.complete) this.tellCost(now);
  }

  /** A member that is there is asked to take it after all; it may be served again as often as at first. */
  ask(now: number, member: MemberId): void {
    if (this.roster.get(member) === undefined) throw new UsageError('nobody there');
    this.outgoing.receivers.get(member)?.forgive();
    this.asks.begin(now, member);
  }

  /** A HAVE of it counted. */
  told(now: number, have: HaveFrame): void {
    const { member } = have;
    const isComplete = have.state === 'complete';
    this.asks.heard(have);
    if (isComplete) this.holding.holders.noteComplete(now, member);
    this.tellSafety();
    if (isComplete) this.tellCost(now);
  }

  memberGone(now: number, id: MemberId, reason: 'declined' | 'member-left' | 'removed'): void {
    this.outgoing.memberGone(now, id, reason);
    this.asks.end(id);
    this.holding.memberGone(now, id);
    if (this.blocksAtRisk !== undefined) this.tellSafety();
  }

  /** The process ends; the file goes on in the next one. */
  suspend(): void {
    this.outgoing.stop();
    this.holding.stop();
    this.context.emit({ type: 'release-source', transfer: this.offer.id });
  }

  pause(now: number): void {
    this.outgoing.pause();
    this.holding.announce(now);
  }
  unpause(now: number): void {
    this.outgoing.unpause(now);
    this.holding.announce(now);
  }

  nextTimeout(): number {
    return Math.min(this.outgoing.nextTimeout(), this.holding.nextTimeout(), this.asks.nextTimeout());
  }
  handleTimeout(now: number): void {
    if (this.outgoing.nextTimeout() <= now) this.outgoing.handleTimeout(now);
    if (now - this.costAt >= COST_TOLD_MS) this.tellCost(now);
    if (this.holding.nextTimeout() <= now) this.holding.handleTimeout(now);
    if (this.asks.nextTimeout() <= now) this.asks.handleTimeout(now);
  }

  private tellCost(now: number): void {
    const wireBytes = this.outgoing.pace.sentBytes;
    if (wireBytes === this.wireBytes) return;
    this.wireBytes = wireBytes;
    this.costAt = now;
    const { room, id: transfer } = this.offer;
    this.context.emit({ type: 'transfer-cost', room, transfer, wireBytes });
  }

  private tellSafety(): void {
    const blocksAtRisk = this.holding.holders.blocksBelow(SAFE_COPIES);
    if (blocksAtRisk === this.blocksAtRisk) return;
    this.blocksAtRisk = blocksAtRisk;
    const { room, id: transfer } = this.offer;
    this.context.emit({ type: 'transfer-safety', room, transfer, blocksAtRisk });
  }
}

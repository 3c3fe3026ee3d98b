/** All receivers of one own file, and what is reported about each. */
import type { MemberId } from '../../base/ids.ts';
import type { PeerEvent, TransferFailure } from '../api.ts';
import type { Context } from '../context.ts';
import {
  BLOCK_BYTES,
  POLL_WAIT_MAX_MS,
  POLL_WAIT_MIN_MS,
  PROGRESS_INTERVAL_MS,
  STATUS_SPREAD_MEMBER_MS,
  TRANSFER_GIVE_UP_MS,
} from '../limits.ts';
import type { HaveFrame } from '../wire/have.ts';
import type { FileOffer } from './file.ts';
import { Receiver } from './receiver.ts';
import type { ReceiverState } from './receiver.ts';

/** Those that wanted it not, or not yet. */
const UNWANTING: ReadonlySet<ReceiverState> = new Set(['present', 'declined', 'failed']);

export class Receivers {
  private readonly context: Context;
  private readonly offer: FileOffer;
  private readonly isOwn: boolean;
  private readonly byId = new Map<MemberId, Receiver>();

  /** `isOwn`: what becomes of them is reported. */
  constructor(context: Context, offer: FileOffer, isOwn = true) {
    this.context = context;
    this.offer = offer;
    this.isOwn = isOwn;
  }

  get(id: MemberId): Receiver | undefined {
    return this.byId.get(id);
  }
  /** The row of a member, a new one if need be; the room bounds how many there are. */
  admit(now: number, id: MemberId, roundTripMs?: number): Receiver {
    const known = this.byId.get(id);
    if (known !== undefined) return known;
    const receiver = new Receiver(id, now, roundTripMs);
    this.byId.set(id, receiver);
    return receiver;
  }
  get size(): number {
    return this.byId.size;
  }
  /** Somebody wants the file and does not have it. */
  wants(): boolean {
    return this.wanting().length > 0;
  }
  wanting(): Receiver[] {
    return [...this.byId.values()].filter((receiver) => receiver.state === 'wanted');
  }
  /** Those that were there at the offer and have not answered it. */
  undecided(): Receiver[] {
    return [...this.byId.values()].filter((receiver) => receiver.state === 'present');
  }
  /** How many want the file or have it by now; those that have not decided counted in or not. */
  takers(withUndecided: boolean): number {
    let count = 0;
    for (const { state } of this.byId.values())
      if (state === 'wanted' || state === 'complete' || (withUndecided && state === 'present')) count++;
    return count;
  }
  /** Somebody who was there at the offer has not answered it. */
  hasUndecided(): boolean {
    return [...this.byId.values()].some((receiver) => receiver.state === 'present');
  }
  /** Those that want it and answer. */
  active(now: number): Receiver[] {
    return [...this.byId.values()].filter((receiver) => receiver.isActive(now));
  }

  /** How long answers to a poll may take: two round trips, the members' spread, and room for their work. */
  answerWaitMs(active: readonly Receiver[]): number {
    const spread = STATUS_SPREAD_MEMBER_MS * this.size;
    const roundTripMs = Math.max(1, ...active.map((receiver) => receiver.roundTripMs));
    return Math.min(POLL_WAIT_MAX_MS, POLL_WAIT_MIN_MS + spread + 2 * roundTripMs);
  }

  /** A HAVE whose signature is good; undefined for one that says nothing new. */
  takeHave(now: number, have: HaveFrame): Receiver | undefined {
    const { member } = have;
    const receiver = this.admit(now, member);
    if (!receiver.isNewer(have.incarnation, have.counter)) return undefined;
    receiver.heard(now);
    const { id: transfer, room } = this.offer;
    if (have.state === 'wanted' && receiver.state !== 'wanted' && receiver.mayWant(now)) {
      receiver.state = 'wanted';
      receiver.progressAt = now;
      this.report({ type: 'transfer-accepted', room, transfer, member });
    } else if (have.state === 'paused' && (receiver.state === 'wanted' || UNWANTING.has(receiver.state))) {
      receiver.state = 'paused';
      this.report({ type: 'transfer-paused', room, transfer, member });
    } else if (have.state === 'asked' && UNWANTING.has(receiver.state)) {
      receiver.state = 'present';
      receiver.reason = undefined;
      this.report({ type: 'transfer-asked', room, transfer, member });
    } else if (have.state === 'complete') {
      this.complete(now, member);
    } else if (have.state === 'declined' || have.state === 'failed') {
      this.fail(receiver, have.state === 'declined' ? 'declined' : have.reason);
    }
    return receiver;
  }

  /** It has all of it; false where that is known. */
  complete(now: number, member: MemberId): boolean {
    const receiver = this.admit(now, member);
    if (receiver.state === 'complete') return false;
    receiver.state = 'complete';
    const { id: transfer, room } = this.offer;
    this.report({ type: 'transfer-done', room, transfer, member });
    return true;
  }

  /** The transfer ends: for whoever waits for it, for this reason. True where there was anybody. */
  failWaiting(reason: TransferFailure): boolean {
    const waiting = [...this.byId.values()].filter(
      (one) => one.state === 'present' || one.state === 'wanted' || one.state === 'paused',
    );
    for (const receiver of waiting) this.fail(receiver, reason);
    return waiting.length > 0;
  }

  /** Of a private room: who is no member of it gets no more of the file. Returns whom that is. */
  failOutsiders(isMember: (id: MemberId) => boolean): Receiver[] {
    const gone = [...this.byId.values()].filter(
      ({ id, state }) => (state === 'present' || state === 'wanted' || state === 'paused') && !isMember(id),
    );
    for (const receiver of gone) this.fail(receiver, 'removed');
    return gone;
  }

  /** Gives up on members that neither answer nor get on; returns those. */
  giveUpLost(now: number): Receiver[] {
    const lost = this.wanting().filter(
      (one) => now - one.progressAt >= TRANSFER_GIVE_UP_MS && now - one.heardAt > TRANSFER_GIVE_UP_MS / 2,
    );
    for (const receiver of lost) this.fail(receiver, 'stalled');
    return lost;
  }

  /** Gives up on a member that asks and asks and never gets on; true where it did. */
  barIfGreedy(now: number, receiver: Receiver): boolean {
    if (!receiver.asksInVain) return false;
    if (this.context.paths.isNarrow(receiver.id) && receiver.excuse()) return false;
    receiver.bar(now);
    this.context.count('repair-budget');
    this.fail(receiver, 'stalled');
    return true;
  }

  fail(receiver: Receiver, reason: TransferFailure): void {
    if (receiver.state === 'failed' || receiver.state === 'complete' || receiver.state === 'declined') return;
    receiver.state = reason === 'declined' ? 'declined' : 'failed';
    receiver.reason = reason;
    const { id: transfer, room } = this.offer;
    this.report({ type: 'transfer-failed', room, transfer, member: receiver.id, reason });
  }

  reportProgress(now: number, receiver: Receiver): void {
    if (receiver.written === receiver.reportedWritten || now - receiver.reportedAt < PROGRESS_INTERVAL_MS)
      return;
    receiver.reportedAt = now;
    receiver.reportedWritten = receiver.written;
    const { id: transfer, room, size } = this.offer;
    const bytesDone = Math.min(size, receiver.written * BLOCK_BYTES);
    this.report({ type: 'transfer-progress', room, transfer, member: receiver.id, bytesDone });
  }

  private report(event: PeerEvent): void {
    if (this.isOwn) this.context.emit(event);
  }
}

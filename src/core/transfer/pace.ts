/**
 * The pace of one own transfer: the rate that its members' reports allow (`reliability/control.ts`), kept by a token
 * bucket, and the TICKs that make those reports possible.
 */
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId } from '../../base/ids.ts';
import { BURST_BYTES_MAX, BURST_BYTES_MIN, PATH_LOST_SYMBOLS, REPORT_SPACING_MEMBER_MS } from '../limits.ts';
import { TokenBucket } from '../reliability/bucket.ts';
import { RateControl } from '../reliability/control.ts';
import type { Lane } from '../reliability/members.ts';
import type { ArrivalSample } from '../wire/poll.ts';
import { encodeTick } from '../wire/tick.ts';

const U32 = 2 ** 32;
const difference = (later: number, earlier: number): number => (later - earlier + U32) % U32;

export class Pace {
  private readonly control: RateControl;
  private readonly bucket: TokenBucket;
  private readonly nothingArrives: (now: number, member: MemberId) => void;
  /** DATA and REPAIR frames sent. */
  private packets = 0;
  /** Of everything that left. */
  sentBytes = 0;
  /** Of these, how many may follow before the next TICK. */
  private untilTick = 0;
  /** The last sample of each member, to which the next one is compared. */
  private readonly last = new Map<MemberId, ArrivalSample>();

  /**
   * `packetBytes`: of a full DATA frame. `nothingArrives`: at a member TICKs of so many symbols came and none of these, so that what is
   * small gets through and what is full may not.
   */
  constructor(
    packetBytes: number,
    nothingArrives: (now: number, member: MemberId) => void = () => undefined,
  ) {
    this.nothingArrives = nothingArrives;
    this.control = new RateControl(packetBytes);
    this.bucket = new TokenBucket(this.control.bytesPerMs, BURST_BYTES_MIN);
    this.apply();
  }

  /** An upper bound that somebody set by hand. */
  limit(bytesPerMsMax: number): void {
    this.control.setCeiling(bytesPerMsMax);
    this.apply();
  }

  get bytesPerMs(): number {
    return this.control.bytesPerMs;
  }
  /** How often each of so many members should report. */
  reportIntervalMs(memberCount: number): number {
    return Math.max(this.control.reportIntervalMs, REPORT_SPACING_MEMBER_MS * memberCount);
  }
  /** When the next datagram may leave. */
  readyAt(now: number): number {
    return this.bucket.readyAt(now);
  }
  took(now: number, bytes: number): void {
    this.bucket.take(now, bytes);
    this.sentBytes += bytes;
  }

  /** The TICK that has to go ahead of the next symbol, if one has to. */
  tickBefore(now: number, transferTag: number, epoch: number): Bytes | undefined {
    if (this.untilTick > 0) return undefined;
    this.untilTick = this.control.trainPackets;
    const sentAtUs = Math.round(now * 1000) % U32;
    return encodeTick({ epoch, transferTag, sentAtUs, packets: this.packets % U32 });
  }
  symbolSent(): void {
    this.packets++;
    this.untilTick--;
  }

  report(now: number, member: MemberId, sample: ArrivalSample, roundTripMs: number): void {
    const last = this.last.get(member);
    // Claims about what was never sent, or an older sample that was overtaken: nothing can be learned from it.
    const sent = difference(sample.sent, last?.sent ?? 0);
    if (sent === 0 || difference(this.packets % U32, sample.sent) > U32 / 2) return;
    // A member's first sample has none before it, however much was sent until it came.
    if (last !== undefined && sent > U32 / 2) return;
    this.last.set(member, sample);
    // Who has only just begun to listen has missed whatever was sent before.
    if (last === undefined) return;
    if (sample.received === last.received && sent >= PATH_LOST_SYMBOLS) this.nothingArrives(now, member);
    this.control.report({
      now,
      member,
      sentPackets: sent,
      receivedPackets: difference(sample.received, last.received),
      spanMs: difference(sample.arrivedAtUs, last.arrivedAtUs) / 1000,
      queueMinMs: sample.queueMinMs,
      queueMaxMs: sample.queueMaxMs,
      queueNowMs: sample.queueNowMs,
      isHostQueue: sample.isHostQueue,
      roundTripMs,
    });
    this.apply();
  }

  /** Whether a member is too slow to set the pace. */
  lane(member: MemberId): Lane {
    return this.control.lane(member);
  }

  /** The member left, or has the file. */
  forget(member: MemberId): void {
    this.last.delete(member);
    this.control.forget(member);
  }

  private apply(): void {
    this.bucket.rate = this.control.bytesPerMs;
    this.bucket.burst = Math.min(BURST_BYTES_MAX, Math.max(BURST_BYTES_MIN, this.control.burstBytes));
  }
}

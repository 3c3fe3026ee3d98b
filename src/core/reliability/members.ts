/**
 * What the reports of one receiver say of it: its own random loss, and how much it can take. Pure state; the rules that
 * turn it into a rate are in `control.ts`.
 *
 * Loss. `floor` is the loss that a member has where nothing is full: radio, not congestion. It is learned only at rates
 * known to be below the knee, for otherwise slow growth would teach it congestion as radio. Loss counts as *excess* where
 * it is above the floor by more than chance explains: four standard deviations of the binomial, or of what was seen.
 *
 * Capability. A member that shows congestion can take what it was delivered; one that shows none can take at least
 * what it was ever delivered since. So a fast member is not judged by the slow one that holds the rate down
 * (the idea of the current limiting receiver in TFMCC, RFC 4654 §2).
 */
import type { MemberId } from '../../base/ids.ts';
import { SlottedMaximum } from './slotted.ts';

export type Lane = 'main' | 'slow';

/** Even a member that loses this much by radio is served; above it is a fault of the network. */
const FLOOR_MAX = 0.6;
/** The margin over chance: sixty reports a second from members that each have their own luck. */
const EXCESS_SIGMAS = 4;
const VANISHED_SIGMAS = 3;
const EXCESS_MIN = 0.008;
/** Below this share of the median a member sets nobody's rate. */
const SLOW_SHARE = 0.5;
/** It comes back above this one. */
const BACK_SHARE = 0.65;
const LANE_AFTER_MS = 1000;
const PENALTY_MIN_MS = 1500;
const PENALTY_MAX_MS = 60_000;
/** The best share is remembered for two seconds; a report of few packets says little of it. */
const BEST_SLOT_MS = 250;
const BEST_SLOTS = 8;
const BEST_PACKETS = 100;
/** A member that is silent this long is not waited for. */
export const SILENT_MS = 500;

export interface Sample {
  readonly now: number;
  readonly sentPackets: number;
  readonly receivedPackets: number;
  readonly spanMs: number;
}

export class RateMember {
  readonly id: MemberId;
  lane: Lane = 'main';
  floor = 0;
  private deviation = 0;
  private learned = 0;
  /** Packets a millisecond that it can take. */
  capability = 0;
  /** Of its last report. */
  loss = 0;
  delivered = 0;
  sentPackets = 1;
  spanMs = 0;
  heardAt = -Infinity;
  /** Of its last report. */
  queueNowMs = 0;
  /** And whether it waits in the member's machine, not on the way. */
  isHostQueue = false;
  private readonly best = new SlottedMaximum(BEST_SLOT_MS, BEST_SLOTS);
  /** When it last showed congestion. */
  congestedAt = -Infinity;
  private below = false;
  private belowSince = 0;
  private penaltyMs = PENALTY_MIN_MS / 2;

  constructor(id: MemberId) {
    this.id = id;
  }

  /** Takes a report in; false for one that cannot be. */
  take(sample: Sample): boolean {
    const { sentPackets, receivedPackets, spanMs } = sample;
    if (!(sentPackets > 0) || !(receivedPackets >= 0) || !(spanMs > 0)) return false;
    // More than was sent is a lie or a duplicate: neither may speed us up.
    const received = Math.min(receivedPackets, sentPackets);
    this.loss = 1 - received / sentPackets;
    this.delivered = received / spanMs;
    this.sentPackets = sentPackets;
    this.spanMs = spanMs;
    this.heardAt = sample.now;
    if (sentPackets >= BEST_PACKETS) this.best.add(sample.now, this.share());
    return true;
  }

  /** By how much its loss exceeds what its floor and chance explain; 0 where it does not. */
  excess(): number {
    const p = Math.max(this.floor, 1 / this.sentPackets);
    const sigma = Math.max(Math.sqrt((p * (1 - p)) / this.sentPackets), this.deviation);
    const over = this.loss - this.floor;
    return over > EXCESS_MIN + EXCESS_SIGMAS * sigma ? over : 0;
  }

  /** Whether loss that was seen at a higher rate is gone: more than half of it, and more than chance explains. */
  hasVanished(loss: number, packets: number): boolean {
    const p = (loss + this.loss) / 2;
    const sigma = Math.sqrt(p * (1 - p) * (1 / packets + 1 / this.sentPackets));
    return loss - this.loss > Math.max(0.5 * (loss - this.floor), VANISHED_SIGMAS * sigma);
  }

  /** Its loss at a rate below the knee. */
  learn(): void {
    const gain = this.learned === 0 ? 1 : Math.max(0.1, 1 / (this.learned + 1));
    const error = this.loss - this.floor;
    this.deviation += 0.1 * (Math.abs(error) * (this.learned === 0 ? 0 : 1.25) - this.deviation);
    this.floor = Math.min(FLOOR_MAX, Math.max(0, this.floor + gain * error));
    this.learned++;
  }

  /** An experiment has shown that this loss is radio. */
  accept(): void {
    this.floor = Math.min(FLOOR_MAX, this.loss);
    this.learned = 1;
  }

  /** Packets a millisecond that reach it, or would if the radio lost nothing. */
  share(): number {
    return this.delivered / (1 - this.floor);
  }

  /** The largest share of the last two seconds. */
  bestShare(now: number): number {
    return this.best.read(now);
  }

  noteCapability(now: number, congested: boolean): void {
    if (congested) {
      this.congestedAt = now;
      this.capability = this.delivered;
    } else this.capability = Math.max(this.capability, this.delivered);
  }

  /**
   * Moves it between the lanes; `median` of all capabilities. Each time that it falls below the line it has to stay twice as
   * long, so that a member that cries wolf, or is slow every other second, holds the others up ever less often.
   */
  judge(now: number, median: number): void {
    const limited = now - this.congestedAt < SILENT_MS || this.loss > 1 - SLOW_SHARE;
    if (!this.below && limited && this.capability < SLOW_SHARE * median) {
      this.below = true;
      this.belowSince = now;
      this.penaltyMs = Math.min(PENALTY_MAX_MS, 2 * this.penaltyMs);
    } else if (this.below && this.capability > BACK_SHARE * median) {
      if (now - this.belowSince > this.penaltyMs) this.below = false;
    }
    this.lane = this.below && now - this.belowSince > LANE_AFTER_MS ? 'slow' : 'main';
  }

  /** Whether its reports may slow the others down. */
  get counts(): boolean {
    return !this.below;
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? upper)) / 2;
}

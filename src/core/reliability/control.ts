/**
 * The sending rate of bulk data to many receivers. Pure: times come in with the reports, nothing is sent from here.
 *
 * Theory of operation.
 * 1. Signals. Every member reports what was sent and what arrived between two TICKs, and the queueing delay of the TICKs
 *    (`delay.ts`). While a queue stands, what arrives *is* our share of the link (delivery rate as in BBR,
 *    draft-ietf-ccwg-bbr, draft-cheng-iccrg-delivery-rate-estimation), so one report finds it, whatever we sent.
 * 2. `startup`: × 1.5 with each round of reports until more than half of the members show a queue, then `drain`. A knee counts
 *    only when it is met again at about the same rate; until then start-up goes on from there, × 1.15. Where the members'
 *    machines are the bottleneck and not the network, there is no knee that stays: they have other work, and at first their
 *    code is still being compiled. After such a queue start-up goes on as well.
 * 3. `drain` and `cruise`, the steady state: additive increase, multiplicative decrease on *delay* instead of loss (a
 *    target of a few ms as in LEDBAT, RFC 6817, and NADA, RFC 8698). A standing queue above QUEUE_MS is the signal:
 *    remember the share (the knee), go as far below it as empties the queue in one report, then resume at
 *    (1 − decrease) × knee. From there in steps that grow by half, until a queue forms again. Since the steps are nearly
 *    the same for big and small flows and the decrease is proportional, flows that share a queue converge (Chiu and Jain
 *    1989); a flow that finds its share smaller than last time decreases by that much more, which speeds it up. And since
 *    all empty the queue in the same round, as in Copa (Arun and Balakrishnan, NSDI 2018), each keeps seeing the true
 *    base delay. The step is small against the queue: 100 ms of 2 % too much is 2 ms.
 * 4. `doubt`: loss alone is not congestion. Loss in excess of a member's floor, without a queue, starts an experiment: send
 *    what arrived, and a little less. Where the loss goes away, a receiver or a policer was full: that rate is the knee,
 *    held for HOLD_MS before the next careful steps up. Where it stays, it is radio: the floor takes it over and the rate
 *    is what it was.
 * 5. `compete` and `dip`: when the queue has not emptied for COMPETE_AFTER_MS and five round trips although we backed off,
 *    another flow fills it (the mode switch of Copa). Then a window that behaves like CUBIC's (`cubic.ts`) sets the
 *    rate. At each of its decreases the rate falls to half for as long as would empty the queue if we were alone; if it
 *    does empty, we are, and the steady state is back. The decrease comes with loss, or with a queue that shrinks without
 *    us: the other flow has met the loss, and a few lost packets are easily missed.
 * 6. Members. The rate follows whichever member shows congestion (the current limiting receiver of TFMCC, RFC 4654 §2):
 *    after it slowed us down, only its own report, or its silence, lets the rate grow again. A member that can take less
 *    than half the median slows nobody down, at once; for a second, and it is in the slow lane (`members.ts`).
 * Competition is judged at the queue that all share: while some member sees an empty queue there is none.
 *
 * Invariants: RATE_MIN ≤ rate ≤ RATE_MAX, or what a person set where that is less; a report changes the rate only if most of its span came after the last change.
 */
import type { MemberId } from '../../base/ids.ts';
import { DATAGRAM_BYTES_MAX, RATE_MAX, RATE_MIN, RATE_START } from '../limits.ts';
import { CubicWindow } from './cubic.ts';
import { median, RateMember, SILENT_MS } from './members.ts';
import type { Lane, Sample } from './members.ts';

export interface RateReport extends Sample {
  readonly member: MemberId;
  /** Least and greatest queueing delay since its last report. */
  readonly queueMinMs: number;
  readonly queueMaxMs: number;
  /** The standing queue at the end of the span; without it the least of the span stands for it. */
  readonly queueNowMs?: number;
  /** It waits in the member's machine, not on the way. */
  readonly isHostQueue?: boolean;
  readonly roundTripMs: number;
}

export type RatePhase = 'startup' | 'cruise' | 'drain' | 'doubt' | 'compete' | 'dip';

/** A standing queue above this is one of ours or of another's making; below, it is jitter. */
const QUEUE_MS = 2.5;
const STARTUP_GAIN = 1.5;
/** The same while some TICK met a queue: it may be jitter, or the end. */
const STARTUP_GAIN_CAREFUL = 1.15;
const STARTUP_ACHIEVED = 0.8;
/** Two knees within this of each other are one. */
const KNEE_AGAIN = 1.4;
/** Start-up is over after so many in any case. */
const STARTUP_KNEES_MAX = 2;
const STARTUP_REPORT_MS = 20;
/** Machines that are the bottleneck have little time for reports. */
const BUSY_REPORT_MS = 40;
const STEADY_REPORT_MS = 120;
/** Below the knee after it was met: what a sawtooth costs, and how quickly flows converge. */
const DECREASE = 0.04;
const DECREASE_MAX = 0.2;
/** Steps up: 35 B/ms at 10 Mbit/s, 55 at 100 Mbit/s, 88 at 1 Gbit/s, each half as large again as the last. */
const STEP_BYTES_PER_MS = 35;
const STEP_RATE = 1250;
const STEP_EXPONENT = 0.2;
const STEP_GROWTH = 1.5;
/** After start-up the knee is only roughly known. */
const STEP_SHARE_FIRST = 0.01;
/** A process that others keep waiting makes up for it; the queue that this makes is gone again as soon. */
const BURST_MS = 5;
/** A queue that is forming: wait for the next report before going faster. */
const FORMING_MS = 1.2;
const FORMING_REPORTS = 2;
/** A queue this short is an empty one. */
const DRAINED_MS = 1;
const COMPETE_AGAIN_MS = 10_000;
const DRAIN_MAX = 0.5;
const COMPETE_AFTER_MS = 600;
const COMPETE_AFTER_ROUND_TRIPS = 5;
const HOLD_MS = 2000;
const BELOW_KNEE = 0.98;
/** Half the rate empties a queue of 1 ms in 2 ms; a fifth more for safety. */
const DIP_SHARE = 0.5;
const DIP_PER_QUEUE = 2.4;
/** The queue shrank by this much without us: the other flow has backed off. */
const SHRUNK = 0.8;
/** Of the best of the last two seconds, for a member that met congestion; less where it meets it again. */
const BEST_SHARE = 0.85;
const BEST_SHARE_AGAIN = 0.5;
/** Towards what arrived of late the rate climbs by at least this part of itself. */
const RECOVERY_GROWTH = 0.1;
/** Below what arrived, so that a queue that is full can empty. */
const DOUBT_SHARE = 0.95;

const firstStep = (bytesPerMs: number): number =>
  STEP_BYTES_PER_MS * (bytesPerMs / STEP_RATE) ** STEP_EXPONENT;

export class RateControl {
  private readonly members = new Map<MemberId, RateMember>();
  private readonly packetBytes: number;
  private phaseNow: RatePhase = 'startup';
  private rate = RATE_START;
  private ceiling = Infinity;
  private changedAt = -Infinity;
  /** Where congestion was last met. */
  private knee = Infinity;
  /** The link's rate is not known yet. */
  private isStarting = true;
  private startupKnees = 0;
  /** The last queue stood in members' machines. */
  private isHostBound = false;
  private step = 0;
  private limiter: MemberId | undefined;
  private drainedAt = -Infinity;
  private holdUntil = -Infinity;
  private resumeRate = RATE_START;
  private doubtEndsAt = Infinity;
  private readonly doubters = new Map<MemberId, { loss: number; packets: number }>();
  private readonly heard = new Map<MemberId, boolean>();
  private window = new CubicWindow(0, 2);
  private peakMs = 0;
  private dipUntil = 0;
  private shareAtEntry = 0;
  private competedAt = -Infinity;
  private competeRate = 0;
  private roundTripMs = 1;
  private forming = 0;
  private decrease = DECREASE;
  /** In start-up: the least of the members' longest queues in this round. A queue that all share, all have seen. */
  private roundMaxMs = Infinity;
  /** What a doubt interrupted. */
  private before: RatePhase = 'cruise';
  private reportedAt = -Infinity;

  constructor(packetBytes = DATAGRAM_BYTES_MAX) {
    this.packetBytes = packetBytes;
  }

  /** The pace of datagrams, their UDP payload counted. */
  get bytesPerMs(): number {
    return Math.min(this.ceiling, Math.max(RATE_MIN, Math.min(this.rate, RATE_MAX)));
  }
  /** What a bucket may save up while the process is not given a processor. */
  get burstBytes(): number {
    return Math.max(this.packetBytes, BURST_MS * this.bytesPerMs);
  }
  /** A TICK goes ahead of each so many packets: 2 ms of the rate, at least 8 (a TICK costs 4 % of a packet), at most 40. */
  get trainPackets(): number {
    return Math.max(8, Math.min(40, Math.floor((2 * this.bytesPerMs) / this.packetBytes)));
  }
  /** How often each member should report. */
  get reportIntervalMs(): number {
    if (!this.isStarting) return STEADY_REPORT_MS;
    return this.isHostBound ? BUSY_REPORT_MS : STARTUP_REPORT_MS;
  }
  get phase(): RatePhase {
    return this.phaseNow;
  }
  /** An upper bound that somebody set by hand; Infinity for none. */
  setCeiling(bytesPerMs: number): void {
    this.ceiling = bytesPerMs;
  }
  /** The member has left, or has the file. */
  forget(member: MemberId): void {
    this.members.delete(member);
    this.heard.delete(member);
    this.doubters.delete(member);
  }
  /** Whether it may slow the others down (`main`), or keeps what it catches (`slow`). */
  lane(member: MemberId): Lane {
    return this.members.get(member)?.lane ?? 'main';
  }

  /** What a member said, as differences to its last report that arrived. */
  report(report: RateReport): void {
    let member = this.members.get(report.member);
    if (member === undefined) this.members.set(report.member, (member = new RateMember(report.member)));
    if (!member.take(report)) return;
    const { now } = report;
    member.queueNowMs = report.queueNowMs ?? report.queueMinMs;
    member.isHostQueue = report.isHostQueue === true;
    const queue = Math.max(report.queueMinMs, Math.min(member.queueNowMs, this.sharedQueue(now)));
    const overflow = member.excess() > 0 && this.mayOverflow(report);
    const congested = queue > QUEUE_MS || overflow;
    member.noteCapability(now, congested || member.excess() > 0);
    member.judge(now, median([...this.members.values()].map((one) => one.capability)));
    if (!member.counts) return;
    const fresh = now - report.roundTripMs - this.changedAt >= 0.6 * report.spanMs;
    if (!fresh) return;
    // Nothing is known of a queue that nobody watched.
    const watched = now - this.reportedAt < 2 * SILENT_MS;
    this.reportedAt = now;
    if (report.queueMinMs <= DRAINED_MS || !watched) {
      this.drainedAt = now;
      this.shareAtEntry = 0;
    }
    if (congested) this.shareAtEntry = Math.max(this.shareAtEntry, this.bytesPerMs);
    switch (this.phaseNow) {
      case 'startup':
        return this.startup(report, member, congested);
      case 'doubt':
        return this.doubt(now, member, congested);
      case 'compete':
      case 'dip':
        return this.compete(report, member, queue);
      case 'drain':
      case 'cruise':
        return this.steady(report, member, queue, congested);
    }
  }

  /**
   * Whether a queue may have run over although none stands now. Below the knee none does: what looks like one is a
   * receiver whose process stood still, and its loss is radio.
   */
  private mayOverflow(report: RateReport): boolean {
    if (report.queueMaxMs <= QUEUE_MS) return false;
    return this.phaseNow === 'startup' || this.bytesPerMs > BELOW_KNEE * this.knee;
  }

  /**
   * The queue that half of the members see now. One whose process stood still at the end of its span reports a queue that
   * nobody else knows of; it has to last through a whole span to count.
   */
  private sharedQueue(now: number): number {
    const queues = this.counting(now).map((one) => one.queueNowMs);
    return queues.length < 2 ? Infinity : median(queues);
  }

  private startup(report: RateReport, member: RateMember, congested: boolean): void {
    const { now } = report;
    if (!congested && member.excess() > 0) return this.startDoubt(now, member);
    if (!congested) member.learn();
    this.heard.set(member.id, congested);
    this.roundMaxMs = Math.min(this.roundMaxMs, report.queueMaxMs);
    const counting = this.counting(now);
    const heard = counting.filter((one) => this.heard.has(one.id));
    const full = heard.filter((one) => this.heard.get(one.id) === true);
    if (full.length > heard.length / 2 && heard.length >= counting.length / 2) {
      const slowest = full.reduce((a, b) => (a.share() < b.share() ? a : b));
      return this.congestion(
        now,
        slowest,
        Math.max(QUEUE_MS, median(full.map((one) => one.queueNowMs))),
        false,
      );
    }
    if (heard.length < 0.9 * counting.length) return;
    const achieved = (member.sentPackets / member.spanMs) * this.packetBytes;
    const isCareful = this.knee < Infinity || this.roundMaxMs > QUEUE_MS;
    // More than arrives is not worth sending: the queue that this makes shows only in the next report.
    if (achieved > STARTUP_ACHIEVED * this.bytesPerMs && this.rate < this.ceiling)
      this.set(now, this.rate * (isCareful ? STARTUP_GAIN_CAREFUL : STARTUP_GAIN));
  }

  private steady(report: RateReport, member: RateMember, queue: number, congested: boolean): void {
    const { now } = report;
    const wait = Math.max(COMPETE_AFTER_MS, COMPETE_AFTER_ROUND_TRIPS * (report.roundTripMs + queue));
    if (now - this.drainedAt > wait) return this.startCompeting(report, queue);
    if (congested) return this.congestion(now, member, queue, report.queueMinMs > QUEUE_MS, report.spanMs);
    // While draining, loss is still that of the queue that ran over: it teaches nothing.
    const draining = this.phaseNow === 'drain' && member.excess() > 0;
    if (member.excess() > 0 && !draining)
      return now < this.holdUntil ? this.takeBack(now, member) : this.startDoubt(now, member);
    if (!draining && (this.bytesPerMs <= BELOW_KNEE * this.knee || this.rate >= this.ceiling)) member.learn();
    if (this.limiter !== undefined && member.id !== this.limiter) {
      const limiter = this.members.get(this.limiter);
      if (limiter?.counts === true && now - limiter.heardAt < SILENT_MS) return;
    }
    if (this.phaseNow === 'drain') {
      this.phaseNow = this.isStarting ? 'startup' : 'cruise';
      return this.set(now, Math.max(this.rate, this.resumeRate));
    }
    const achieved = (member.sentPackets / member.spanMs) * this.packetBytes;
    if (achieved < 0.7 * this.bytesPerMs || now < this.holdUntil || this.rate >= this.ceiling) return;
    this.forming = queue > FORMING_MS ? this.forming + 1 : 0;
    // A short queue that stays, or that runs over: the link is full, exactly.
    const over = this.forming > 0 && report.queueMaxMs > QUEUE_MS && member.loss > member.floor;
    if (over || this.forming >= FORMING_REPORTS)
      return this.congestion(now, member, queue, false, report.spanMs);
    if (this.forming === 0) this.climb(now, member);
  }

  private climb(now: number, member: RateMember): void {
    const isBelow = this.rate < BEST_SHARE * this.best(now, member);
    this.set(now, this.rate + Math.max(this.step, isBelow ? RECOVERY_GROWTH * this.rate : 0));
    if (!isBelow) this.step *= STEP_GROWTH;
  }

  /**
   * The most that reached the member lately, bytes a millisecond. Of a queue that all share, the one in the middle tells best:
   * whoever stood still has seen less than there was.
   */
  private best(now: number, member: RateMember): number {
    const own = Math.max(0, member.bestShare(now));
    if (this.sharedQueue(now) <= QUEUE_MS) return own * this.packetBytes;
    const all = this.counting(now).map((one) => Math.max(0, one.bestShare(now)));
    return Math.max(own, median(all)) * this.packetBytes;
  }

  private counting(now: number): RateMember[] {
    return [...this.members.values()].filter((one) => one.counts && now - one.heardAt < SILENT_MS);
  }

  private congestion(
    now: number,
    member: RateMember,
    queue: number,
    stands: boolean,
    spanMs = STEADY_REPORT_MS,
  ): void {
    // While a queue stands, what arrives is our share of the link, whatever we send. But a process that stood still, or
    // a processor that others needed, is no link that became slower: at first what arrived of late counts nearly as much.
    const share = member.share() * this.packetBytes;
    const again = this.phaseNow === 'drain';
    const lately = (again ? BEST_SHARE_AGAIN : BEST_SHARE) * this.best(now, member);
    // Never nothing, though nothing arrives: what is compared with it and divided by it would be no number, and so no bound.
    const measured = Math.max(RATE_MIN, share, Math.min(lately, this.bytesPerMs));
    const before = this.knee;
    if (this.phaseNow === 'startup' && !member.isHostQueue) this.startupKnees++;
    if (!again) {
      this.knee = Math.min(this.bytesPerMs, measured);
      this.step = this.phaseNow === 'startup' ? STEP_SHARE_FIRST * this.knee : firstStep(this.knee);
      const shrunk = before === Infinity ? 0 : Math.max(0, 1 - this.knee / before);
      this.decrease = Math.min(DECREASE_MAX, DECREASE + shrunk);
    } else if (stands && member.sentPackets >= 50) this.knee = measured;
    const isConfirmed = this.knee < KNEE_AGAIN * before && before < KNEE_AGAIN * this.knee;
    this.isHostBound = member.isHostQueue;
    if (member.isHostQueue) this.isStarting = true;
    else if (!again && (isConfirmed || this.startupKnees >= STARTUP_KNEES_MAX)) this.isStarting = false;
    this.resumeRate = (1 - this.decrease) * this.knee;
    this.phaseNow = 'drain';
    this.limiter = member.id;
    this.forming = 0;
    const drain = Math.min(DRAIN_MAX, Math.max(this.decrease, queue / Math.min(150, Math.max(60, spanMs))));
    this.set(now, this.knee * (1 - drain));
  }

  private startDoubt(now: number, member: RateMember): void {
    this.resumeRate = this.rate;
    this.doubters.clear();
    this.doubters.set(member.id, { loss: member.loss, packets: member.sentPackets });
    this.doubtEndsAt = now + SILENT_MS;
    this.before = this.phaseNow === 'startup' ? 'startup' : 'cruise';
    this.phaseNow = 'doubt';
    this.heard.clear();
    // One burst of radio loss says little of what the link takes; what arrived lately says it better.
    const measured = Math.max(member.share() * this.packetBytes, BEST_SHARE * this.best(now, member));
    this.set(now, DOUBT_SHARE * Math.min(this.bytesPerMs, measured));
  }
  /** Loss came back although the rate is held where it went away: it comes in bursts, by radio, and had nothing to do with us. */
  private takeBack(now: number, member: RateMember): void {
    member.learn();
    this.holdUntil = -Infinity;
    this.knee = Math.max(this.knee, this.resumeRate);
    this.set(now, Math.max(this.rate, this.resumeRate));
  }
  private doubt(now: number, member: RateMember, congested: boolean): void {
    if (congested) return this.congestion(now, member, QUEUE_MS, false);
    const was = this.doubters.get(member.id);
    const vanished = was !== undefined && member.hasVanished(was.loss, was.packets);
    this.heard.set(member.id, vanished);
    if (vanished) {
      // Less sent, nothing lost: it was full.
      this.phaseNow = 'cruise';
      this.isStarting = false;
      this.knee = this.bytesPerMs / DOUBT_SHARE;
      this.limiter = member.id;
      this.step = firstStep(this.knee);
      this.holdUntil = now + HOLD_MS;
      member.learn();
      this.heard.clear();
      return;
    }
    member.accept();
    const waiting = [...this.members.values()].some(
      (one) => one.counts && now - one.heardAt < SILENT_MS && !this.heard.has(one.id),
    );
    if (waiting && now < this.doubtEndsAt) return;
    this.phaseNow = this.before;
    this.heard.clear();
    this.set(now, this.resumeRate);
  }

  private startCompeting(report: RateReport, queue: number): void {
    const roundTrip = Math.max(1, report.roundTripMs) + queue;
    // The share from before we backed off, or where the last such contest stopped.
    const again = report.now - this.competedAt < COMPETE_AGAIN_MS;
    const share = Math.max(this.shareAtEntry, this.knee, again ? this.competeRate : 0);
    this.window = new CubicWindow(report.now, (share / this.packetBytes) * roundTrip);
    this.roundTripMs = roundTrip;
    this.isStarting = false;
    this.phaseNow = 'compete';
    this.peakMs = queue;
    this.set(report.now, share);
  }

  private compete(report: RateReport, member: RateMember, queue: number): void {
    const { now } = report;
    if (report.queueMinMs <= DRAINED_MS) {
      this.phaseNow = 'cruise';
      this.competedAt = now;
      this.knee = this.bytesPerMs;
      this.step = firstStep(this.knee);
      return;
    }
    if (this.phaseNow === 'dip') {
      if (now < this.dipUntil) return;
      this.phaseNow = 'compete';
      this.peakMs = 0;
    }
    // Smoothed: a rate that followed the queue at once would leap whenever the other flow backs off.
    this.roundTripMs += 0.25 * (Math.max(1, report.roundTripMs) + queue - this.roundTripMs);
    const roundTrip = this.roundTripMs;
    const lost = (member.loss - member.floor) * member.sentPackets;
    const chance = 3 * Math.sqrt(member.floor * (1 - member.floor) * member.sentPackets);
    this.window.grow(now, roundTrip);
    this.competeRate = (this.window.packets / roundTrip) * this.packetBytes;
    if (lost >= Math.max(2, chance) || queue < SHRUNK * this.peakMs) {
      this.window.shrink(now);
      this.phaseNow = 'dip';
      this.competeRate = (this.window.packets / roundTrip) * this.packetBytes;
      this.dipUntil = now + DIP_PER_QUEUE * queue;
      return this.set(now, DIP_SHARE * this.competeRate);
    }
    this.peakMs = Math.max(this.peakMs, report.queueMaxMs);
    this.set(now, this.competeRate);
  }

  private set(now: number, rate: number): void {
    this.rate = Math.max(RATE_MIN, Math.min(RATE_MAX, rate));
    this.changedAt = now;
    if (this.phaseNow !== 'startup') return;
    this.heard.clear();
    this.roundMaxMs = Infinity;
  }
}

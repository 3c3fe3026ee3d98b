/**
 * A small deterministic model of a network for tests of the rate control: one shared bottleneck (a FIFO of given bytes),
 * behind it one optional link, policer and random loss for each receiver; Starling senders whose timers fire every
 * millisecond; and a TCP CUBIC flow (RFC 9438: cubic growth, Reno-friendly region, 0.7 decrease, fast convergence).
 */
import type { MemberId } from '../../base/ids.ts';
import { seededRandom } from '../../base/prng.ts';
import type { Random } from '../../base/prng.ts';
import { TokenBucket } from './bucket.ts';
import { RateControl } from './control.ts';
import { DelayEstimator } from './delay.ts';

/** What a packet of 1472 bytes of UDP takes on Ethernet as tbf and our captures count it. */
export const WIRE_BYTES = 1514;
export const PACKET_BYTES = 1472;

/** A queue that drains at `bytesPerMs`; what does not fit is dropped. */
export class Fifo {
  bytesPerMs: number;
  readonly limitBytes: number;
  private backlog = 0;
  private at = 0;
  accepted = 0;
  dropped = 0;
  maxDelayMs = 0;
  busyBytes = 0;

  constructor(bytesPerMs: number, limitBytes: number) {
    this.bytesPerMs = bytesPerMs;
    this.limitBytes = limitBytes;
  }

  private drain(at: number): void {
    if (at <= this.at) return;
    this.backlog = Math.max(0, this.backlog - (at - this.at) * this.bytesPerMs);
    this.at = at;
  }

  delayMs(at: number): number {
    this.drain(at);
    return this.backlog / this.bytesPerMs;
  }

  setRate(at: number, bytesPerMs: number): void {
    this.drain(at);
    this.bytesPerMs = bytesPerMs;
  }

  /** When the packet has left it, or undefined where it was dropped. */
  offer(at: number, bytes: number): number | undefined {
    this.drain(at);
    if (this.backlog + bytes > this.limitBytes) {
      this.dropped++;
      return undefined;
    }
    this.backlog += bytes;
    this.accepted++;
    this.busyBytes += bytes;
    const delay = this.backlog / this.bytesPerMs;
    this.maxDelayMs = Math.max(this.maxDelayMs, delay);
    return at + delay;
  }
}

/** Events in order of time; equal times in order of scheduling. */
export class Clock {
  now = 0;
  private readonly heap: { at: number; order: number; run: () => void }[] = [];
  private order = 0;

  at(time: number, run: () => void): void {
    const { heap } = this;
    let i = heap.length;
    const event = { at: Math.max(time, this.now), order: this.order++, run };
    heap.push(event);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(event, heap[parent] as typeof event)) break;
      heap[i] = heap[parent] as typeof event;
      i = parent;
    }
    heap[i] = event;
  }

  runUntil(end: number): void {
    const { heap } = this;
    while (heap.length > 0 && (heap[0] as { at: number }).at <= end) {
      const top = heap[0] as (typeof heap)[number];
      const last = heap.pop() as typeof top;
      if (heap.length > 0) this.sink(last);
      this.now = top.at;
      top.run();
    }
    this.now = end;
  }

  private sink(event: { at: number; order: number; run: () => void }): void {
    const { heap } = this;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as typeof event, heap[child] as typeof event))
        child++;
      if (!before(heap[child] as typeof event, event)) break;
      heap[i] = heap[child] as typeof event;
      i = child;
    }
    heap[i] = event;
  }
}
const before = (a: { at: number; order: number }, b: { at: number; order: number }): boolean =>
  a.at < b.at || (a.at === b.at && a.order < b.order);

export interface ReceiverOptions {
  /** Random loss, 0…1, by time. */
  readonly loss?: (now: number) => number;
  /** An own link behind the shared one. */
  readonly link?: Fifo;
  /** Its clock against the sender's, parts per million. */
  readonly skewPpm?: number;
  /** Its process stands still this long in every 100 ms: what comes meanwhile is seen late. */
  readonly stallMs?: number;
}

class SimReceiver {
  readonly id: MemberId;
  readonly options: ReceiverOptions;
  readonly delay = new DelayEstimator();
  private pending: { arrived: number; sentAt: number; sent: number; received: number }[] = [];
  received = 0;
  private last = { sent: 0, received: 0, at: 0 };
  private heard = { sent: 0, received: 0, at: 0 };
  nextReportAt = 0;

  constructor(id: MemberId, options: ReceiverOptions) {
    this.id = id;
    this.options = options;
  }

  data(at: number, random: Random): void {
    if (this.lost(at, random)) return;
    if (this.options.link !== undefined && this.options.link.offer(at, WIRE_BYTES) === undefined) return;
    this.received++;
  }

  tick(sentAt: number, arrived: number, sent: number, random: Random): void {
    if (this.lost(arrived, random)) return;
    const left = this.options.link === undefined ? arrived : this.options.link.offer(arrived, 60);
    if (left === undefined) return;
    const phase = (left + 37 * Number(this.id.slice(7))) % 100;
    const own = left + Math.max(0, (this.options.stallMs ?? 0) - phase);
    this.pending.push({ arrived: own, sentAt, sent, received: this.received });
  }

  /** What a STATUS would say, as deltas since the last one that the sender got. */
  report(now: number): Omit<Parameters<RateControl['report']>[0], 'now' | 'roundTripMs'> | undefined {
    const skew = 1 + (this.options.skewPpm ?? 0) * 1e-6;
    const ready = this.pending.filter((tick) => tick.arrived <= now);
    this.pending = this.pending.filter((tick) => tick.arrived > now);
    for (const tick of ready) {
      this.delay.onTick(tick.sentAt % (2 ** 32 / 1000), tick.arrived * skew + 1e6);
      this.heard = { sent: tick.sent, received: tick.received, at: tick.arrived * skew };
    }
    const queue = this.delay.read();
    if (queue === undefined) return undefined;
    const { heard, last } = this;
    if (heard.sent <= last.sent) return undefined;
    this.last = heard;
    return {
      member: this.id,
      sentPackets: heard.sent - last.sent,
      receivedPackets: heard.received - last.received,
      spanMs: heard.at - last.at,
      queueMinMs: Math.round(10 * queue.minMs) / 10,
      queueMaxMs: Math.round(10 * queue.maxMs) / 10,
      queueNowMs: Math.round(10 * queue.nowMs) / 10,
    };
  }

  private lost(at: number, random: Random): boolean {
    return random.next() < (this.options.loss?.(at) ?? 0);
  }
}

export class SimSender {
  readonly control = new RateControl();
  readonly receivers: SimReceiver[];
  private readonly bucket: TokenBucket;
  sent = 0;
  /** Packets that the first receiver got, at the end of every 100 ms. */
  readonly samples: { at: number; rate: number; sent: number; received: number; queueMs: number }[] = [];
  private readonly net: Net;
  readonly startAt: number;
  private polledAt = 0;
  stopAt = Infinity;
  /** The host cannot send faster. */
  hostBytesPerMs = Infinity;
  /** Share of STATUS frames that are lost. */
  statusLoss = 0;

  constructor(net: Net, startAt: number, receivers: readonly ReceiverOptions[]) {
    this.net = net;
    this.startAt = startAt;
    this.receivers = receivers.map((options, i) => new SimReceiver(`member-${i}` as MemberId, options));
    this.bucket = new TokenBucket(this.control.bytesPerMs, this.control.burstBytes);
    net.clock.at(startAt + net.random.next(), () => this.timer());
    net.clock.at(startAt + 10, () => this.poll());
    net.clock.at(startAt, () => this.sample());
  }

  private timer(): void {
    const { clock, link, random } = this.net;
    const now = clock.now;
    if (now >= this.stopAt) return;
    this.bucket.rate = Math.min(this.control.bytesPerMs, this.hostBytesPerMs);
    this.bucket.burst = this.control.burstBytes;
    let train = 0;
    while (this.bucket.take(now, PACKET_BYTES)) {
      if (train === 0) this.tick(now);
      train = (train + 1) % this.control.trainPackets;
      this.sent++;
      const left = link.offer(now, WIRE_BYTES);
      if (left === undefined) continue;
      const arrived = left + this.net.propagationMs;
      for (const receiver of this.receivers) receiver.data(arrived, random);
    }
    clock.at(now + 1, () => this.timer());
  }

  private tick(now: number): void {
    const left = this.net.link.offer(now, 60);
    if (left === undefined) return;
    for (const receiver of this.receivers)
      receiver.tick(now, left + this.net.propagationMs, this.sent, this.net.random);
  }

  /** Everyone answers each POLL; what they say may bring the next one forward. */
  private poll(): void {
    const { clock, random, propagationMs, link } = this.net;
    const spreadMs = 0.2 * (this.receivers.length + 1);
    const way = 2 * propagationMs + link.delayMs(clock.now);
    this.polledAt = clock.now;
    for (const receiver of this.receivers)
      clock.at(clock.now + way + spreadMs * random.next(), () => {
        const report = receiver.report(clock.now - propagationMs);
        if (report === undefined || random.next() < this.statusLoss) return;
        this.control.report({ ...report, now: clock.now, roundTripMs: 2 * propagationMs });
        this.schedulePoll();
      });
    this.schedulePoll();
  }

  private schedulePoll(): void {
    const { clock } = this.net;
    const at = Math.max(clock.now, this.polledAt + this.control.reportIntervalMs);
    const polledAt = this.polledAt;
    clock.at(at, () => void (this.polledAt === polledAt && this.dueAt(polledAt) && this.poll()));
  }
  private dueAt(polledAt: number): boolean {
    const { clock } = this.net;
    return clock.now >= polledAt + this.control.reportIntervalMs - 1e-6;
  }

  private sample(): void {
    const { clock, link } = this.net;
    this.samples.push({
      at: clock.now,
      rate: this.control.bytesPerMs,
      sent: this.sent,
      received: this.receivers[0]?.received ?? 0,
      queueMs: link.delayMs(clock.now),
    });
    clock.at(clock.now + 100, () => this.sample());
  }

  /** Bytes a millisecond on the wire that the first receiver got between two times. */
  goodput(from: number, to: number): number {
    const a = this.samples.find((sample) => sample.at >= from);
    const b = this.samples.findLast((sample) => sample.at <= to);
    if (a === undefined || b === undefined) return 0;
    return ((b.received - a.received) * WIRE_BYTES) / (to - from);
  }
  /** The share of packets that the first receiver missed between two times. */
  lossRate(from: number, to: number): number {
    const a = this.samples.find((sample) => sample.at >= from);
    const b = this.samples.findLast((sample) => sample.at <= to);
    return a === undefined || b === undefined ? 0 : 1 - (b.received - a.received) / (b.sent - a.sent);
  }
}

/** One bulk TCP flow, window in packets, SACK-like: one decrease a round trip. */
export class CubicFlow {
  private readonly net: Net;
  private window = 10;
  private threshold = Infinity;
  private windowMax = 0;
  private epochAt = -1;
  private k = 0;
  private renoWindow = 0;
  private inFlight = 0;
  private recoverUntil = -1;
  private nextSequence = 0;
  delivered = 0;
  readonly samples: { at: number; delivered: number }[] = [];

  constructor(net: Net, startAt: number) {
    this.net = net;
    net.clock.at(startAt, () => this.fill());
    net.clock.at(startAt, () => this.sample());
  }

  private sample(): void {
    this.samples.push({ at: this.net.clock.now, delivered: this.delivered });
    this.net.clock.at(this.net.clock.now + 100, () => this.sample());
  }

  goodput(from: number, to: number): number {
    const a = this.samples.find((sample) => sample.at >= from);
    const b = this.samples.findLast((sample) => sample.at <= to);
    return a === undefined || b === undefined ? 0 : ((b.delivered - a.delivered) * WIRE_BYTES) / (to - from);
  }

  private fill(): void {
    const { clock, link } = this.net;
    while (this.inFlight < Math.floor(this.window)) {
      this.inFlight++;
      const sentAt = clock.now;
      const sequence = this.nextSequence++;
      const left = link.offer(sentAt, WIRE_BYTES);
      // A loss shows a queue's length and a round trip later, by the packets behind it.
      const at = (left ?? sentAt + link.delayMs(sentAt)) + 2 * this.net.propagationMs;
      clock.at(at, () => {
        this.inFlight--;
        if (left === undefined) this.lost(sequence);
        else this.acknowledged(at - sentAt);
        this.fill();
      });
    }
  }

  private lost(sequence: number): void {
    if (sequence < this.recoverUntil) return;
    this.recoverUntil = this.nextSequence;
    this.windowMax = this.window < this.windowMax ? this.window * 0.85 : this.window;
    this.window = Math.max(2, this.window * 0.7);
    this.threshold = this.window;
    this.epochAt = -1;
  }

  private acknowledged(roundTripMs: number): void {
    this.delivered++;
    if (this.window < this.threshold) {
      this.window++;
      return;
    }
    const now = this.net.clock.now;
    if (this.epochAt < 0) {
      this.epochAt = now;
      this.k = Math.cbrt(Math.max(0, this.windowMax - this.window) / 0.4);
      this.renoWindow = this.window;
    }
    const t = (now - this.epochAt + roundTripMs) / 1000;
    this.renoWindow += (this.renoWindow < this.windowMax ? 0.53 : 1) / this.window;
    const cubic = 0.4 * (t - this.k) ** 3 + this.windowMax;
    const target = Math.min(1.5 * this.window, Math.max(cubic, this.window));
    this.window = Math.max(this.window + (target - this.window) / this.window, this.renoWindow);
  }
}

export class Net {
  readonly clock = new Clock();
  readonly random: Random;
  readonly link: Fifo;
  readonly propagationMs: number;

  constructor(seed: number, bytesPerMs: number, queueBytes: number, propagationMs = 0.5) {
    this.random = seededRandom(seed);
    this.link = new Fifo(bytesPerMs, queueBytes);
    this.propagationMs = propagationMs;
  }

  sender(startAt = 0, receivers: readonly ReceiverOptions[] = [{}]): SimSender {
    return new SimSender(this, startAt, receivers);
  }
  cubic(startAt = 0): CubicFlow {
    return new CubicFlow(this, startAt);
  }
}

/** Jain's index of fairness: 1 where all are equal, 1/n where one has everything. */
export const jain = (values: readonly number[]): number => {
  const sum = values.reduce((total, value) => total + value, 0);
  return (sum * sum) / (values.length * values.reduce((total, value) => total + value * value, 0));
};

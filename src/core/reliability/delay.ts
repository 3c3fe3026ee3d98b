/**
 * Queueing delay as a receiver sees it. A TICK says when it left by the sender's clock; the two clocks share no zero,
 * so only the *variation* of arrival − departure means anything, and the least value of the last ten seconds stands
 * for an empty queue (LEDBAT, RFC 6817; Copa, NSDI 2018). Invariants: at most BASE_SLOTS + 2 × NOW_SLOTS
 * numbers are kept, and no value is negative.
 *
 * Skew: clocks that differ by 100 ppm drift apart by 1 ms in ten seconds. A falling difference corrects itself, for
 * it makes a new minimum at once. For a rising one each minimum may age upwards by SKEW; where the queue really
 * empties now and then, the youngest minimum wins and nothing is lost by it.
 */
import { SlottedMinimum } from './slotted.ts';

/** One slot a second, ten seconds in all. */
const BASE_SLOT_MS = 1000;
const BASE_SLOTS = 10;
/** 100 ppm of crystal error. */
const SKEW = 100e-6;
/** `nowMs` is the least of the last 24 to 32 ms: past the jitter of timers, yet young. */
const NOW_SLOT_MS = 8;
const NOW_SLOTS = 4;
/**
 * The engine of a machine with other work is given the processor when its turn comes. That is no queue of the network: it
 * delays nobody else's packets, and the socket's buffer is there for it. A default one of Linux holds 184 full packets,
 * 20 ms at 100 Mbit/s; what waits there counts from a third of that on, and from 8 ms on however slow the link is. It counts
 * for more on a fast link, where that buffer is only a millisecond or two: two thirds of it are a full queue.
 */
const HOST_PACKETS = 64;
const HOST_MS = 8;
const HOST_FULL_MS = 2.5;
/** The rate at which packets are sent is told over so long: single trains leave much faster. */
const RATE_WINDOW_MS = 20;
/** TICKs carry microseconds modulo 2³². */
const WRAP_MS = 2 ** 32 / 1000;

export interface QueueDelay {
  /** Least and greatest since the last read; the standing queue at the end. Milliseconds. */
  readonly minMs: number;
  readonly maxMs: number;
  readonly nowMs: number;
  /** Of `nowMs`, what stood on the way here. */
  readonly networkNowMs: number;
}

export class DelayEstimator {
  private readonly base = new SlottedMinimum(BASE_SLOT_MS, BASE_SLOTS);
  private readonly recent = new SlottedMinimum(NOW_SLOT_MS, NOW_SLOTS);
  private readonly recentNetwork = new SlottedMinimum(NOW_SLOT_MS, NOW_SLOTS);
  private unwrappedMs = 0;
  private lastSentMs: number | undefined;
  private lastArrivedMs = 0;
  private minMs = Infinity;
  private maxMs = 0;
  private nowMs = 0;
  private networkNowMs = 0;
  /** As they are sent. */
  private packetsPerMs = 0;
  private windowAtMs = -Infinity;
  private windowPackets = 0;

  /**
   * The queueing delay that a TICK met. `sentAtMs` may wrap at 2³² microseconds, like its field. One that arrives out
   * of order is as good as any. `waitedMs` is the time it then lay in this machine, `packets` how many were sent with
   * it and since the one before.
   */
  onTick(sentAtMs: number, arrivedAtMs: number, waitedMs = 0, packets = 0): number {
    this.unwrap(sentAtMs);
    this.countRate(packets);
    const oneWay = arrivedAtMs - this.unwrappedMs;
    this.base.add(arrivedAtMs, oneWay);
    const network = Math.max(0, oneWay - this.base.read(arrivedAtMs, SKEW));
    const queue = network + this.hostQueueMs(waitedMs);
    this.recent.add(arrivedAtMs, queue);
    this.recentNetwork.add(arrivedAtMs, network);
    this.nowMs = this.recent.read(arrivedAtMs, 0);
    this.networkNowMs = this.recentNetwork.read(arrivedAtMs, 0);
    this.minMs = Math.min(this.minMs, queue);
    this.maxMs = Math.max(this.maxMs, queue);
    this.lastArrivedMs = arrivedAtMs;
    return queue;
  }

  /** What was seen since the last read, undefined where no TICK came; begins anew. */
  read(): QueueDelay | undefined {
    if (this.minMs === Infinity) return undefined;
    const { minMs, maxMs, nowMs, networkNowMs } = this;
    const delay = { minMs, maxMs, nowMs, networkNowMs };
    this.minMs = Infinity;
    this.maxMs = 0;
    return delay;
  }

  /** When the last TICK came: the end of the span that a report speaks of. */
  get arrivedAtMs(): number {
    return this.lastArrivedMs;
  }

  private countRate(packets: number): void {
    this.windowPackets += packets;
    const spanMs = this.unwrappedMs - this.windowAtMs;
    if (spanMs < RATE_WINDOW_MS) return;
    this.packetsPerMs = this.windowPackets / spanMs;
    this.windowAtMs = this.unwrappedMs;
    this.windowPackets = 0;
  }

  private hostQueueMs(waitedMs: number): number {
    const freeMs = Math.min(HOST_MS, HOST_PACKETS / this.packetsPerMs);
    if (waitedMs <= freeMs) return 0;
    const beyond = (waitedMs * this.packetsPerMs - HOST_PACKETS) / HOST_PACKETS;
    return Math.max(waitedMs - freeMs, HOST_FULL_MS * beyond);
  }

  private unwrap(sentAtMs: number): void {
    const step = sentAtMs - (this.lastSentMs ?? sentAtMs);
    const near = step - WRAP_MS * Math.round(step / WRAP_MS);
    this.unwrappedMs += this.lastSentMs === undefined ? sentAtMs : near;
    this.lastSentMs = sentAtMs;
  }
}

/**
 * The virtual network: one switch, a full-duplex cable from it to every node. A packet waits for its sender's cable
 * (a fluid queue), is copied by the switch to the members of its group, may be lost, doubled or held back on the
 * way to each of them independently, and waits for the receiver's cable. Without a deliberate reordering a link
 * keeps the order, as a LAN does.
 */
import { assert } from '../src/base/assert.ts';
import type { Bytes } from '../src/base/bytes.ts';
import type { Random } from '../src/base/prng.ts';
import type { Address, Destination, Transmit } from '../src/core/api.ts';
import type { EventQueue } from './event-queue.ts';
import { DATAGRAM_HEADER_BYTES, EGRESS_QUEUE_MS_MAX, INGRESS_QUEUE_MS_MAX } from './limits.ts';

export interface NetworkConditions {
  /** Mean over the links; each link's own is drawn from half of it to one and a half times it. */
  readonly loss: number;
  /** Bursts that one link begins each second, and their mean length: a passing lorry, a microwave oven. */
  readonly burstsPerSecond: number;
  readonly burstMsMean: number;
  readonly duplication: number;
  /** Share of the packets that are held back by up to `reorderMsMax`, so that later ones overtake them. */
  readonly reorder: number;
  readonly reorderMsMax: number;
  readonly delayMs: number;
  readonly jitterMs: number;
  readonly megabitsPerSecond: number;
  /** Share of the packets followed by a damaged copy, as a hostile host would send it. */
  readonly tampering: number;
}

/** What the network delivers to. `index` is its place in the cluster. */
export interface Endpoint {
  readonly index: number;
  readonly address: Address;
  receive(from: Address, bytes: Bytes): void;
}

export interface NetworkTotals {
  sentPackets: number;
  deliveredPackets: number;
  lostPackets: number;
  overflowedPackets: number;
}

export class Network {
  readonly totals: NetworkTotals = {
    sentPackets: 0,
    deliveredPackets: 0,
    lostPackets: 0,
    overflowedPackets: 0,
  };
  conditions: NetworkConditions;
  private readonly queue: EventQueue;
  private readonly random: Random;
  private readonly nodeCount: number;
  private readonly endpoints: Endpoint[] = [];
  private readonly byAddress = new Map<string, Endpoint>();
  private readonly groups = new Map<string, Set<number>>();
  /** By sender × nodeCount + receiver. */
  private readonly lossFactor: Float64Array;
  private readonly lastArrival: Float64Array;
  private readonly burstUntil: Float64Array;
  private readonly nextBurst: Float64Array;
  private readonly isCut: Uint8Array;
  /** Nodes of different sides do not reach each other. */
  private readonly side: Uint8Array;
  /** The longest datagram that passes a node's port of the switch, which tells nobody of longer ones. */
  private readonly portBytesMax: Float64Array;
  private readonly egressFreeAt: Float64Array;
  private readonly ingressFreeAt: Float64Array;

  constructor(queue: EventQueue, random: Random, conditions: NetworkConditions, nodeCount: number) {
    this.queue = queue;
    this.random = random;
    this.conditions = conditions;
    this.nodeCount = nodeCount;
    const links = nodeCount * nodeCount;
    this.lossFactor = Float64Array.from({ length: links }, () => 0.5 + random.next());
    this.lastArrival = new Float64Array(links);
    this.burstUntil = new Float64Array(links);
    this.nextBurst = Float64Array.from({ length: links }, () => this.exponential(this.burstGapMs()));
    this.isCut = new Uint8Array(links);
    this.side = new Uint8Array(nodeCount);
    this.portBytesMax = new Float64Array(nodeCount).fill(Infinity);
    this.egressFreeAt = new Float64Array(nodeCount);
    this.ingressFreeAt = new Float64Array(nodeCount);
  }

  attach(endpoint: Endpoint): void {
    this.endpoints[endpoint.index] = endpoint;
    this.byAddress.set(addressKey(endpoint.address), endpoint);
  }

  subscribe(index: number, to: Destination): void {
    const key = groupKey(to);
    let members = this.groups.get(key);
    if (members === undefined) this.groups.set(key, (members = new Set()));
    members.add(index);
  }

  unsubscribe(index: number, to: Destination): void {
    const key = groupKey(to);
    const members = this.groups.get(key);
    if (members === undefined) return;
    members.delete(index);
    if (members.size === 0) this.groups.delete(key);
  }

  /** The kernel leaves every group of a process that ends. */
  unsubscribeAll(index: number): void {
    for (const [key, members] of this.groups) {
      members.delete(index);
      if (members.size === 0) this.groups.delete(key);
    }
  }

  /** Keys of the groups that a node is a member of, for the checkers. */
  groupsOf(index: number): readonly string[] {
    return [...this.groups].filter(([, members]) => members.has(index)).map(([key]) => key);
  }

  /** Stops (or resumes) what `from` sends to `to`; the other direction is untouched. */
  setCut(from: number, to: number, cut: boolean): void {
    this.isCut[from * this.nodeCount + to] = cut ? 1 : 0;
  }

  setPortBytesMax(index: number, bytesMax: number): void {
    this.portBytesMax[index] = bytesMax;
  }

  setSide(index: number, side: number): void {
    this.side[index] = side;
  }

  /** Joins the sides and mends the cuts; loss and delay stay what `conditions` says. */
  heal(): void {
    this.isCut.fill(0);
    this.side.fill(0);
    this.burstUntil.fill(0);
  }

  /** True where nothing but chance stands between the two, in that direction. */
  isConnected(from: number, to: number): boolean {
    return this.side[from] === this.side[to] && this.isCut[from * this.nodeCount + to] === 0;
  }

  send(sender: Endpoint, transmit: Transmit): void {
    this.totals.sentPackets++;
    const departure = this.throughEgress(sender.index, transmit.bytes.length);
    if (departure === undefined) return;
    if (transmit.to.kind === 'unicast') {
      const receiver = this.byAddress.get(addressKey(transmit.to.address));
      if (receiver !== undefined) this.carry(sender, receiver, departure, transmit.bytes);
      return;
    }
    // The group is read at departure, as a switch would; the loop-back copy goes to the sender too.
    for (const index of this.groups.get(groupKey(transmit.to)) ?? []) {
      this.carry(sender, this.endpoints[index]!, departure, transmit.bytes);
    }
  }

  private throughEgress(index: number, byteCount: number): number | undefined {
    const { now } = this.queue;
    const start = Math.max(now, this.egressFreeAt[index]!);
    if (start - now > EGRESS_QUEUE_MS_MAX) {
      this.totals.overflowedPackets++;
      return undefined;
    }
    return (this.egressFreeAt[index] = start + this.wireMs(byteCount));
  }

  private carry(sender: Endpoint, receiver: Endpoint, departure: number, bytes: Bytes): void {
    const { conditions, random } = this;
    const link = sender.index * this.nodeCount + receiver.index;
    if (sender.index === receiver.index) {
      this.arrive(sender, receiver, this.queue.now, bytes);
      return;
    }
    const bytesMax = Math.min(this.portBytesMax[sender.index]!, this.portBytesMax[receiver.index]!);
    if (bytes.length > bytesMax || this.isLost(sender.index, receiver.index, link, departure)) {
      this.totals.lostPackets++;
      return;
    }
    const transitMs = conditions.delayMs + conditions.jitterMs * random.next();
    let arrival = Math.max(departure + transitMs, this.lastArrival[link]!);
    if (conditions.reorder > 0 && random.next() < conditions.reorder) {
      arrival += conditions.reorderMsMax * random.next();
    } else {
      this.lastArrival[link] = arrival;
    }
    this.throughIngress(sender, receiver, arrival, bytes);
    if (conditions.duplication > 0 && random.next() < conditions.duplication) {
      this.throughIngress(sender, receiver, arrival + conditions.reorderMsMax * random.next(), bytes);
    }
    if (conditions.tampering > 0 && random.next() < conditions.tampering) {
      this.throughIngress(sender, receiver, arrival + random.next(), damage(random, bytes));
    }
  }

  private isLost(from: number, to: number, link: number, at: number): boolean {
    if (!this.isConnected(from, to)) return true;
    const { conditions } = this;
    if (conditions.burstsPerSecond > 0) {
      if (at >= this.nextBurst[link]!) {
        this.burstUntil[link] = at + this.exponential(conditions.burstMsMean);
        this.nextBurst[link] = this.burstUntil[link] + this.exponential(this.burstGapMs());
      }
      if (at < this.burstUntil[link]!) return true;
    }
    return conditions.loss > 0 && this.random.next() < conditions.loss * this.lossFactor[link]!;
  }

  /** At the switch port of the receiver: two senders at full rate share its cable, so packets wait, then drop. */
  private throughIngress(sender: Endpoint, receiver: Endpoint, at: number, bytes: Bytes): void {
    this.queue.schedule(at, () => {
      const start = Math.max(at, this.ingressFreeAt[receiver.index]!);
      if (start - at > INGRESS_QUEUE_MS_MAX) {
        this.totals.overflowedPackets++;
        return;
      }
      this.ingressFreeAt[receiver.index] = start + this.wireMs(bytes.length);
      if (start > at) this.arrive(sender, receiver, start, bytes);
      else this.deliver(sender, receiver, bytes);
    });
  }

  private arrive(sender: Endpoint, receiver: Endpoint, at: number, bytes: Bytes): void {
    this.queue.schedule(at, () => this.deliver(sender, receiver, bytes));
  }

  private deliver(sender: Endpoint, receiver: Endpoint, bytes: Bytes): void {
    this.totals.deliveredPackets++;
    receiver.receive(sender.address, bytes);
  }

  private wireMs(byteCount: number): number {
    return ((byteCount + DATAGRAM_HEADER_BYTES) * 8) / (this.conditions.megabitsPerSecond * 1000);
  }

  private burstGapMs(): number {
    const { burstsPerSecond } = this.conditions;
    return burstsPerSecond > 0 ? 1000 / burstsPerSecond : Infinity;
  }

  private exponential(mean: number): number {
    return mean === Infinity ? Infinity : -mean * Math.log(1 - this.random.next());
  }
}

export function groupKey(to: Destination): string {
  if (to.kind === 'control') return `control ${to.room}`;
  assert(to.kind === 'bulk', 'a unicast address is no group');
  return `bulk ${to.room} ${to.slot}`;
}

const addressKey = (address: Address): string => `${address.host}:${address.port}`;

/** A copy that is cut short, or has a byte changed, or is noise of the same length. */
function damage(random: Random, bytes: Bytes): Bytes {
  const kind = random.below(3);
  if (kind === 0) return bytes.slice(0, random.below(bytes.length + 1));
  const copy = bytes.slice();
  if (copy.length === 0) return copy;
  if (kind === 1) copy[random.below(copy.length)]! ^= 1 + random.below(255);
  else for (let i = 0; i < copy.length; i++) copy[i] = random.below(256);
  return copy;
}

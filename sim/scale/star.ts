/**
 * The network of a scale run: one switch with a sender on it and very many receivers, each losing packets on its own way
 * in. What is sent once to many is one event of the queue, not one for each of them; so a packet reaches all of them at
 * the same instant, and the order among them is that of their numbers. Presence is cut down: of the receivers' HELLOs
 * only the sender hears (a thousand members who each learn of a thousand would be a million rows of memory).
 */
import type { Bytes } from '../../src/base/bytes.ts';
import type { Random } from '../../src/base/prng.ts';
import type { Address, Destination, Transmit } from '../../src/core/api.ts';
import { wholeDatagram } from '../../src/core/datagram.ts';
import { FRAME, typeOf } from '../../src/core/wire/header.ts';
import type { EventQueue } from '../event-queue.ts';
import { groupKey } from '../network.ts';

/** Ethernet (14), IPv4 (20) and UDP (8), as a packet counter of the interface sees them. */
export const PACKET_HEADER_BYTES = 42;
/** Preamble, check and gap, which only the cable's time knows. */
const CABLE_BYTES = 24;
const DELAY_MS = 0.2;
/** A socket's send buffer (212,992 bytes) at 100 Mbit/s: a full one is back-pressure, not loss. */
const SEND_BUFFER_MS = 15;
const SENDER = 0;

export interface StarConditions {
  /** Of each member's way in, the sender's too. */
  readonly loss: number;
  readonly megabitsPerSecond: number;
}

export interface StarNode {
  readonly index: number;
  readonly address: Address;
  receive(from: Address, bytes: Bytes): void;
}

export class Star {
  /** Called for every packet that left: from whom, and what. */
  onSent: ((from: number, bytes: Bytes) => void) | undefined;
  /** Called for every packet that reached the sender. */
  onReachedSender: ((bytes: Bytes) => void) | undefined;
  private readonly queue: EventQueue;
  private readonly random: Random;
  private readonly conditions: StarConditions;
  private readonly nodes: StarNode[] = [];
  private readonly byAddress = new Map<string, StarNode>();
  private readonly groups = new Map<string, Set<number>>();
  private readonly freeAt: Float64Array;
  /** Packets until the next that a member's way in loses. */
  private readonly untilLoss: Float64Array;
  private readonly dead = new Set<number>();

  constructor(queue: EventQueue, random: Random, conditions: StarConditions, nodeCount: number) {
    this.queue = queue;
    this.random = random;
    this.conditions = conditions;
    this.freeAt = new Float64Array(nodeCount);
    this.untilLoss = Float64Array.from({ length: nodeCount }, () => this.drawGap());
  }

  attach(node: StarNode): void {
    this.nodes[node.index] = node;
    this.byAddress.set(keyOf(node.address), node);
  }
  subscribe(index: number, to: Destination): void {
    const key = groupKey(to);
    const members = this.groups.get(key) ?? new Set<number>();
    this.groups.set(key, members.add(index));
  }
  unsubscribe(index: number, to: Destination): void {
    this.groups.get(groupKey(to))?.delete(index);
  }
  /** Its cable is pulled. */
  kill(index: number): void {
    this.dead.add(index);
  }

  /** When a member's send buffer has room: now or later. */
  roomAt(index: number): number {
    return (this.freeAt[index] as number) - SEND_BUFFER_MS;
  }

  send(from: StarNode, transmit: Transmit): void {
    const start = Math.max(this.queue.now, this.freeAt[from.index] as number);
    const { to } = transmit;
    const bytes = wholeDatagram(transmit);
    const bits = (bytes.length + PACKET_HEADER_BYTES + CABLE_BYTES) * 8;
    const departure = start + bits / (this.conditions.megabitsPerSecond * 1000);
    this.freeAt[from.index] = departure;
    this.onSent?.(from.index, bytes);
    this.queue.schedule(departure + DELAY_MS, () => this.arrive(from, to, bytes));
  }

  private arrive(from: StarNode, to: Destination, bytes: Bytes): void {
    if (this.dead.has(from.index)) return;
    if (to.kind === 'unicast') {
      const node = this.byAddress.get(keyOf(to.address));
      if (node !== undefined) this.deliver(from, node, bytes);
    } else if (from.index !== SENDER && typeOf(bytes[0] as number) === FRAME.hello) {
      this.deliver(from, this.nodes[SENDER] as StarNode, bytes);
    } else {
      // Members leave while they are told: iterating over a set allows it.
      for (const index of this.groups.get(groupKey(to)) ?? [])
        if (index !== from.index) this.deliver(from, this.nodes[index] as StarNode, bytes);
    }
  }

  private deliver(from: StarNode, node: StarNode, bytes: Bytes): void {
    const { index } = node;
    const left = this.untilLoss[index] as number;
    this.untilLoss[index] = left >= 1 ? left - 1 : this.drawGap();
    if (left < 1 || this.dead.has(index)) return;
    if (index === SENDER) this.onReachedSender?.(bytes);
    node.receive(from.address, bytes);
  }

  /** Geometric: one draw for each loss instead of one for each packet. */
  private drawGap(): number {
    const { loss } = this.conditions;
    return loss === 0 ? Infinity : Math.floor(Math.log(1 - this.random.next()) / Math.log(1 - loss));
  }
}

const keyOf = (address: Address): string => `${address.host}:${address.port}`;

import { describe, expect, test } from 'vitest';

import { seededRandom } from '../src/base/prng.ts';
import type { Address, Destination } from '../src/core/api.ts';
import { EventQueue } from './event-queue.ts';
import { Network, type Endpoint, type NetworkConditions } from './network.ts';
import type { RoomId } from '../src/base/ids.ts';

const PERFECT: NetworkConditions = {
  loss: 0,
  burstsPerSecond: 0,
  burstMsMean: 0,
  duplication: 0,
  reorder: 0,
  reorderMsMax: 0,
  delayMs: 1,
  jitterMs: 1,
  megabitsPerSecond: 1000,
  tampering: 0,
};
const ROOM: Destination = { kind: 'control', room: '0'.repeat(32) as RoomId };

class Recorder implements Endpoint {
  readonly index: number;
  readonly address: Address;
  readonly heard: number[] = [];
  constructor(index: number) {
    this.index = index;
    this.address = { host: `10.0.0.${index + 1}`, port: 27421 };
  }
  receive(_from: Address, bytes: Uint8Array): void {
    this.heard.push(bytes[0]!);
  }
}

function createNetwork(conditions: Partial<NetworkConditions>) {
  const queue = new EventQueue();
  const network = new Network(queue, seededRandom(1), { ...PERFECT, ...conditions }, 3);
  const nodes = [new Recorder(0), new Recorder(1), new Recorder(2)] as const;
  for (const node of nodes) {
    network.attach(node);
    network.subscribe(node.index, ROOM);
  }
  const send = (from: number, count: number, to: Destination = ROOM): void => {
    for (let i = 0; i < count; i++) network.send(nodes[from]!, { to, bytes: Uint8Array.of(i) });
    queue.runUntil(queue.now + 1000);
  };
  return { network, nodes, send };
}

describe('the virtual network', () => {
  test('carries multicast to every subscriber, in order, the sender included', () => {
    const { nodes, send } = createNetwork({});
    send(0, 5);
    for (const node of nodes) expect(node.heard).toEqual([0, 1, 2, 3, 4]);
  });

  test('carries unicast to one address, and nothing to an unknown one', () => {
    const { nodes, send } = createNetwork({});
    send(0, 1, { kind: 'unicast', address: nodes[2].address });
    send(0, 1, { kind: 'unicast', address: { host: '10.9.9.9', port: 1 } });
    expect(nodes.map((node) => node.heard.length)).toEqual([0, 0, 1]);
  });

  test('forgets a group that was left', () => {
    const { network, nodes, send } = createNetwork({});
    network.unsubscribe(1, ROOM);
    network.unsubscribeAll(2);
    send(0, 1);
    expect(nodes.map((node) => node.heard.length)).toEqual([1, 0, 0]);
    expect(network.groupsOf(2)).toEqual([]);
  });

  test('loses about as much as asked', () => {
    const { network, send } = createNetwork({ loss: 0.2 });
    for (let round = 0; round < 40; round++) send(round % 3, 250);
    const { lostPackets, deliveredPackets } = network.totals;
    // A third of the deliveries are loop-back, which loses nothing.
    const share = lostPackets / (lostPackets + (deliveredPackets * 2) / 3);
    expect(share).toBeGreaterThan(0.12);
    expect(share).toBeLessThan(0.3);
  });

  test('a cut stops one direction only, a partition both, healing ends them', () => {
    const { network, nodes, send } = createNetwork({});
    network.setCut(0, 1, true);
    send(0, 1);
    send(1, 1);
    expect(nodes.map((node) => node.heard.length)).toEqual([2, 1, 2]);
    network.setSide(2, 1);
    send(2, 1);
    expect(nodes.map((node) => node.heard.length)).toEqual([2, 1, 3]);
    network.heal();
    send(0, 1);
    expect(nodes.map((node) => node.heard.length)).toEqual([3, 2, 4]);
  });

  test('reorders and doubles when told to', () => {
    const { nodes, send } = createNetwork({ reorder: 0.5, reorderMsMax: 50, duplication: 0.5 });
    send(0, 50);
    const { heard } = nodes[1];
    expect(heard.length).toBeGreaterThan(55);
    expect(heard).not.toEqual([...heard].sort((a, b) => a - b));
    expect(new Set(heard).size).toBe(50);
  });

  test('drops what a slow cable cannot queue', () => {
    const { network, send } = createNetwork({ megabitsPerSecond: 1 });
    send(0, 2000);
    expect(network.totals.overflowedPackets).toBeGreaterThan(0);
  });
});

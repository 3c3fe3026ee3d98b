/**
 * A few members in one room who send each other files, for tests that want one thing to happen and not what a seed
 * draws. Everybody takes everything that is offered; whoever `createPeer` gives another core may be hostile.
 */
import { assert } from '../src/base/assert.ts';
import type { Bytes } from '../src/base/bytes.ts';
import type { PeerApi, PeerConfig, PeerEvent } from '../src/core/api.ts';
import { publicRoomId } from '../src/core/room/groups.ts';
import { decodeData } from '../src/core/wire/data.ts';
import type { DataFrame } from '../src/core/wire/data.ts';
import { FRAME, typeOf } from '../src/core/wire/header.ts';
import type { CheckerFactory } from './checkers/checker.ts';
import { ALL_CHECKERS } from './checkers/index.ts';
import { Cluster } from './cluster.ts';
import { sha256 } from './crypto.ts';
import { createContent } from './disk.ts';
import type { NetworkConditions } from './network.ts';
import type { Observation } from './observation.ts';

export const ROOM = publicRoomId({ sha256 }, 'lobby');

const CABLE: NetworkConditions = {
  loss: 0,
  burstsPerSecond: 0,
  burstMsMean: 50,
  duplication: 0,
  reorder: 0,
  reorderMsMax: 5,
  delayMs: 0.1,
  jitterMs: 0.2,
  megabitsPerSecond: 100,
  tampering: 0,
};
/** Members' names are `Bird` and their place. */
const NAME_START = 'Bird ';
const MEET_MS = 2500;
const STEP_MS = 20;

export interface SendingOptions {
  readonly memberCount: number;
  readonly conditions?: Partial<NetworkConditions>;
  readonly checkers?: readonly CheckerFactory[];
  /** The core of the member at that place; undefined: the real one. */
  readonly createPeer?: (index: number, config: PeerConfig) => PeerApi;
  readonly realPeer: (config: PeerConfig) => PeerApi;
  readonly seed?: number;
  readonly beforeMeeting?: (cluster: Cluster) => void;
}

export class Sending {
  readonly cluster: Cluster;
  /** DATA and REPAIR bytes that left, by member. */
  readonly symbolBytesSent: number[];
  /** Who has which file, as `NAME PLACE`, and of whom its sender knows it. */
  private readonly done = new Set<string>();
  private readonly known = new Set<string>();
  private readonly seen: { readonly index: number; readonly event: PeerEvent }[] = [];
  /** Called with every datagram that leaves. */
  onSent: ((bytes: Bytes) => void) | undefined;
  /** Called with every symbol that leaves, and whose it is. */
  onSymbol: ((index: number, frame: DataFrame) => void) | undefined;

  constructor(options: SendingOptions) {
    const { memberCount, conditions, checkers, createPeer, realPeer, seed, beforeMeeting } = options;
    this.symbolBytesSent = Array.from({ length: memberCount }, () => 0);
    this.cluster = new Cluster({
      seed: seed ?? 1,
      memberCount,
      conditions: CABLE,
      checkers: checkers ?? ALL_CHECKERS,
      signatures: 'insecure-mac',
      createPeer: (config) =>
        createPeer?.(Number(config.name.slice(NAME_START.length)), config) ?? realPeer(config),
    });
    this.cluster.onObservation = (observation) => this.observe(observation);
    beforeMeeting?.(this.cluster);
    // They meet undisturbed: what is tested is the sending.
    for (const [index, node] of this.cluster.nodes.entries())
      this.cluster.queue.schedule(50 * index, () => {
        node.start();
        node.join(ROOM);
      });
    this.cluster.runFor(MEET_MS);
    this.cluster.network.conditions = { ...CABLE, ...conditions };
  }

  offer(from: number, name: string, size: number): void {
    const content = createContent(1 + size, size);
    this.cluster.nodes[from]!.offer(ROOM, { name, size }, content);
  }

  /** Until every one of the members has the file, and its sender knows it of each; returns how long that took. */
  untilDone(name: string, receivers: readonly number[], limitMs: number): number {
    const start = this.cluster.now;
    const isDone = (index: number): boolean => this.done.has(`${name} ${index}`) && this.isKnown(name, index);
    while (!receivers.every(isDone)) {
      const late = receivers.filter((index) => !isDone(index));
      assert(
        this.cluster.now - start < limitMs,
        `after ${limitMs} ms ${name} is not done at ${late.join(', ')}`,
      );
      this.cluster.runFor(STEP_MS);
    }
    return this.cluster.now - start;
  }

  has(name: string, index: number): boolean {
    return this.done.has(`${name} ${index}`);
  }

  /** What a member was told about files, in all its lives. */
  events<T extends PeerEvent['type']>(index: number, type: T): Extract<PeerEvent, { type: T }>[] {
    const isIt = (event: PeerEvent): event is Extract<PeerEvent, { type: T }> => event.type === type;
    return this.seen.flatMap((one) => (one.index === index && isIt(one.event) ? [one.event] : []));
  }

  /** The sender of the file shows that this member has it. */
  isKnown(name: string, index: number): boolean {
    return this.known.has(`${name} ${index}`);
  }

  private observe(observation: Observation): void {
    const { ledger, queue } = this.cluster;
    if (observation.type === 'sent') {
      const { bytes } = observation.transmit;
      this.onSent?.(bytes);
      const type = typeOf(bytes[0] as number);
      if (type === FRAME.data || type === FRAME.repair) {
        this.symbolBytesSent[observation.node.index]! += bytes.length;
        const frame = this.onSymbol === undefined ? undefined : decodeData(bytes);
        if (frame !== undefined) this.onSymbol?.(observation.node.index, frame);
      }
    }
    if (observation.type !== 'event') return;
    const { node, event } = observation;
    if (event.type.startsWith('transfer-') && event.type !== 'transfer-progress')
      this.seen.push({ index: node.index, event });
    if (event.type === 'transfer-offered' && !event.own) {
      queue.after(1, () => node.isRunning && node.accept(event.transfer));
    } else if (event.type === 'transfer-done') {
      const name = ledger.transfers.get(event.transfer)?.record.file?.name;
      if (event.member === undefined) this.done.add(`${name} ${node.index}`);
      else this.known.add(`${name} ${ledger.nodesById.get(event.member)?.index}`);
    }
  }
}

/**
 * A whole network of members in virtual time, and those who watch it. Everything that happens is an observation:
 * the ledger learns from it, the checkers judge it, the trace remembers it.
 */
import { seededRandom } from '../src/base/prng.ts';
import type { PeerApi, PeerConfig } from '../src/core/api.ts';
import { DEFAULT_PORT } from '../src/core/limits.ts';
import { Peer } from '../src/core/peer.ts';
import type { Checker, CheckerFactory } from './checkers/checker.ts';
import type { SignatureKind } from './crypto.ts';
import { EventQueue } from './event-queue.ts';
import { Ledger } from './ledger.ts';
import { Network, type NetworkConditions } from './network.ts';
import { SimNode } from './node.ts';
import { describe, type Observation } from './observation.ts';
import { Trace } from './trace.ts';
import { Violation } from './violation.ts';

export interface ClusterOptions {
  readonly seed: number;
  readonly memberCount: number;
  readonly conditions: NetworkConditions;
  readonly checkers: readonly CheckerFactory[];
  readonly signatures?: SignatureKind;
  readonly hasPrivateRooms?: boolean;
  /** The real core unless a test plants a bug in it. */
  readonly createPeer?: (config: PeerConfig) => PeerApi;
  readonly print?: (line: string) => void;
}

/** Members that share one host, as two profiles on one machine do. */
const MEMBERS_PER_HOST = 2;
const SHARED_HOST_PROBABILITY = 0.15;

export class Cluster {
  readonly queue = new EventQueue();
  readonly network: Network;
  readonly nodes: readonly SimNode[];
  readonly ledger = new Ledger();
  readonly trace = new Trace();
  readonly checkers: readonly Checker[];
  /** Reacts to what members show, as their users do; set by the scenario. */
  onObservation: ((observation: Observation) => void) | undefined;
  private readonly print: ((line: string) => void) | undefined;

  constructor(options: ClusterOptions) {
    const { seed, memberCount } = options;
    const random = seededRandom(seed);
    const derivedSeed = (): number => random.below(0x1_0000_0000);
    this.print = options.print;
    this.network = new Network(this.queue, seededRandom(derivedSeed()), options.conditions, memberCount);
    const environment = {
      queue: this.queue,
      network: this.network,
      createPeer: options.createPeer ?? ((config: PeerConfig): PeerApi => new Peer(config)),
      signatures: options.signatures ?? 'ed25519',
      hasPrivateRooms: options.hasPrivateRooms ?? false,
      observe: (observation: Observation): void => this.observe(observation),
    };
    const addresses = assignAddresses(memberCount, () => random.next() < SHARED_HOST_PROBABILITY);
    this.nodes = addresses.map((address, index) => new SimNode(environment, index, address, derivedSeed()));
    for (const node of this.nodes) this.network.attach(node);
    this.checkers = options.checkers.map((create) => create(this));
  }

  get now(): number {
    return this.queue.now;
  }

  runFor(durationMs: number): void {
    this.queue.runUntil(this.queue.now + durationMs);
  }

  /** Until every checker is content; a Violation names what is still missing at the deadline. */
  runUntilConverged(deadlineMs: number, stepMs: number): void {
    for (;;) {
      this.runFor(stepMs);
      const open = this.firstPending();
      if (open === undefined) return;
      if (this.now >= deadlineMs) {
        throw new Violation(
          open.checker.name,
          `not converged ${deadlineMs / 1000} s into the run: ${open.what}`,
        );
      }
    }
  }

  /** No loss, no faults, nobody speaks: for `durationMs` only what never ends goes on. */
  runCalm(durationMs: number): void {
    for (const checker of this.checkers) checker.calm?.();
    this.runFor(durationMs);
    this.finish();
  }

  private finish(): void {
    for (const checker of this.checkers) checker.finish?.();
  }

  /** For faults of the network, which belong to no node. */
  note(text: string): void {
    this.observe({ type: 'network', text });
  }

  private firstPending(): { readonly checker: Checker; readonly what: string } | undefined {
    for (const checker of this.checkers) {
      const what = checker.pending?.();
      if (what !== undefined) return { checker, what };
    }
    return undefined;
  }

  private observe(observation: Observation): void {
    const { now } = this.queue;
    this.trace.observe(now, observation);
    if (this.print !== undefined && observation.type !== 'received') this.print(describe(now, observation));
    this.ledger.observe(now, observation);
    for (const checker of this.checkers) checker.observe?.(now, observation);
    this.onObservation?.(observation);
  }
}

function assignAddresses(
  memberCount: number,
  sharesHost: () => boolean,
): readonly { readonly host: string; readonly port: number }[] {
  const addresses: { readonly host: string; readonly port: number }[] = [];
  let host = 0;
  let onHost = 0;
  for (let i = 0; i < memberCount; i++) {
    if (i === 0 || onHost === MEMBERS_PER_HOST || !sharesHost()) {
      host++;
      onHost = 0;
    }
    onHost++;
    addresses.push({ host: `10.0.${host >> 8}.${host & 255}`, port: DEFAULT_PORT + onHost });
  }
  return addresses;
}

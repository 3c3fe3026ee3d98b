/**
 * One run: people and faults from the seed, then everything heals, then convergence is demanded, then a calm time
 * shows that nothing leaks or chatters on. Returns what happened; never throws.
 */
import { InvariantError } from '../src/base/assert.ts';
import { seededRandom, type Random } from '../src/base/prng.ts';
import type { PeerApi, PeerConfig } from '../src/core/api.ts';
import { GONE_INTERVALS, HELLO_INTERVAL_MIN_MS, HELLO_SPACING_MS } from '../src/core/limits.ts';
import { publicRoomId } from '../src/core/room/groups.ts';
import type { CheckerFactory } from './checkers/checker.ts';
import { ALL_CHECKERS } from './checkers/index.ts';
import { Cluster } from './cluster.ts';
import { sha256, type SignatureKind } from './crypto.ts';
import { healAll, planFaults } from './faults.ts';
import type { NetworkConditions, NetworkTotals } from './network.ts';
import { createProfile, type Profile, type ScenarioName } from './profiles.ts';
import { answerOffers } from './users.ts';
import { Violation } from './violation.ts';
import { JOIN_MS, planAnnotations, planWorkload } from './workload.ts';

export interface RunOptions {
  readonly seed: number;
  readonly scenario: ScenarioName;
  readonly memberCount: number;
  /** Mean loss of a link; drawn from the seed where it is not given. */
  readonly loss?: number;
  readonly signatures?: SignatureKind;
  readonly print?: (line: string) => void;
  /** For tests that plant a bug. */
  readonly createPeer?: (config: PeerConfig) => PeerApi;
  readonly checkers?: readonly CheckerFactory[];
}

export interface RunFailure {
  readonly checker: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly lastLines: readonly string[];
}

export interface RunResult {
  readonly seed: number;
  /** The same seed and options give the same one. */
  readonly fingerprint: string;
  readonly virtualMs: number;
  readonly network: NetworkTotals;
  readonly recordCount: number;
  /** Wall-clock time; the only field that differs between two runs of a seed. */
  readonly realMs: number;
  readonly transferCount: number;
  readonly failure: RunFailure | undefined;
}

/**
 * The slowest that convergence may be after healing: a given-up record is asked for again after 10, 20, 40 … 160 s
 * (RECLAIM_AFTER_MS), and a member that never answered is waited for 30 s (TRANSFER_GIVE_UP_MS).
 */
const CONVERGENCE_MS_MAX = 240_000;
const CONVERGENCE_STEP_MS = 1000;
const LOSSES = [0, 0.01, 0.05, 0.1, 0.2];

export function runScenario(options: RunOptions): RunResult {
  const startedAt = performance.now();
  const random = seededRandom(options.seed);
  const profile = createProfile(options.scenario, random, options.memberCount);
  const cluster = new Cluster({
    seed: random.below(0x1_0000_0000),
    memberCount: options.memberCount,
    conditions: drawConditions(random, profile, options.loss),
    checkers: options.checkers ?? ALL_CHECKERS,
    ...(options.signatures && { signatures: options.signatures }),
    ...(options.createPeer && { createPeer: options.createPeer }),
    ...(options.print && { print: options.print }),
  });
  const failure = attempt(cluster, () => play(cluster, random, profile, options.memberCount));
  return {
    seed: options.seed,
    fingerprint: cluster.trace.fingerprint(),
    virtualMs: cluster.now,
    network: cluster.network.totals,
    recordCount: cluster.ledger.records.size,
    transferCount: cluster.ledger.transfers.size,
    realMs: performance.now() - startedAt,
    failure,
  };
}

function play(cluster: Cluster, random: Random, profile: Profile, memberCount: number): void {
  const rooms = ['lobby', 'Aviary'].map((name) => publicRoomId({ sha256 }, name));
  const actions = [
    ...planWorkload(random, profile, memberCount, rooms),
    ...planFaults(random, profile, memberCount),
  ];
  for (const action of actions) cluster.queue.schedule(action.at, () => action.run(cluster));
  answerOffers(cluster, seededRandom(random.below(0x1_0000_0000)));
  for (const action of planAnnotations(random, profile, memberCount, rooms))
    cluster.queue.schedule(action.at, () => action.run(cluster));
  cluster.runFor(JOIN_MS + profile.workMs);
  // What was planned for later (a restart, the end of a partition) still comes, and finds nothing to do.
  healAll(cluster);
  cluster.runUntilConverged(cluster.now + CONVERGENCE_MS_MAX, CONVERGENCE_STEP_MS);

  cluster.network.conditions = { ...cluster.network.conditions, loss: 0, reorder: 0, duplication: 0 };
  cluster.note('becomes calm');
  const helloIntervalMs = Math.max(HELLO_INTERVAL_MIN_MS, memberCount * HELLO_SPACING_MS);
  cluster.runFor(GONE_INTERVALS * helloIntervalMs);
  cluster.runCalm(GONE_INTERVALS * helloIntervalMs);
}

export function attempt(cluster: Cluster, run: () => void): RunFailure | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    const lastLines = cluster.trace.lastLines();
    if (error instanceof Violation) {
      return { checker: error.checker, message: error.message, stack: undefined, lastLines };
    }
    const isInvariant = error instanceof InvariantError;
    return {
      checker: isInvariant ? 'invariant of the core' : 'exception',
      message: error instanceof Error ? error.message : String(error),
      stack: error instanceof Error ? error.stack : undefined,
      lastLines,
    };
  }
}

function drawConditions(random: Random, profile: Profile, loss: number | undefined): NetworkConditions {
  const drawnLoss = LOSSES[random.below(LOSSES.length)]!;
  const isRadio = random.below(4) === 0;
  return {
    loss: loss ?? drawnLoss,
    burstsPerSecond: profile.burstsPerSecond,
    burstMsMean: 50,
    duplication: profile.duplication,
    reorder: profile.reorder,
    reorderMsMax: 5,
    delayMs: isRadio ? 2 : 0.1,
    jitterMs: isRadio ? 5 : 0.2,
    megabitsPerSecond: isRadio ? 100 : 1000,
    tampering: profile.tampering,
  };
}

/**
 * One run of a private room: its members change it at random while the network loses packets and falls apart and processes
 * crash; then everything heals, and they must agree, and hear each other. Returns what happened; never throws.
 */
import type { RoomId } from '../../src/base/ids.ts';
import { seededRandom, type Random } from '../../src/base/prng.ts';
import type { PeerApi, PeerConfig } from '../../src/core/api.ts';
import { publicRoomId } from '../../src/core/room/groups.ts';
import { Cluster } from '../cluster.ts';
import { sha256 } from '../crypto.ts';
import { healAll, planFaults } from '../faults.ts';
import type { NetworkConditions } from '../network.ts';
import type { SimNode } from '../node.ts';
import { createProfile, type Profile } from '../profiles.ts';
import { attempt, type RunResult } from '../scenario.ts';
import { Violation } from '../violation.ts';
import { agreementOf, authorityOf, sealedOf, talkOf, type PrivateRun } from './checkers.ts';
import { stateAt } from './inside.ts';

export interface PrivateRunOptions {
  readonly seed: number;
  /** Nobody says no to the room: for seeds whose story was told before anybody could. */
  readonly acceptsAll?: boolean;
  readonly print?: (line: string) => void;
  /** For tests that plant a bug. */
  readonly createPeer?: (config: PeerConfig) => PeerApi;
}

const LOSSES = [0, 0, 0.02, 0.1, 0.25];
const MEETING_MS = 1500;
const AGREEMENT_MS_MAX = 60_000;
const TALK_MS_MAX = 40_000;
const STEP_MS = 250;
const WELCOME_MS_MAX = 400;
/** A person says no to one of so many offers. */
const DECLINED_OF = 4;
const ANSWERS_SEED = 0x4000_0000;

export function runPrivate(options: PrivateRunOptions): RunResult {
  const startedAt = performance.now();
  const random = seededRandom(options.seed);
  const memberCount = 3 + random.below(4);
  const run: PrivateRun = { room: undefined };
  let isTalking = false;
  const cluster = new Cluster({
    seed: random.below(0x1_0000_0000),
    memberCount,
    conditions: weather(random),
    checkers: [sealedOf(run), authorityOf(run), agreementOf(run), talkOf(run, () => isTalking)],
    signatures: 'insecure-mac',
    hasPrivateRooms: true,
    ...(options.print && { print: options.print }),
    ...(options.createPeer && { createPeer: options.createPeer }),
  });
  const failure = attempt(cluster, () => {
    // Of its own, so that the rest of the story does not depend on it.
    const answers = seededRandom(options.seed + ANSWERS_SEED);
    const declines = (): boolean => options.acceptsAll !== true && answers.below(DECLINED_OF) === 0;
    for (const node of cluster.nodes) node.declines = declines;
    const story = new Story(cluster, random, run);
    story.begin();
    story.change();
    story.heal();
    cluster.runUntilConverged(cluster.now + AGREEMENT_MS_MAX, STEP_MS);
    isTalking = true;
    story.lastWords();
    cluster.runUntilConverged(cluster.now + TALK_MS_MAX, STEP_MS);
    for (const checker of cluster.checkers) checker.finish?.();
  });
  return {
    seed: options.seed,
    fingerprint: cluster.trace.fingerprint(),
    virtualMs: cluster.now,
    network: cluster.network.totals,
    recordCount: cluster.ledger.records.size,
    transferCount: 0,
    realMs: performance.now() - startedAt,
    failure,
  };
}

/** What the people of the room do. */
class Story {
  private readonly cluster: Cluster;
  private readonly random: Random;
  private readonly run: PrivateRun;
  /** Whom a node is adding, by its token. */
  private readonly adding = new Map<string, SimNode>();
  private spoken = 0;

  constructor(cluster: Cluster, random: Random, run: PrivateRun) {
    this.cluster = cluster;
    this.random = random;
    this.run = run;
    cluster.onObservation = (observation) => {
      if (observation.type !== 'event') return;
      const { node, event } = observation;
      if (event.type === 'room-joined' && event.room !== lobby) run.room ??= event.room;
      if (event.type !== 'command-done') return;
      const newcomer = this.adding.get(`${node.index} ${node.life} ${event.token}`);
      if (newcomer !== undefined)
        cluster.queue.after(WELCOME_MS_MAX * random.next(), () => this.welcome(node, newcomer));
    };
  }

  begin(): void {
    const { nodes } = this.cluster;
    for (const node of nodes) {
      node.start();
      node.join(lobby);
    }
    this.cluster.runFor(MEETING_MS);
    nodes[0]!.command((peer, now, token) =>
      peer.createRoom(now, 'nest', { kind: 'since-joining' }, 'private', token),
    );
    this.cluster.runFor(100);
    if (this.run.room === undefined) throw new Violation('story', 'no room was made');
    for (const node of nodes.slice(1, 2 + this.random.below(nodes.length - 1))) {
      this.add(nodes[0]!, node);
      this.cluster.runFor(300 * this.random.next());
    }
    this.cluster.runFor(500);
  }

  change(): void {
    const { random, cluster } = this;
    const workMs = 3000 + random.below(9000);
    const profile: Profile = {
      ...createProfile('calm', random, cluster.nodes.length),
      workMs,
      crashes: random.below(3),
      stops: random.below(2),
      partitions: random.below(3),
      oneWayCuts: random.below(2),
    };
    const from = cluster.now;
    for (const { at, run } of planFaults(random, profile, cluster.nodes.length))
      cluster.queue.schedule(from + at / 2, () => run(cluster));
    for (let i = 6 + random.below(24); i > 0; i--)
      cluster.queue.schedule(from + workMs * random.next(), () => this.act());
    cluster.runFor(workMs + 2000);
  }

  heal(): void {
    for (const node of this.cluster.nodes) node.declines = () => false;
    healAll(this.cluster);
    this.cluster.runFor(2000);
    this.welcomeAll();
    this.cluster.runFor(2000);
    this.welcomeAll();
  }

  lastWords(): void {
    const { room } = this.run;
    for (const node of this.cluster.nodes)
      if (room !== undefined && node.isRunning && stateAt(node, room)?.members.has(node.id) === true)
        node.say(room, `last ${node.index}`);
  }

  private act(): void {
    const { room } = this.run;
    const { nodes } = this.cluster;
    const insiders = nodes.filter(
      (node) => node.isRunning && room !== undefined && stateAt(node, room) !== undefined,
    );
    const actor = this.any(insiders);
    if (actor === undefined || room === undefined) return;
    const other = this.any(nodes) as SimNode;
    const kind = this.random.below(20);
    if (kind < 6) actor.say(room, `word ${this.spoken++} of ${actor.index}`);
    else if (kind < 10) this.add(actor, other);
    else if (kind < 14) actor.command((peer, now, token) => peer.removeFromRoom(now, room, other.id, token));
    else if (kind < 17) {
      const role = this.any(['admin', 'admin', 'owner', 'member'] as const) ?? 'admin';
      actor.command((peer, now, token) => peer.setRole(now, room, other.id, role, token));
    } else if (kind < 18)
      actor.command((peer, now, token) => peer.renameRoom(now, room, `nest ${now % 10}`, token));
    else if (kind < 19 && this.random.below(3) === 0)
      actor.command((peer, now, token) => peer.leaveRoom(now, room, token));
    else {
      const history = this.any([{ kind: 'since-joining' }, { kind: 'days', days: 7 }] as const) ?? {
        kind: 'since-joining',
      };
      actor.command((peer, now, token) => peer.setHistory(now, room, history, token));
    }
  }

  private add(actor: SimNode, newcomer: SimNode): void {
    const { room } = this.run;
    if (room === undefined || actor === newcomer) return;
    const token = actor.command((peer, now, it) => peer.addMember(now, room, newcomer.id, 'member', it));
    this.adding.set(`${actor.index} ${actor.life} ${token}`, newcomer);
  }

  /** What the welcome of a member that lets somebody in brings about, once both are there. */
  private welcome(by: SimNode, newcomer: SimNode): void {
    const { room } = this.run;
    const chain = room === undefined ? undefined : by.store.privateChain(room);
    if (room === undefined || chain === undefined || !newcomer.isRunning) return;
    if (stateAt(newcomer, room) !== undefined) return;
    newcomer.store.commitPrivate(room, chain.kind, [{ kind: 'genesis-secret', secret: chain.genesisSecret }]);
    newcomer.store.setClosed(room, false);
    newcomer.openPrivate(room);
  }

  /** Welcomes that were not acknowledged are tried again whenever the newcomer is seen. */
  private welcomeAll(): void {
    const { room } = this.run;
    if (room === undefined) return;
    const { nodes } = this.cluster;
    for (const by of nodes) {
      const members = by.isRunning ? stateAt(by, room)?.members : undefined;
      if (members?.has(by.id) !== true) continue;
      for (const newcomer of nodes) if (members.has(newcomer.id)) this.welcome(by, newcomer);
    }
  }

  private any<T>(of: readonly T[]): T | undefined {
    return of.length === 0 ? undefined : of[this.random.below(of.length)];
  }
}

const lobby: RoomId = publicRoomId({ sha256 }, 'lobby');

function weather(random: Random): NetworkConditions {
  return {
    loss: LOSSES[random.below(LOSSES.length)]!,
    burstsPerSecond: 0,
    burstMsMean: 50,
    duplication: random.below(3) === 0 ? 0.05 : 0,
    reorder: random.below(3) === 0 ? 0.1 : 0,
    reorderMsMax: 5,
    delayMs: 0.1,
    jitterMs: 0.2,
    megabitsPerSecond: 1000,
    tampering: random.below(4) === 0 ? 0.02 : 0,
  };
}

/** What a run is made of: how much is said and sent, and which faults happen. Counts are for the whole run. */
import type { Random } from '../src/base/prng.ts';

export interface Profile {
  readonly workMs: number;
  /** Messages that each member says. */
  readonly messagesPerMember: number;
  /** Replies, edits, reactions, deletions and read marks that each member makes. */
  readonly annotationsPerMember: number;
  readonly files: number;
  readonly fileBytesTotal: number;
  readonly cancels: number;
  /** Members that quit a room and join it again. */
  readonly rejoins: number;
  readonly renames: number;
  /** Members that first come while the others already talk. */
  readonly lateMembers: number;
  /** Members that come only to say something, several times, each time in a new process. */
  readonly speakers: number;
  readonly crashes: number;
  /** Members that crash and never come back. */
  readonly deaths: number;
  readonly stops: number;
  readonly partitions: number;
  readonly partitionMsMax: number;
  readonly oneWayCuts: number;
  readonly slowDisks: number;
  readonly diskFaults: number;
  readonly burstsPerSecond: number;
  readonly duplication: number;
  readonly reorder: number;
  readonly tampering: number;
}

export type ScenarioName =
  | 'random'
  | 'calm'
  | 'chat'
  | 'files'
  | 'outlive'
  | 'churn'
  | 'halves'
  | 'partition'
  | 'hostile';

const PARTITION_MS_MAX = 20_000;

const QUIET: Profile = {
  workMs: 15_000,
  messagesPerMember: 3,
  annotationsPerMember: 2,
  partitionMsMax: PARTITION_MS_MAX,
  files: 2,
  fileBytesTotal: 3_000_000,
  cancels: 0,
  rejoins: 0,
  renames: 0,
  lateMembers: 0,
  speakers: 0,
  crashes: 0,
  deaths: 0,
  stops: 0,
  partitions: 0,
  oneWayCuts: 0,
  slowDisks: 0,
  diskFaults: 0,
  burstsPerSecond: 0,
  duplication: 0,
  reorder: 0,
  tampering: 0,
};

const PROFILES: Readonly<Record<ScenarioName, (random: Random, memberCount: number) => Profile>> = {
  random: randomProfile,
  calm: () => QUIET,
  chat: () => ({ ...QUIET, messagesPerMember: 12, files: 0, reorder: 0.05, duplication: 0.02 }),
  files: (_random, memberCount) => ({
    ...QUIET,
    messagesPerMember: 1,
    files: 8,
    fileBytesTotal: fileBudget(memberCount),
    cancels: 2,
    slowDisks: 1,
    diskFaults: 1,
    burstsPerSecond: 0.1,
  }),
  /** Files whose senders and receivers die and come back, or do not, while others come late. */
  outlive: (_random, memberCount) => ({
    ...QUIET,
    workMs: 25_000,
    messagesPerMember: 1,
    files: 5,
    fileBytesTotal: fileBudget(memberCount),
    rejoins: 2,
    lateMembers: 2,
    crashes: 5,
    deaths: 1,
    stops: 1,
  }),
  churn: () => ({
    ...QUIET,
    rejoins: 6,
    renames: 2,
    lateMembers: 3,
    speakers: 2,
    crashes: 4,
    deaths: 1,
    stops: 3,
  }),
  partition: () => ({ ...QUIET, workMs: 40_000, partitions: 3, oneWayCuts: 4 }),
  /** Long and short partitions with talk on all sides, and crashes with what the store has: for many seeds. */
  halves: (random) => ({
    ...QUIET,
    workMs: 10_000 + random.below(40_000),
    messagesPerMember: 4 + random.below(12),
    annotationsPerMember: 4,
    files: 0,
    partitions: 1 + random.below(4),
    // Longer than the time after which what is missing is given up (WAIVE_AFTER_MS).
    partitionMsMax: 2 * PARTITION_MS_MAX,
    oneWayCuts: random.below(2),
    crashes: random.below(4),
    stops: random.below(2),
    lateMembers: random.below(2),
    rejoins: random.below(2),
  }),
  hostile: () => ({ ...QUIET, tampering: 0.05, duplication: 0.05, reorder: 0.1 }),
};

export const isScenarioName = (text: string): text is ScenarioName => Object.hasOwn(PROFILES, text);
export const SCENARIO_NAMES = Object.keys(PROFILES);

export const createProfile = (name: ScenarioName, random: Random, memberCount: number): Profile =>
  PROFILES[name](random, memberCount);

/** Some of everything; each kind of fault is absent from about half of the runs, so that they also meet alone. */
function randomProfile(random: Random, memberCount: number): Profile {
  const upTo = (max: number): number => (random.below(2) === 0 ? 0 : 1 + random.below(max));
  const share = (max: number): number => (random.below(2) === 0 ? 0 : max * random.next());
  return {
    workMs: 8000 + random.below(20_000),
    messagesPerMember: 1 + random.below(memberCount > 20 ? 4 : 10),
    annotationsPerMember: 2,
    partitionMsMax: PARTITION_MS_MAX,
    files: random.below(6),
    fileBytesTotal: fileBudget(memberCount),
    cancels: upTo(2),
    rejoins: upTo(4),
    renames: upTo(2),
    lateMembers: upTo(Math.ceil(memberCount / 5)),
    speakers: memberCount > 3 ? upTo(2) : 0,
    crashes: upTo(3),
    deaths: memberCount > 3 ? upTo(2) : 0,
    stops: upTo(3),
    partitions: upTo(2),
    oneWayCuts: upTo(3),
    slowDisks: upTo(2),
    diskFaults: upTo(2),
    burstsPerSecond: share(0.2),
    duplication: share(0.05),
    reorder: share(0.1),
    tampering: random.below(4) === 0 ? 0.02 : 0,
  };
}

/** Every byte is handled by every member, so large clusters send less. */
const fileBudget = (memberCount: number): number => Math.min(12_000_000, 120_000_000 / memberCount);

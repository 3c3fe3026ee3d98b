/** What goes wrong in a run: a list of faults with times, drawn from the seed. All of it is over when the run heals. */
import type { Random } from '../src/base/prng.ts';
import type { Cluster } from './cluster.ts';
import { FAST_DISK, SLOW_DISK } from './disk.ts';
import type { Profile } from './profiles.ts';
import { JOIN_MS, type Action } from './workload.ts';

const CRASH_MS_MAX = 15_000;
const STOP_MS_MAX = 12_000;
const CUT_MS_MAX = 8000;
const DISK_TROUBLE_MS_MAX = 5000;

export function planFaults(random: Random, profile: Profile, memberCount: number): Action[] {
  const actions: Action[] = [];
  const anyNode = (): number => random.below(memberCount);
  // Faults begin when the first members are there, and last beyond the end of the work.
  const anyTime = (): number => JOIN_MS / 2 + (profile.workMs + JOIN_MS / 2) * random.next();
  const repeat = (count: number, plan: () => Action[]): void => {
    for (let i = 0; i < count; i++) actions.push(...plan());
  };
  repeat(profile.crashes, () =>
    planCrash(anyTime(), anyNode(), CRASH_MS_MAX * random.next(), random.below(3) === 0),
  );
  repeat(profile.deaths, () => planCrash(anyTime(), anyNode(), Infinity, false));
  repeat(profile.stops, () => planStop(anyTime(), anyNode(), STOP_MS_MAX * random.next() ** 2));
  repeat(profile.partitions, () => {
    const sides = Array.from({ length: memberCount }, () => random.below(2));
    return planPartition(anyTime(), sides, profile.partitionMsMax * random.next());
  });
  repeat(profile.oneWayCuts, () => planCut(anyTime(), anyNode(), anyNode(), CUT_MS_MAX * random.next()));
  repeat(profile.slowDisks, () =>
    planDisk(anyTime(), anyNode(), DISK_TROUBLE_MS_MAX * random.next(), SLOW_DISK),
  );
  repeat(profile.diskFaults, () =>
    planDisk(anyTime(), anyNode(), DISK_TROUBLE_MS_MAX * random.next(), {
      ...FAST_DISK,
      writeFault: random.below(2) === 0 ? 'disk-full' : 'disk-error',
    }),
  );
  return actions;
}

/** Ends every fault but death, and loss, which is no fault but the weather. */
export function healAll(cluster: Cluster): void {
  cluster.network.heal();
  cluster.network.conditions = { ...cluster.network.conditions, burstsPerSecond: 0, tampering: 0 };
  cluster.ledger.endDisturbances(cluster.now);
  cluster.note('all faults heal');
  for (const node of cluster.nodes) {
    node.disk.conditions = FAST_DISK;
    if (node.state === 'stopped') node.continue();
    if (node.state === 'down' && !node.isDead) node.start();
  }
}

function planCrash(at: number, index: number, downMs: number, isClean: boolean): Action[] {
  const end: Action = {
    at,
    run({ nodes }) {
      const node = nodes[index]!;
      if (downMs === Infinity) node.isDead = true;
      if (isClean && node.isRunning) node.end();
      else if (node.state !== 'down') node.crash();
    },
  };
  if (downMs === Infinity) return [end];
  return [
    end,
    {
      at: at + downMs,
      run({ nodes }) {
        const node = nodes[index]!;
        if (node.state === 'down' && node.life > 0 && !node.isDead) node.start();
      },
    },
  ];
}

function planStop(at: number, index: number, stopMs: number): Action[] {
  return [
    { at, run: ({ nodes }) => nodes[index]!.isRunning && nodes[index]!.stop() },
    {
      at: at + stopMs,
      run: ({ nodes }) => nodes[index]!.state === 'stopped' && nodes[index]!.continue(),
    },
  ];
}

function planPartition(at: number, sides: readonly number[], durationMs: number): Action[] {
  return [
    {
      at,
      run(cluster) {
        cluster.note(`splits into sides ${sides.join('')} for ${durationMs.toFixed(0)} ms`);
        sides.forEach((side, index) => cluster.network.setSide(index, side));
        cluster.ledger.disturb(at, at + durationMs, () => true);
      },
    },
    {
      at: at + durationMs,
      run(cluster) {
        cluster.note('is whole again');
        sides.forEach((_side, index) => cluster.network.setSide(index, 0));
      },
    },
  ];
}

function planCut(at: number, from: number, to: number, durationMs: number): Action[] {
  return [
    {
      at,
      run(cluster) {
        cluster.note(`carries nothing from n${from} to n${to} for ${durationMs.toFixed(0)} ms`);
        cluster.network.setCut(from, to, true);
        cluster.ledger.disturb(at, at + durationMs, ({ index }) => index === from || index === to);
      },
    },
    { at: at + durationMs, run: (cluster) => cluster.network.setCut(from, to, false) },
  ];
}

function planDisk(at: number, index: number, durationMs: number, conditions: typeof FAST_DISK): Action[] {
  return [
    { at, run: ({ nodes }) => void (nodes[index]!.disk.conditions = conditions) },
    { at: at + durationMs, run: ({ nodes }) => void (nodes[index]!.disk.conditions = FAST_DISK) },
  ];
}

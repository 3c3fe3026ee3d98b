/**
 * A small message from one host to N others: the time from asking to say it until it is there, by the bare datagram,
 * by the engine, and by the whole product; with the network idle, and beside a transfer that fills the link. The
 * speaker is the host that sends the file, so its words queue behind its own data.
 */
import { resolve } from 'node:path';
import { StarlingProgram } from '../contestants/starling.ts';
import { Program } from '../program.ts';
import { Rig, SourceFile } from '../rig.ts';
import type { Conditions, Station } from '../rig.ts';
import { quantile } from '../statistics.ts';
import type { TakeTurn } from '../turn.ts';

export type WayName = 'udp' | 'engine' | 'product';

export interface LatencyRow {
  readonly way: WayName;
  readonly beside: 'idle' | 'transfer';
  readonly conditions: Conditions;
  readonly expected: number;
  readonly samples: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

export interface LatencyPlan {
  readonly conditions: Conditions;
  readonly beside: 'idle' | 'transfer';
  readonly messageCount: number;
  readonly intervalMs: number;
  readonly rounds: number;
}

const START_MS_MAX = 30_000;
const WARM_UP_COUNT = 40;
/** For repairs on the way when the last word was said. */
const AFTER_MS = 1000;
/** The transfer is at its speed by then. */
const TRANSFER_HEAD_START_MS = 1500;
const agentPath = resolve(import.meta.dirname, '../agents/latency.ts');

export async function measureLatency(
  ways: readonly WayName[],
  plan: LatencyPlan,
  tree: string,
  takeTurn: TakeTurn,
): Promise<LatencyRow[]> {
  const samples = new Map<WayName, number[]>(ways.map((way) => [way, []]));
  let rounds = 0;
  for (let round = 0; round < plan.rounds; round++) {
    for (const way of ways) {
      samples.get(way)!.push(...(await takeTurn(() => once(way, plan, tree))));
    }
    rounds++;
  }
  return ways.map((way) => {
    const latencies = samples.get(way)!;
    const row: LatencyRow = {
      way,
      beside: plan.beside,
      conditions: plan.conditions,
      expected: rounds * plan.messageCount * plan.conditions.receiverCount,
      samples: latencies.length,
      p50Ms: quantile(latencies, 0.5),
      p99Ms: quantile(latencies, 0.99),
      p999Ms: quantile(latencies, 0.999),
      maxMs: Math.max(...latencies),
    };
    process.stdout.write(`${describe(row)}\n`);
    return row;
  });
}

function describe({ way, beside, expected, samples, p50Ms, p99Ms, p999Ms, maxMs }: LatencyRow): string {
  const times = [p50Ms, p99Ms, p999Ms, maxMs].map((value) => value.toFixed(2)).join(' / ');
  return `latency ${way.padEnd(8)} ${beside.padEnd(8)} p50 / p99 / p99.9 / max ${times} ms, ${samples} of ${expected}`;
}

async function once(way: WayName, plan: LatencyPlan, tree: string): Promise<number[]> {
  const rig = new Rig(plan.conditions);
  const seconds = (plan.messageCount * plan.intervalMs + TRANSFER_HEAD_START_MS + AFTER_MS) / 1000;
  const bytesPerSecond = ((plan.conditions.limitMbit ?? 0) * 1e6) / 8;
  const file =
    plan.beside === 'transfer' ? new SourceFile(Math.round(1.15 * seconds * bytesPerSecond)) : undefined;
  try {
    const agents = await startAgents(way, rig, tree);
    const [speaker, ...listeners] = agents as [Program, ...Program[]];
    speaker.child.stdin?.write(`go ${WARM_UP_COUNT} ${plan.intervalMs} warm\n`);
    await speaker.line(/"said"/, performance.now() + START_MS_MAX);
    if (file !== undefined) {
      speaker.child.stdin?.write(`offer ${file.path}\n`);
      await pause(TRANSFER_HEAD_START_MS);
    }
    const spoken = speaker.lines.length;
    speaker.child.stdin?.write(`go ${plan.messageCount} ${plan.intervalMs}\n`);
    await speaker.until('all said', performance.now() + 3000 * seconds, () =>
      speaker.lines.slice(spoken).find(({ text }) => text.includes('"said"')),
    );
    await pause(AFTER_MS);
    const reports = await Promise.all(listeners.map(reportOf));
    return reports.flat();
  } finally {
    rig.close();
    file?.close();
  }
}

async function reportOf(listener: Program): Promise<number[]> {
  listener.child.stdin?.write('report\n');
  const { match } = await listener.line(/^\{"type":"report".*$/, performance.now() + START_MS_MAX);
  return (JSON.parse(match[0]) as { latencies: number[] }).latencies;
}

async function startAgents(way: WayName, rig: Rig, tree: string): Promise<Program[]> {
  const stations = [rig.sender, ...rig.receivers];
  const deadlineMs = performance.now() + START_MS_MAX;
  if (way === 'product') {
    const daemons = stations.map(
      (station, index) => new StarlingProgram(tree, station, `Bird${index}`, 'fast', ['watch']),
    );
    await Promise.all(daemons.map((one) => one.event('ready', deadlineMs, ({ type }) => type === 'ready')));
  }
  const agents = stations.map((station, index) => startAgent(way, station, `Bird${index}`, tree));
  await Promise.all(agents.map((agent) => agent.line(/"ready"/, deadlineMs)));
  if (way !== 'udp') {
    const others = new RegExp(`"members","count":${stations.length - 1}\\b`);
    await Promise.all(agents.map((agent) => agent.line(others, deadlineMs)));
  }
  return agents;
}

function startAgent(way: WayName, station: Station, name: string, tree: string): Program {
  const config = {
    tree,
    name,
    address: station.host.address,
    profile: station.path('profile'),
    downloads: station.path('downloads'),
  };
  return new Program(station, process.execPath, [
    '--disable-warning=ExperimentalWarning',
    agentPath,
    way,
    JSON.stringify(config),
  ]);
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

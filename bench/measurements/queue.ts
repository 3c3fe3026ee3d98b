/** How long others' packets wait on the sender's link during a transfer: ping through it, idle and then beside it. */
import type { Contestant } from '../contestant.ts';
import { Program } from '../program.ts';
import { Rig, SourceFile } from '../rig.ts';
import type { Conditions } from '../rig.ts';
import { quantile } from '../statistics.ts';
import type { TakeTurn } from '../turn.ts';

export interface QueueRow {
  readonly contestant: string;
  readonly conditions: Conditions;
  readonly idleP50Ms: number;
  readonly idleP99Ms: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly samples: number;
}

const IDLE_S = 3;
const DEADLINE_MS = 90_000;

export async function measureQueue(
  contestants: readonly Contestant[],
  conditions: Conditions,
  fileBytes: number,
  rounds: number,
  takeTurn: TakeTurn,
): Promise<QueueRow[]> {
  const samples = contestants.map(() => ({ idle: [] as number[], busy: [] as number[] }));
  for (let round = 0; round < rounds; round++) {
    for (const [index, contestant] of contestants.entries()) {
      const { idle, busy } = await takeTurn(() => once(contestant, conditions, fileBytes));
      samples[index]!.idle.push(...idle);
      samples[index]!.busy.push(...busy);
    }
  }
  return contestants.map(({ name }, index) => {
    const { idle, busy } = samples[index]!;
    const row: QueueRow = {
      contestant: name,
      conditions,
      idleP50Ms: quantile(idle, 0.5),
      idleP99Ms: quantile(idle, 0.99),
      p50Ms: quantile(busy, 0.5),
      p99Ms: quantile(busy, 0.99),
      samples: busy.length,
    };
    const times = [row.idleP50Ms, row.idleP99Ms, row.p50Ms, row.p99Ms].map((value) => value.toFixed(2));
    process.stdout.write(
      `queue ${name.padEnd(18)} ping idle p50 ${times[0]} p99 ${times[1]} ms, beside p50 ${times[2]} p99 ${times[3]} ms\n`,
    );
    return row;
  });
}

interface Samples {
  readonly idle: readonly number[];
  readonly busy: readonly number[];
}

async function once(contestant: Contestant, conditions: Conditions, fileBytes: number): Promise<Samples> {
  const rig = new Rig(conditions, 1);
  const file = new SourceFile(fileBytes);
  try {
    const bystander = rig.bystanders[0]!;
    const flags = ['-n', '-i', '0.01', bystander.host.address];
    const idle = new Program(rig.sender, 'ping', ['-w', String(IDLE_S), ...flags]);
    await idle.success(performance.now() + DEADLINE_MS);
    const busy = new Program(rig.sender, 'ping', flags);
    const [tuning] = contestant.tunings(conditions);
    const finished = await contestant.run(rig, file, tuning, performance.now() + DEADLINE_MS);
    busy.end('SIGINT');
    await busy.exited;
    const { start, end } = finished.transfer;
    return { idle: timesOf(idle, 0, Infinity), busy: timesOf(busy, start.atMs, end.atMs) };
  } finally {
    rig.close();
    file.close();
  }
}

function timesOf({ lines }: Program, fromMs: number, toMs: number): number[] {
  return lines.flatMap(({ text, atMs }) => {
    const found = /time=([\d.]+) ms/.exec(text)?.[1];
    return found === undefined || atMs < fromMs || atMs > toMs ? [] : [Number(found)];
  });
}

/** One file to N receivers: time, bytes on the wire, processor time and feedback, contestant after contestant. */
import type { Contestant, Finished } from '../contestant.ts';
import { Rig, SourceFile } from '../rig.ts';
import type { Conditions } from '../rig.ts';
import { median, spread } from '../statistics.ts';
import { ATTEMPTS } from '../turn.ts';
import type { TakeTurn } from '../turn.ts';

const MB = 1_000_000;
/** A contestant may be this slow, and needs this long to start. */
const SLOWEST_BYTES_PER_MS = 800;
const START_MS_MAX = 25_000;
/** To choose a tuning, a smaller file does. */
const TUNING_BYTES_MAX = 40 * MB;

export interface Run {
  readonly contestant: string;
  readonly tuning?: string;
  readonly conditions: Conditions;
  readonly fileBytes: number;
  /** The time that counts: what is best for the contestant among the ones below. */
  readonly seconds: number;
  readonly transferS: number;
  readonly commandS: number;
  readonly claimedS?: number;
  readonly megabytesPerSecond: number;
  /** Bytes sent by the sender's interface during the whole command, over the file's size. */
  readonly wire: number;
  readonly senderCpuS: number;
  readonly receiversCpuS: number;
  readonly senderCommandCpuS: number;
  /** What all receivers sent during the transfer. */
  readonly feedbackPackets: number;
  readonly feedbackBytes: number;
}

export interface Cell {
  readonly contestant: string;
  readonly conditions: Conditions;
  readonly runs: readonly Run[];
  /** Why runs are missing. */
  readonly failures: readonly string[];
}

/** A B A B: every contestant once, then all again. */
export async function measureCell(
  contestants: readonly Contestant[],
  conditions: Conditions,
  fileBytes: number,
  rounds: number,
  takeTurn: TakeTurn,
): Promise<readonly Cell[]> {
  const cells = contestants.map(({ name }) => ({
    contestant: name,
    conditions,
    runs: [] as Run[],
    failures: [] as string[],
  }));
  const chosen = new Map<string, string | undefined>();
  for (const contestant of contestants) {
    chosen.set(contestant.name, await bestTuning(contestant, conditions, fileBytes, takeTurn));
  }
  for (let round = 0; round < rounds; round++) {
    for (const [index, contestant] of contestants.entries()) {
      const outcome = await attempt(contestant, conditions, fileBytes, chosen.get(contestant.name), takeTurn);
      cells[index]!.failures.push(...outcome.failures);
      if (outcome.run === undefined) continue;
      cells[index]!.runs.push(outcome.run);
      process.stdout.write(`${describeRun(outcome.run)}\n`);
    }
  }
  for (const { contestant, runs } of cells) {
    if (runs.length > 1) process.stdout.write(`  median ${contestant}: ${describeMedian(runs)}\n`);
  }
  return cells;
}

const tuningsChosen = new Map<string, string | undefined>();

async function bestTuning(
  contestant: Contestant,
  conditions: Conditions,
  fileBytes: number,
  takeTurn: TakeTurn,
): Promise<string | undefined> {
  const key = JSON.stringify([contestant.name, conditions]);
  if (tuningsChosen.has(key)) return tuningsChosen.get(key);
  const tunings = contestant.tunings(conditions);
  let best: { readonly tuning: string; readonly speed: number } | undefined;
  if (tunings.length > 1) {
    for (const tuning of tunings) {
      const bytes = Math.min(fileBytes, TUNING_BYTES_MAX);
      const { run } = await attempt(contestant, conditions, bytes, tuning, takeTurn);
      process.stdout.write(
        `  trying ${run === undefined ? `${contestant.name} ${tuning}: failed` : describeRun(run)}\n`,
      );
      if (run !== undefined && run.megabytesPerSecond > (best?.speed ?? 0)) {
        best = { tuning, speed: run.megabytesPerSecond };
      }
    }
  }
  const tuning = best?.tuning ?? tunings[0];
  tuningsChosen.set(key, tuning);
  return tuning;
}

interface Outcome {
  readonly run: Run | undefined;
  readonly failures: readonly string[];
}

async function attempt(
  contestant: Contestant,
  conditions: Conditions,
  fileBytes: number,
  tuning: string | undefined,
  takeTurn: TakeTurn,
): Promise<Outcome> {
  const failures: string[] = [];
  for (let count = 0; count < ATTEMPTS; count++) {
    try {
      const run = await takeTurn(() => runOnce(contestant, conditions, fileBytes, tuning));
      return { run, failures };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      failures.push(why);
      process.stdout.write(`  ${contestant.name} failed: ${why}\n`);
    }
  }
  return { run: undefined, failures };
}

async function runOnce(
  contestant: Contestant,
  conditions: Conditions,
  fileBytes: number,
  tuning: string | undefined,
): Promise<Run> {
  const file = new SourceFile(fileBytes);
  const rig = new Rig(conditions);
  try {
    const deadlineMs = performance.now() + START_MS_MAX + fileBytes / SLOWEST_BYTES_PER_MS;
    const finished = await contestant.run(rig, file, tuning, deadlineMs);
    const wrong = finished.copies.map((path) => file.compare(path)).filter((fault) => fault !== undefined);
    if (wrong.length > 0) throw new Error(`bad copies: ${wrong.join(', ')}`);
    return runFrom(contestant.name, conditions, fileBytes, finished);
  } finally {
    rig.close();
    file.close();
  }
}

function runFrom(contestant: string, conditions: Conditions, fileBytes: number, finished: Finished): Run {
  const { command, transfer, claimedS, tuning } = finished;
  const commandS = (command.end.atMs - command.start.atMs) / 1000;
  const transferS = (transfer.end.atMs - transfer.start.atMs) / 1000;
  const seconds = Math.min(commandS, transferS, claimedS ?? Infinity);
  const { start, end } = transfer;
  return {
    contestant,
    ...(tuning === undefined ? {} : { tuning }),
    conditions,
    fileBytes,
    seconds,
    transferS,
    commandS,
    ...(claimedS === undefined ? {} : { claimedS }),
    megabytesPerSecond: fileBytes / MB / seconds,
    wire: (command.end.sender.sentBytes - command.start.sender.sentBytes) / fileBytes,
    senderCpuS: end.senderCpuS - start.senderCpuS,
    receiversCpuS: end.receiversCpuS - start.receiversCpuS,
    senderCommandCpuS: command.end.senderCpuS,
    feedbackPackets: end.receivers.sentPackets - start.receivers.sentPackets,
    feedbackBytes: end.receivers.sentBytes - start.receivers.sentBytes,
  };
}

function conditionsText({ receiverCount, lossPercent, limitMbit }: Conditions): string {
  return `N=${receiverCount} loss ${lossPercent} % ${limitMbit === undefined ? 'no limit' : `${limitMbit} Mbit/s`}`;
}

function describeRun(run: Run): string {
  const parts = [
    run.contestant.padEnd(18),
    conditionsText(run.conditions),
    `${(run.fileBytes / MB).toFixed(0)} MB`,
    `${run.megabytesPerSecond.toFixed(2)} MB/s`,
    `wire ${run.wire.toFixed(3)}`,
    `CPU ${run.senderCpuS.toFixed(2)}/${run.receiversCpuS.toFixed(2)} s`,
    `feedback ${run.feedbackPackets} packets ${((100 * run.feedbackBytes) / run.fileBytes).toFixed(2)} %`,
    `time ${run.transferS.toFixed(2)} (command ${run.commandS.toFixed(2)})`,
  ];
  return [...parts, run.tuning ?? ''].join('  ').trimEnd();
}

function describeMedian(runs: readonly Run[]): string {
  const of = (value: (run: Run) => number, digits: number): string => {
    const values = runs.map(value);
    const [low, high] = spread(values);
    return `${median(values).toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)})`;
  };
  return [
    `${of((run) => run.megabytesPerSecond, 2)} MB/s`,
    `wire ${of((run) => run.wire, 3)}`,
    `CPU ${of((run) => run.senderCpuS, 2)} / ${of((run) => run.receiversCpuS, 2)} s`,
    `feedback ${of((run) => run.feedbackPackets, 0)}`,
  ].join(', ');
}

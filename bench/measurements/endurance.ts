/**
 * A very large file to a few receivers, on a disk because it does not fit in memory: what every process keeps resident at
 * most, and how long the process that serves the UI was ever kept from its event loop. That is measured in the process
 * itself (agents/loop-delay.js) and from outside (agents/heartbeat.ts), which also shows what the machine adds.
 */
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  existsSync,
  openSync,
  readFileSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { StarlingProgram } from '../contestants/starling.ts';
import { Program } from '../program.ts';
import { Rig } from '../rig.ts';
import type { Conditions, Station } from '../rig.ts';
import { quantile } from '../statistics.ts';

export interface Endurance {
  readonly conditions: Conditions;
  readonly fileBytes: number;
  readonly seconds: number;
  readonly processes: readonly ProcessPeak[];
  readonly daemons: readonly DaemonDelays[];
}
interface ProcessPeak {
  readonly role: string;
  readonly peakMb: number;
}
/** Of each second of the transfer the worst, in milliseconds. */
interface DaemonDelays {
  readonly role: string;
  readonly loopMs: readonly number[];
  readonly answerMs: readonly number[];
  /** Of a timer in the process that asks: the machine's own. */
  readonly timerMs: readonly number[];
}

const START_MS_MAX = 30_000;
const SLOWEST_BYTES_PER_MS = 4000;
const CHUNK_BYTES = 8 * 1024 * 1024;
const SAMPLE_MS = 500;
const BLOCKED_MS_MAX = 50;
const RESIDENT_MB_MAX = 300;
const agent = (name: string): string => resolve(import.meta.dirname, '../agents', name);

export async function measureEndurance(
  conditions: Conditions,
  fileBytes: number,
  tree: string,
): Promise<Endurance> {
  const { receiverCount } = conditions;
  const { bsize, bavail } = statfsSync(tmpdir());
  const neededBytes = (receiverCount + 1.1) * fileBytes;
  if (bsize * bavail < neededBytes) {
    throw new Error(
      `${tmpdir()} has ${(bsize * bavail) / 1e9} GB; the file and ${receiverCount} copies need ${neededBytes / 1e9}`,
    );
  }
  const rig = new Rig(conditions, 0, tmpdir());
  try {
    return await run(rig, fileBytes, tree);
  } finally {
    rig.close();
  }
}

async function run(rig: Rig, fileBytes: number, tree: string): Promise<Endurance> {
  const source = rig.sender.path('endurance.bin');
  process.stdout.write(`  makes ${fileBytes / 1e9} GB of random data\n`);
  const sent = makeFile(source, fileBytes);
  const daemons = [rig.sender, ...rig.receivers].map((station, index) => new Daemon(tree, station, index));
  let deadlineMs = performance.now() + START_MS_MAX;
  await Promise.all(daemons.map((daemon) => daemon.start(deadlineMs)));

  deadlineMs = performance.now() + START_MS_MAX + fileBytes / SLOWEST_BYTES_PER_MS;
  const args = ['send', source, '--expect', String(rig.receivers.length)];
  const sending = new StarlingProgram(tree, rig.sender, 'Bird0', 'fast', args);
  const peaks = new Map<string, number>();
  const sample = (): void => {
    for (const [role, program] of [
      ['send', sending],
      ...daemons.map(({ role, program }) => [role, program]),
    ] as [string, Program][])
      for (const { name, peakMb } of program.residentPeaks()) peaks.set(`${role}: ${name}`, peakMb);
  };
  const sampling = setInterval(sample, SAMPLE_MS);
  const [startedAt, startMs] = [Date.now(), performance.now()];
  try {
    await sending.success(deadlineMs);
    const seconds = (performance.now() - startMs) / 1000;
    const endedAt = Date.now();
    sample();
    const delays = daemons.map((daemon) => daemon.delays(startedAt, endedAt));
    for (const station of rig.receivers) {
      const path = join(station.folder, 'downloads', 'endurance.bin');
      if (!existsSync(path) || (await hashOf(path)) !== sent) throw new Error(`${path} is not what was sent`);
    }
    const processes = [...peaks].map(([role, peakMb]) => ({ role, peakMb }));
    const result = { conditions: rig.conditions, fileBytes, seconds, processes, daemons: delays };
    print(result);
    return result;
  } finally {
    clearInterval(sampling);
  }
}

/** A process that hosts a profile, watched from inside and from outside. */
class Daemon {
  readonly role: string;
  readonly program: StarlingProgram;
  private readonly station: Station;
  private readonly loopPath: string;
  private heartbeat: Program | undefined;

  constructor(tree: string, station: Station, index: number) {
    this.role = index === 0 ? 'sender' : `receiver ${index}`;
    this.station = station;
    this.loopPath = station.path('loop.jsonl');
    // `watch` takes no file of this size without asking; a second one never comes, so that it stays.
    const command = index === 0 ? ['watch'] : ['receive', '--any-size', '--count', '2'];
    this.program = new StarlingProgram(tree, station, `Bird${index}`, 'fast', command, '.', {
      NODE_OPTIONS: `--import ${agent('loop-delay.js')}`,
      STARLING_BENCH_LOOP: this.loopPath,
    });
  }

  async start(deadlineMs: number): Promise<void> {
    await this.program.event('ready', deadlineMs, ({ type }) => type === 'ready');
    const args = [agent('heartbeat.ts'), this.station.path('profile')];
    this.heartbeat = new Program(this.station, process.execPath, args);
    await this.heartbeat.line(/answerMs/, deadlineMs);
  }

  delays(from: number, to: number): DaemonDelays {
    const within = (lines: readonly string[]): Record<string, number>[] =>
      lines
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, number>)
        .filter(({ at = 0 }) => at >= from && at <= to + 1000);
    const loop = within(readFileSync(this.loopPath, 'utf8').split('\n'));
    const beats = within(this.heartbeat?.lines.map(({ text }) => text) ?? []);
    const column = (rows: readonly Record<string, number>[], name: string): number[] =>
      rows.map((row) => row[name] ?? 0);
    return {
      role: this.role,
      loopMs: column(loop, 'maxMs'),
      answerMs: column(beats, 'answerMs'),
      timerMs: column(beats, 'lateMs'),
    };
  }
}

/** Random bytes at the speed of a cipher; returns their hash. */
function makeFile(path: string, bytes: number): string {
  const cipher = createCipheriv('aes-128-ctr', randomBytes(16), randomBytes(16));
  const zeros = Buffer.alloc(CHUNK_BYTES);
  const hash = createHash('sha256');
  const file = openSync(path, 'w');
  for (let at = 0; at < bytes; at += CHUNK_BYTES) {
    const chunk = cipher.update(zeros.subarray(0, Math.min(CHUNK_BYTES, bytes - at)));
    hash.update(chunk);
    for (let done = 0; done < chunk.length;) done += writeSync(file, chunk, done);
  }
  closeSync(file);
  return hash.digest('hex');
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }))
    hash.update(chunk as Buffer);
  return hash.digest('hex');
}

function print({ conditions, fileBytes, seconds, processes, daemons }: Endurance): void {
  process.stdout.write(
    `endurance N=${conditions.receiverCount}: ${fileBytes / 1e9} GB in ${seconds.toFixed(0)} s, ` +
      `${(fileBytes / 1e6 / seconds).toFixed(1)} MB/s, every copy compared\n`,
  );
  for (const { role, peakMb } of processes) {
    const verdict = peakMb < RESIDENT_MB_MAX ? '' : `, above ${RESIDENT_MB_MAX}`;
    process.stdout.write(`  ${role}: at most ${peakMb.toFixed(0)} MB resident${verdict}\n`);
  }
  const text = (values: readonly number[]): string => {
    const over = values.filter((value) => value > BLOCKED_MS_MAX).length;
    return (
      `at worst ${Math.max(...values).toFixed(1)} ms, median of the seconds ${quantile(values, 0.5).toFixed(1)}, ` +
      `${over} of ${values.length} seconds above ${BLOCKED_MS_MAX}`
    );
  };
  for (const { role, loopMs, answerMs, timerMs } of daemons) {
    process.stdout.write(`  ${role}, event loop: ${text(loopMs)}\n`);
    process.stdout.write(`  ${role}, answers over HTTP: ${text(answerMs)}\n`);
    process.stdout.write(`  ${role}, a timer of a process beside it: ${text(timerMs)}\n`);
  }
}

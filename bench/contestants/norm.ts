/** NORM (RFC 5740) by libnorm, through the few lines of norm.c. Its congestion control is off: it is slower with it. */
import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { snapshot } from '../contestant.ts';
import type { Contestant, Finished, Snapshot, Source } from '../contestant.ts';
import { Program } from '../program.ts';
import { temporaryFolder } from '../rig.ts';
import type { Conditions, Rig } from '../rig.ts';

const MBIT = 1_000_000;

export const norm: Contestant = {
  name: 'norm',
  tunings,
  run,
};

/** Rate in Mbit/s, then data, parity and proactive parity segments of a block. */
function tunings({ limitMbit, receiverCount, lossPercent }: Conditions): readonly string[] {
  const rates =
    limitMbit === undefined
      ? [0.5, 1].map((share) => Math.round((share * 1000) / receiverCount))
      : [limitMbit * 0.97];
  const proactive = lossPercent === 0 ? 0 : Math.min(16, Math.ceil(0.64 * lossPercent) + 1);
  return rates.flatMap((rate) => [
    `${rate} 64 16 0`,
    ...(proactive > 0 ? [`${rate} 64 16 ${proactive}`] : []),
  ]);
}

let program: string | undefined;

function compiled(): string {
  if (program !== undefined) return program;
  const binary = join(temporaryFolder(), 'norm');
  execFileSync('gcc', ['-O2', '-o', binary, resolve(import.meta.dirname, '../norm.c'), '-lnorm'], {
    stdio: 'pipe',
  });
  program = binary;
  return binary;
}

async function run(rig: Rig, file: Source, tuning = '97 64 16 0', deadlineMs: number): Promise<Finished> {
  const binary = compiled();
  const [rate, ...code] = tuning.split(' ');
  const copies = rig.receivers.map((station) => station.path('out', 'copy'));
  const receivers = rig.receivers.map(
    (station, index) =>
      new Program(station, binary, ['receive', station.folder, copies[index]!, String(index + 1)]),
  );
  await Promise.all(receivers.map((one) => one.line(/^ready/, deadlineMs)));
  const before = snapshot(rig, undefined, receivers);
  const bits = String(Number(rate) * MBIT);
  const sender = new Program(rig.sender, binary, [
    'send',
    file.path,
    bits,
    String(receivers.length),
    ...code,
  ]);
  const look = (): Snapshot => snapshot(rig, sender, receivers);
  const started = await sender.line(/^started/, deadlineMs);
  const start = { ...look(), atMs: started.atMs };
  const done = await sender.line(/^done ([\d.]+)/, deadlineMs);
  const end = { ...look(), atMs: done.atMs };
  await Promise.all(receivers.map((one) => one.line(/^done/, deadlineMs)));
  await sender.success(deadlineMs);
  const commandEnd = { ...look(), atMs: sender.endedAtMs! };
  for (const one of receivers) one.end('SIGKILL');
  return {
    command: { start: { ...before, atMs: sender.startedAtMs }, end: commandEnd },
    transfer: { start, end },
    claimedS: Number(done.match[1]),
    copies,
    tuning,
  };
}

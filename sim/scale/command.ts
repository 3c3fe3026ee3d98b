/** `npm run sim -- --scale`: one file to 1 … 1000 receivers, as a table and as JSON that a chart can be made of. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { runScale, type ScaleResult } from './transfer.ts';

const RECEIVERS = '1,2,4,8,16,32,64,128,300,1000';
const LOSSES = '0.01,0.05,0.1,0.2';
const LIARS = ['impostor', 'crowd'] as const;
const RECEIVERS_MAX = 2000;

export const SCALE_USAGE = `       npm run sim -- --scale [--receivers LIST] [--loss LIST] [--mebibytes M] [--megabits M] [--seed S] [--json FILE]
  --receivers    how many, comma separated (${RECEIVERS})
  --loss         of each member's way in, comma separated (${LOSSES})
  --mebibytes    size of the file (64)
  --megabits     of everybody's cable, a second (100)
  --dying        receivers whose cable is pulled after a second (0)
  --liar         ${LIARS.join(' or ')}: somebody who reports that everything is missing (nobody)
  --json         writes what is printed, and more, to a file
  --verbose      packets by type`;

/** Runs the sizes and losses asked for, one after the other; undefined on a usage error. */
export function scaleCommand(args: readonly string[]): number | undefined {
  const flags = readFlags(args);
  if (flags === undefined) return undefined;
  process.stdout.write(`${HEADINGS.join('  ')}\n`);
  const results: ScaleResult[] = [];
  for (const loss of flags.losses) {
    for (const receiverCount of flags.receivers) {
      const { fileBytes, megabitsPerSecond, seed, dying, liar } = flags;
      const result = runScale({
        seed,
        receiverCount,
        loss,
        fileBytes,
        megabitsPerSecond,
        ...(dying > 0 && { dying }),
        ...(liar !== undefined && { liar }),
      });
      results.push(result);
      process.stdout.write(`${line(result)}\n`);
      if (flags.verbose) process.stdout.write(`${JSON.stringify(result.packetsByType)}\n`);
    }
  }
  if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(results, undefined, 2)}\n`);
  const isWhole = results.every(
    (result) => result.completeCount >= result.receiverCount - flags.dying && result.knownCount > 0,
  );
  return isWhole ? 0 : 1;
}

const HEADINGS = [
  'loss',
  '   N',
  'wire  ',
  'feedback',
  '/receiver',
  'packets',
  'peak/ms',
  'complete',
  'known   ',
  'after pass',
  'real',
];

function line(result: ScaleResult): string {
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`.padStart(8);
  return [
    `${(100 * result.loss).toFixed(0).padStart(2)} %`,
    String(result.receiverCount).padStart(4),
    result.wire.toFixed(4),
    `${(100 * result.feedback).toFixed(3)} %`.padStart(8),
    `${result.feedbackBytesPerReceiver.toFixed(0)} B`.padStart(9),
    String(result.feedbackPackets).padStart(7),
    String(result.packetsPerMsMax).padStart(7),
    seconds(result.completeMs),
    seconds(result.knownMs),
    seconds(result.afterFirstPassMs).padStart(10),
    `${(result.realMs / 1000).toFixed(0)} s, ${result.residentMiB} MiB, ${result.exact ? 'bytes' : 'ranks'}`,
    `${result.completeCount}/${result.receiverCount} ${result.fingerprint}`,
  ].join('  ');
}

function readFlags(args: readonly string[]) {
  const text = (value: string) => ({ type: 'string', default: value }) as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        scale: { type: 'boolean' },
        receivers: text(RECEIVERS),
        loss: text(LOSSES),
        mebibytes: text('64'),
        megabits: text('100'),
        seed: text('1'),
        dying: text('0'),
        liar: { type: 'string' },
        json: { type: 'string' },
        verbose: { type: 'boolean', default: false },
      },
    });
    const receivers = values.receivers.split(',').map(Number);
    const losses = values.loss.split(',').map(Number);
    const numbers = [values.mebibytes, values.megabits].map(Number);
    const isValid =
      receivers.every((count) => Number.isInteger(count) && count >= 1 && count <= RECEIVERS_MAX) &&
      losses.every((loss) => loss >= 0 && loss <= 0.9) &&
      numbers.every((value) => value > 0 && Number.isFinite(value)) &&
      [values.seed, values.dying].every((value) => Number.isSafeInteger(Number(value)) && Number(value) >= 0);
    const liar = LIARS.find((kind) => kind === values.liar);
    if (!isValid || (values.liar !== undefined && liar === undefined)) return undefined;
    const [mebibytes, megabitsPerSecond] = numbers as [number, number];
    return {
      receivers,
      losses,
      fileBytes: Math.round(mebibytes * 2 ** 20),
      megabitsPerSecond,
      seed: Number(values.seed),
      dying: Number(values.dying),
      liar,
      json: values.json,
      verbose: values.verbose,
    };
  } catch {
    return undefined;
  }
}

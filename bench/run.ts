/** `npm run bench`: Starling beside its peers, in one rig and one run. `--help` says how; bench/README.md says what. */
import { starling } from './contestants/starling.ts';
import { uftp } from './contestants/uftp.ts';
import type { Contestant } from './contestant.ts';
import { measureCell } from './measurements/transfer.ts';
import { readOptions, USAGE } from './options.ts';
import { turns } from './turn.ts';

const MB = 1_000_000;
const options = readOptions(process.argv.slice(2));
if (options.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}

const all: readonly Contestant[] = [
  starling('starling', options.tree, 'fast'),
  starling('starling-portable', options.tree, 'portable'),
  uftp,
];
const named = (name: string): Contestant => {
  const found = all.find((contestant) => contestant.name === name);
  if (found === undefined)
    throw new Error(`no contestant ${name}; there are ${all.map((one) => one.name).join(', ')}`);
  return found;
};
const contestants = (options.contestants ?? ['starling', 'uftp']).map(named);
const takeTurn = turns(options.lock);
for (const limitMbit of options.limits ?? [100]) {
  for (const receiverCount of options.receivers ?? [8]) {
    for (const lossPercent of options.lossPercents ?? [0]) {
      const conditions = { receiverCount, lossPercent, limitMbit, queueMs: options.queueMs };
      await measureCell(contestants, conditions, (options.sizeMb ?? 50) * MB, options.rounds ?? 3, takeTurn);
    }
  }
}

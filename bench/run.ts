/** `npm run bench`: Starling beside its peers, in one rig and one run. `--help` says how; bench/README.md says what. */
import { installMissing, reasonToSkip } from '../test/system.ts';
import { readOptions, USAGE } from './options.ts';
import { MEASUREMENTS } from './plan.ts';
import type { Measurement } from './plan.ts';
import { writeReport } from './report/write.ts';
import { turns } from './turn.ts';

const options = readOptions(process.argv.slice(2));
if (options.help) process.stdout.write(USAGE);
else if (options.report) writeReport();
else if (options.list) {
  for (const { name, what } of MEASUREMENTS) process.stdout.write(`${name.padEnd(10)} ${what}\n`);
} else await measure();

async function measure(): Promise<void> {
  installMissing(['lab', 'bench']);
  for (const suite of ['lab', 'bench'] as const) {
    const reason = reasonToSkip(suite);
    if (reason !== undefined) throw new Error(`the bench cannot run here: ${reason}`);
  }
  const { take, end } = turns(options.lock);
  for (const measurement of chosen()) {
    process.stdout.write(`\n# ${measurement.name}: ${measurement.what}\n`);
    await measurement.run(options, take).catch((error: unknown) => {
      // What others give is worth having all the same.
      process.exitCode = 1;
      process.stdout.write(
        `${measurement.name} failed: ${error instanceof Error ? error.message : String(error)}\n`,
      );
    });
  }
  await end();
  // A part, or a quick look, is for whoever asked for it; the page is written from all of it.
  if (options.only.length === 0 && !options.quick) writeReport();
}

function chosen(): readonly Measurement[] {
  if (options.only.length === 0) {
    return MEASUREMENTS.filter((one) => one.onlyByName !== true && !(options.quick && one.notQuick === true));
  }
  return options.only.map((name) => {
    const found = MEASUREMENTS.find((one) => one.name === name);
    if (found === undefined) throw new Error(`there is no measurement ${name}; --list shows what there is`);
    return found;
  });
}

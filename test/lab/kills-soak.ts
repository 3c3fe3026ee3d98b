/** `node test/lab/kills-soak.ts [--seed S] [--kills N] [--runs K]`: many kills, in runs of their own seeds. */
import { parseArgs } from 'node:util';
import { KillRun } from './kills.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    kills: { type: 'string', default: '20' },
    runs: { type: 'string', default: '10' },
  },
});
const [firstSeed, kills, runs] = [Number(values.seed), Number(values.kills), Number(values.runs)];
let failed = 0;
for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
  const run = new KillRun({ seed, kills });
  const startMs = performance.now();
  try {
    const { files, messages } = await run.run();
    const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
    process.stdout.write(
      `seed ${seed}: ${kills} kills, ${files} files, ${messages} messages, ${seconds} s\n`,
    );
  } catch (error) {
    failed++;
    process.stdout.write(
      `seed ${seed}: ${String(error)}\n  replay: node test/lab/kills-soak.ts --seed ${seed} --runs 1\n`,
    );
  } finally {
    run.close();
  }
}
process.exitCode = failed === 0 ? 0 : 1;

/** `npm run soak`: the simulator for long, with what arguments follow; then real processes, killed 200 times. */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { reasonToSkip } from '../test/system.ts';

const root = resolve(import.meta.dirname, '..');
const run = (...args: string[]): boolean =>
  spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status === 0;

const simulated = run('sim/run.ts', '--soak', ...process.argv.slice(2));
const skipped = reasonToSkip('lab');
if (skipped !== undefined) process.stdout.write(`no kills: ${skipped}\n`);
const built = skipped === undefined && run('scripts/build.ts', '--if-needed');
const survived =
  skipped !== undefined || (built && run('test/lab/kills-soak.ts', '--runs', '10', '--kills', '20'));
process.exitCode = simulated && survived ? 0 : 1;

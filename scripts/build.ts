/**
 * Builds what `bin/starling.js` runs: `dist/cli.js`, `dist/engine-worker.js` and `dist/pack-worker.js`, each one file with everything in
 * it, and the page in `dist/web`. `--if-needed` does nothing where no input is newer than the last build.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build as bundle } from 'esbuild';
import { build as buildPage } from 'vite';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');
/** Written last, so that a build that was interrupted counts as none. */
const stamp = join(dist, '.built');
const INPUTS = ['src', 'scripts/build.ts', 'package.json', 'package-lock.json'];

if (process.argv.includes('--if-needed') && isCurrent()) process.exit(0);
await build();

async function build(): Promise<void> {
  mkdirSync(dist, { recursive: true });
  rmSync(stamp, { force: true });
  const started = Date.now();
  await bundle({
    entryPoints: {
      cli: join(root, 'src/cli/main.ts'),
      'engine-worker': join(root, 'src/io/engine-worker.ts'),
      'pack-worker': join(root, 'src/io/pack/pack-worker.ts'),
    },
    outdir: dist,
    bundle: true,
    platform: 'node',
    target: 'node26',
    format: 'esm',
    // Native helpers that `ws` takes where they are installed; it does without.
    external: ['bufferutil', 'utf-8-validate'],
    // CommonJS packages in the bundle ask for Node's own modules.
    banner: {
      js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
    },
    legalComments: 'eof',
    logLevel: 'warning',
  });
  const page = join(root, 'src/web/index.html');
  if (existsSync(page)) {
    await buildPage({ configFile: join(root, 'src/web/vite.config.ts'), logLevel: 'warn' });
  }
  writeFileSync(stamp, '');
  process.stdout.write(`Built in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}

function isCurrent(): boolean {
  const builtAt = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs;
  if (builtAt === undefined) return false;
  return INPUTS.every((input) => newest(join(root, input)) < builtAt);
}

/** The latest change of a file, or of anything in a folder; a deletion changes the folder itself. */
function newest(path: string): number {
  const status = statSync(path);
  if (!status.isDirectory()) return status.mtimeMs;
  const below = readdirSync(path).filter((name) => !/\.test\.tsx?$/.test(name));
  return Math.max(status.mtimeMs, ...below.map((name) => newest(join(path, name))));
}

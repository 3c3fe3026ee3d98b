/**
 * `npm test`: builds, then runs every suite that this machine can run; `npm run verify` (`--verify`) checks lint,
 * format and dead code too. The last line is `N passed, N failed`, with skips where there are any. What cannot run
 * here is skipped with its reason, and where CI is set a skip is a failure.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { installMissing, PATH, reasonToSkip } from './system.ts';
import type { Suite } from './system.ts';

const root = resolve(import.meta.dirname, '..');
const reports = join(root, 'build', 'reports');
const verify = process.argv.includes('--verify');
const inCi = !['', '0', 'false'].includes(process.env['CI'] ?? '');

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}
interface Step {
  readonly name: string;
  /** Path of a program of node_modules or of ours, and its arguments; run by this Node. */
  readonly command: readonly string[];
  /** Where counts come from; a step without a report counts as one test. */
  readonly report?: { readonly file: string; readonly read: (json: unknown) => Counts };
  readonly needs?: Suite;
  readonly minutesMax: number;
}

const bin = {
  tsc: 'node_modules/typescript/bin/tsc',
  oxlint: 'node_modules/oxlint/bin/oxlint',
  oxfmt: 'node_modules/oxfmt/bin/oxfmt',
  knip: 'node_modules/knip/bin/knip.js',
  vitest: 'node_modules/vitest/vitest.mjs',
  playwright: 'node_modules/@playwright/test/cli.js',
} as const;

function vitest(project: string, minutesMax: number, needs?: Suite): Step {
  const file = join(reports, `${project}.json`);
  const output = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  return {
    name: project,
    command: [bin.vitest, 'run', '--project', project, ...output],
    report: { file, read: readVitest },
    minutesMax,
    ...(needs === undefined ? {} : { needs }),
  };
}

const checks: readonly Step[] = [
  { name: 'lint', command: [bin.oxlint, '--type-aware'], minutesMax: 3 },
  { name: 'format', command: [bin.oxfmt, '--check'], minutesMax: 1 },
  { name: 'dead code', command: [bin.knip], minutesMax: 2 },
];
const e2eReport = join(reports, 'e2e.json');
const steps: readonly Step[] = [
  { name: 'build', command: ['scripts/build.ts'], minutesMax: 3 },
  { name: 'types', command: [bin.tsc, '-b'], minutesMax: 3 },
  ...(verify ? checks : []),
  vitest('unit', 8),
  vitest('network', 5, 'lab'),
  vitest('lab', 8, 'lab'),
  {
    name: 'e2e',
    command: [bin.playwright, 'test', '--reporter=list,json'],
    report: { file: e2eReport, read: readPlaywright },
    needs: 'e2e',
    minutesMax: 8,
  },
];

function readVitest(json: unknown): Counts {
  const report = json as Record<
    'numPassedTests' | 'numFailedTests' | 'numPendingTests' | 'numTodoTests',
    number
  >;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function readPlaywright(json: unknown): Counts {
  const { stats } = json as { stats: Record<'expected' | 'unexpected' | 'flaky' | 'skipped', number> };
  // One that passed at its second try did not pass.
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped };
}

/** The exit status; null where a signal, or the time limit, ended it. */
function execute(step: Step): Promise<number | null> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [...step.command], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, PATH, PLAYWRIGHT_JSON_OUTPUT_FILE: e2eReport },
    });
    const stop = (): void => void child.kill('SIGTERM');
    const limit = setTimeout(() => {
      process.stdout.write(`${step.name}: stopped after ${step.minutesMax} minutes\n`);
      stop();
      setTimeout(() => child.kill('SIGKILL'), 10_000).unref();
    }, step.minutesMax * 60_000);
    process.on('SIGTERM', stop);
    child.on('error', (error) => {
      process.stdout.write(`${step.name}: ${error.message}\n`);
      clearTimeout(limit);
      done(1);
    });
    child.on('exit', (status) => {
      clearTimeout(limit);
      process.off('SIGTERM', stop);
      done(status);
    });
  });
}

async function runStep(step: Step): Promise<Counts> {
  if (step.report !== undefined) rmSync(step.report.file, { force: true });
  const status = await execute(step);
  if (step.report === undefined)
    return { passed: Number(status === 0), failed: Number(status !== 0), skipped: 0 };
  try {
    const counts = step.report.read(JSON.parse(readFileSync(step.report.file, 'utf8')));
    // A runner that fails without a failed test (a file that does not load, say) has still failed.
    return status === 0 ? counts : { ...counts, failed: Math.max(1, counts.failed) };
  } catch {
    process.stdout.write(`${step.name}: ended with status ${status} and left no report\n`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

async function main(): Promise<number> {
  mkdirSync(reports, { recursive: true });
  installMissing(['lab', 'e2e']);
  const rows: string[] = [];
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const step of steps) {
    process.stdout.write(`\n== ${step.name}\n`);
    const startMs = Date.now();
    const reason = step.needs === undefined ? undefined : reasonToSkip(step.needs);
    const counts = reason === undefined ? await runStep(step) : { passed: 0, failed: 0, skipped: 1 };
    const seconds = ((Date.now() - startMs) / 1000).toFixed(0);
    const skipped = counts.skipped === 0 ? '' : `, ${counts.skipped} skipped`;
    const why = reason === undefined ? '' : `: ${reason}`;
    rows.push(
      `${step.name.padEnd(10)} ${counts.passed} passed, ${counts.failed} failed${skipped} (${seconds} s)${why}`,
    );
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
    // Without a build, what follows would test an old one.
    if (step.name === 'build' && counts.failed > 0) break;
  }
  process.stdout.write(`\n${rows.join('\n')}\n`);
  const skipFails = inCi && total.skipped > 0;
  if (skipFails) process.stdout.write('CI is set: what was skipped counts as failed.\n');
  const skipped = total.skipped === 0 ? '' : `, ${total.skipped} skipped`;
  process.stdout.write(`\n${total.passed} passed, ${total.failed} failed${skipped}\n`);
  return total.failed > 0 || skipFails ? 1 : 0;
}

process.exitCode = await main();

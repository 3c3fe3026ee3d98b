/**
 * `npm run demo [-- N]`: N people (3) on this one computer, to try Starling with. Each has a profile of its own in a
 * temporary folder, on loopback only, and a browser tab. Ctrl-C ends them and deletes everything.
 */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const BIRDS = [
  'Finch',
  'Heron',
  'Wren',
  'Robin',
  'Plover',
  'Lark',
  'Swift',
  'Jay',
  'Linnet',
  'Siskin',
] as const;
const PEOPLE_DEFAULT = 3;
/** A daemon that has not ended by then is killed. */
const STOP_MS_MAX = 8_000;

const root = resolve(import.meta.dirname, '..');

await main(process.argv[2]);

async function main(wanted: string | undefined): Promise<void> {
  const count = Number(wanted ?? PEOPLE_DEFAULT);
  if (!Number.isInteger(count) || count < 1 || count > BIRDS.length) {
    process.stderr.write(`npm run demo -- N: N is a number of people from 1 to ${BIRDS.length}.\n`);
    process.exitCode = 2;
    return;
  }
  const built = spawnSync(process.execPath, ['scripts/build.ts', '--if-needed'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (built.status !== 0) {
    process.exitCode = 1;
    return;
  }
  process.stdout.write(
    'Each address opens once, within a minute. Ctrl-C ends the demo and deletes its profiles.\n',
  );
  const folder = mkdtempSync(join(tmpdir(), 'starling-demo-'));
  const people = BIRDS.slice(0, count).map((name) => startPerson(name, join(folder, name)));
  let asked = false;
  const stop = (): void => {
    // The second Ctrl-C does not wait.
    for (const person of people) person.kill(asked ? 'SIGKILL' : 'SIGTERM');
    asked = true;
    setTimeout(() => people.forEach((person) => person.kill('SIGKILL')), STOP_MS_MAX).unref();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  await Promise.all(people.map(ended));
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.stdout.write(`${asked ? '' : 'Nobody is left. '}The demo is over; its profiles are deleted.\n`);
  process.exitCode = asked || people.every((person) => person.exitCode === 0) ? 0 : 1;
}

/** Starts one person's daemon, which opens its tab where there is a display; prints the address in any case. */
function startPerson(name: string, folder: string): ChildProcess {
  const flags = [
    '--json',
    '--interface=lo',
    `--name=${name}`,
    `--profile=${join(folder, 'profile')}`,
    `--downloads=${join(folder, 'downloads')}`,
  ];
  const child = spawn(process.execPath, [join(root, 'bin/starling.js'), 'up', ...flags], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    // Ctrl-C reaches this process alone, which then ends the daemons one way only.
    detached: process.platform !== 'win32',
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const url = readyUrl(line);
    if (url !== undefined) process.stdout.write(`${name.padEnd(8)} ${url}\n`);
  });
  return child;
}

function readyUrl(line: string): string | undefined {
  try {
    const event: unknown = JSON.parse(line);
    const ready = event as { readonly type?: unknown; readonly url?: unknown };
    return ready.type === 'ready' && typeof ready.url === 'string' ? ready.url : undefined;
  } catch {
    return undefined;
  }
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((done) => {
    child.once('exit', () => done());
    child.once('error', () => done());
  });
}

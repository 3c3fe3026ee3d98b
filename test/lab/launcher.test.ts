/** The launcher, by the pinned Node and by whatever Node the machine has: its end is the end of everything it started. */
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JsonLines } from './json-lines.ts';
import { openNetwork } from './network.ts';
import type { Network, NetworkHost } from './network.ts';
import { Person } from './person.ts';

/** The first Node of the PATH that is not ours: what a person's `npm start` begins with. */
function nodeOfTheMachine(): string | undefined {
  const found = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .map((folder) => join(folder, 'node'))
    .find((path) => existsSync(path));
  return found === undefined ? undefined : realpathSync(found);
}

const machineNode = nodeOfTheMachine();
const nodes: [string, string][] = [['the pinned Node', process.execPath]];
if (machineNode !== undefined) nodes.push(["the machine's Node", machineNode]);

let network: Network;
let host: NetworkHost;
let person: Person;
beforeEach(() => {
  network = openNetwork(1);
  host = network.hosts[0]!;
  person = new Person('Finch', host);
});
afterEach(() => {
  network.close();
  person.forget();
});

const processesIn = ({ namespace }: NetworkHost): string =>
  spawnSync('ip', ['netns', 'pids', namespace], { encoding: 'utf8' }).stdout.trim();

async function untilEmpty(timeoutMs: number): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  while (processesIn(host) !== '' && performance.now() < endMs) {
    await new Promise((done) => setTimeout(done, 50));
  }
  expect(processesIn(host)).toBe('');
}

describe.each(nodes)('bin/starling.js run by %s', (_, node) => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL'] as const)(
    'leaves no process behind on %s',
    async (signal) => {
      const up = person.startWith(node, 'up', '--no-open');
      await up.find('ready', 15_000, (event) => event.type === 'ready');
      up.kill(signal);
      const status = await up.exited;
      if (signal !== 'SIGKILL') expect(status).toBe(0);
      await untilEmpty(5000);
    },
  );

  it('a second `up` says where the first is, and `stop` ends it', async () => {
    const up = person.startWith(node, 'up', '--no-open');
    const first = await up.find('ready', 15_000, (event) => event.type === 'ready');
    const second = person.startWith(node, 'up', '--no-open');
    expect(await second.exited, second.errors).toBe(0);
    const again = second.events.find((event) => event.type === 'ready');
    expect(new URL(again?.['url']).host).toBe(new URL(first['url']).host);
    expect((await person.run('stop')).status).toBe(0);
    expect(await up.exited).toBe(0);
    await untilEmpty(5000);
  });

  it('mirrors the exit status', async () => {
    const wrong = person.startWith(node, 'fly');
    expect(await wrong.exited).toBe(2);
  });
});

/** npm as a person has it: run by the machine's Node, or by ours where there is no other. */
describe('npm start', () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'leaves no process behind when npm itself gets %s',
    async (signal) => {
      const script = '"npm_lifecycle_event=start" "$0" "$1" up --no-open --json --profile "$2"; true';
      const shell = host.spawn(
        'sh',
        [
          '-c',
          // What npm does: a process that waits for a shell that waits for Starling.
          `sh -c 'env ${script}' "$0" "$1" "$2"; true`,
          machineNode ?? process.execPath,
          resolve(import.meta.dirname, '../../bin/starling.js'),
          person.profile,
        ],
        {
          cwd: person.folder,
          stdio: ['ignore', 'pipe', 'pipe'],
          env: { PATH: process.env['PATH'], HOME: person.folder, CI: 'true' },
        },
      );
      const lines = new JsonLines(shell, 'npm start');
      await lines.find('ready', 15_000, (event) => event.type === 'ready');
      shell.kill(signal);
      await untilEmpty(8000);
    },
  );
});

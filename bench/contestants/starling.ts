/** The built product, as a person runs it: `receive` at every receiver, `send --expect N` at the sender. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { snapshot } from '../contestant.ts';
import type { Contestant, Finished, Snapshot } from '../contestant.ts';
import { Program } from '../program.ts';
import type { Rig, SourceFile, Station } from '../rig.ts';

export type Sockets = 'fast' | 'portable';

export interface StarlingEvent {
  readonly type: string;
  readonly atMs: number;
  readonly [key: string]: any;
}

/** A `starling` command in a station, with the station's own profile. */
export class StarlingProgram extends Program {
  readonly events: StarlingEvent[] = [];
  #parsed = 0;

  /** `folder`: of the profile and the downloads, where a station has several. */
  constructor(
    tree: string,
    station: Station,
    name: string,
    sockets: Sockets,
    args: readonly string[],
    folder = '.',
    env: NodeJS.ProcessEnv = {},
  ) {
    const flags = ['--json', '--interface', 'eth0', '--name', name];
    const profile = station.path(folder, 'profile');
    const folders = ['--profile', profile, '--downloads', station.path(folder, 'downloads')];
    const launcher = join(tree, 'bin', 'starling.js');
    super(station, process.execPath, [launcher, ...args, ...flags, ...folders], {
      PATH: process.env['PATH'],
      HOME: station.folder,
      LANG: 'C.UTF-8',
      CI: 'true',
      // Insisted on, so that nobody measures the wrong one.
      STARLING_SOCKETS: sockets,
      ...env,
    });
  }

  /** The first event, seen or to come, for which `check` holds. */
  event(what: string, deadlineMs: number, check: (event: StarlingEvent) => boolean): Promise<StarlingEvent> {
    let next = 0;
    return this.until(what, deadlineMs, () => {
      this.parse();
      while (next < this.events.length) {
        const event = this.events[next++]!;
        if (check(event)) return event;
      }
      return undefined;
    });
  }

  /** Brings `events` up to date. */
  parse(): void {
    while (this.#parsed < this.lines.length) {
      const { text, atMs } = this.lines[this.#parsed++]!;
      // Standard error holds sentences.
      if (text.startsWith('{')) this.events.push({ ...(JSON.parse(text) as { type: string }), atMs });
    }
  }
}

export function starling(name: string, tree: string, sockets: Sockets): Contestant {
  if (!existsSync(join(tree, 'dist'))) throw new Error(`${tree} is not built: run \`npm run build\` there`);
  return {
    name,
    tunings: () => [],
    run: (rig, file, _tuning, deadlineMs) => run(tree, sockets, rig, file, deadlineMs),
  };
}

async function run(
  tree: string,
  sockets: Sockets,
  rig: Rig,
  file: SourceFile,
  deadlineMs: number,
): Promise<Finished> {
  const receivers = rig.receivers.map(
    (station, index) =>
      new StarlingProgram(tree, station, `Bird${index}`, sockets, ['receive', '--count', '1']),
  );
  await Promise.all(receivers.map((one) => one.event('ready', deadlineMs, ({ type }) => type === 'ready')));
  const before = snapshot(rig, undefined, receivers);
  const args = ['send', file.path, '--expect', String(receivers.length)];
  const sender = new StarlingProgram(tree, rig.sender, 'Sender', sockets, args);
  const look = (): Snapshot => snapshot(rig, sender, receivers);

  const offered = await sender.event('the offer', deadlineMs, ({ type }) => type === 'transfer-offered');
  const start = { ...look(), atMs: offered.atMs };
  let doneCount = 0;
  const last = await sender.event('every member', deadlineMs, (event) => {
    if (event.type === 'transfer-failed') throw new Error(`transfer-failed: ${event['reason']}`);
    return (
      event.type === 'transfer-done' && event['member'] !== undefined && ++doneCount === receivers.length
    );
  });
  const end = { ...look(), atMs: last.atMs };
  await sender.success(deadlineMs);
  const commandEnd = { ...look(), atMs: sender.endedAtMs! };
  await Promise.all(receivers.map((one) => one.success(deadlineMs)));
  return {
    command: { start: { ...before, atMs: sender.startedAtMs }, end: commandEnd },
    transfer: { start, end },
    copies: rig.receivers.map((station) => join(station.folder, 'downloads', basename(file.path))),
  };
}

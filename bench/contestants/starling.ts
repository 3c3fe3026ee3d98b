/** The built product, as a person runs it: `receive` at every receiver, `send --expect N` at the sender. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { snapshot } from '../contestant.ts';
import type { Contestant, Finished, Snapshot, Source } from '../contestant.ts';
import { Program } from '../program.ts';
import type { Rig, Station } from '../rig.ts';

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

/** Where, and who does the work: the command itself, or a daemon that runs before. */
export type Setting = 'command in lobby' | 'daemon in lobby' | 'daemon in private room';

export function starling(
  name: string,
  tree: string,
  sockets: Sockets,
  setting: Setting = 'command in lobby',
): Contestant {
  if (!existsSync(join(tree, 'dist'))) throw new Error(`${tree} is not built: run \`npm run build\` there`);
  return {
    name,
    tunings: () => [],
    run: async (rig, file, _tuning, deadlineMs) => {
      const bench = new Bench(tree, sockets, rig, deadlineMs);
      if (setting === 'command in lobby') return await bench.byCommands(file);
      return await bench.byDaemons(file, setting === 'daemon in private room');
    },
  };
}

const PRIVATE_ROOM = 'crew';

class Bench {
  readonly #tree: string;
  readonly #sockets: Sockets;
  readonly #rig: Rig;
  readonly #deadlineMs: number;

  constructor(tree: string, sockets: Sockets, rig: Rig, deadlineMs: number) {
    this.#tree = tree;
    this.#sockets = sockets;
    this.#rig = rig;
    this.#deadlineMs = deadlineMs;
  }

  /** Each command runs the network itself. */
  async byCommands(file: Source): Promise<Finished> {
    return await this.#transfer(file, []);
  }

  /** Daemons do the work, and theirs is the processor time. */
  async byDaemons(file: Source, inPrivate: boolean): Promise<Finished> {
    const sender = this.#program(this.#rig.sender, 'Sender', ['up', '--no-open']);
    const receivers = this.#rig.receivers.map((station, index) =>
      this.#program(station, `Bird${index}`, ['up', '--no-open']),
    );
    await Promise.all([sender, ...receivers].map((one) => this.#ready(one)));
    if (!inPrivate) return await this.#transfer(file, [], { sender, receivers });
    await this.#command(['create', PRIVATE_ROOM]);
    for (const index of receivers.keys())
      await this.#command(['add', `Bird${index}`, '--room', PRIVATE_ROOM]);
    return await this.#transfer(file, ['--room', PRIVATE_ROOM], { sender, receivers });
  }

  async #transfer(
    file: Source,
    flags: readonly string[],
    daemons?: { readonly sender: StarlingProgram; readonly receivers: readonly StarlingProgram[] },
  ): Promise<Finished> {
    const deadlineMs = this.#deadlineMs;
    const receivers = this.#rig.receivers.map((station, index) =>
      this.#program(station, `Bird${index}`, ['receive', '--count', '1', ...flags]),
    );
    await Promise.all(receivers.map((one) => this.#ready(one)));
    const workers = daemons?.receivers ?? receivers;
    const before = snapshot(this.#rig, daemons?.sender, workers);
    const args = ['send', file.path, '--expect', String(receivers.length), ...flags];
    const sender = this.#program(this.#rig.sender, 'Sender', args);
    const look = (): Snapshot => snapshot(this.#rig, daemons?.sender ?? sender, workers);

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
      copies: this.#rig.receivers.map((station) => join(station.folder, 'downloads', basename(file.path))),
    };
  }

  #program(station: Station, name: string, args: readonly string[]): StarlingProgram {
    return new StarlingProgram(this.#tree, station, name, this.#sockets, args);
  }

  async #ready(program: StarlingProgram): Promise<void> {
    await program.event('ready', this.#deadlineMs, ({ type }) => type === 'ready');
  }

  async #command(args: readonly string[]): Promise<void> {
    await this.#program(this.#rig.sender, 'Sender', args).success(this.#deadlineMs);
  }
}

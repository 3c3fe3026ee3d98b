/** A person with a profile on a host of the lab, who uses Starling as a stranger would: by `bin/starling.js --json`. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { JsonLines } from './json-lines.ts';
import type { NetworkHost } from './network.ts';

const root = resolve(import.meta.dirname, '../..');

export class Person {
  readonly name: string;
  readonly host: NetworkHost;
  readonly folder: string;
  readonly profile: string;
  readonly downloads: string;
  readonly #flags: readonly string[];
  readonly #env: NodeJS.ProcessEnv;

  constructor(
    name: string,
    host: NetworkHost,
    extraFlags: readonly string[] = [],
    env: NodeJS.ProcessEnv = {},
  ) {
    if (!existsSync(join(root, 'dist'))) throw new Error('there is no dist/: run `npm run build` first');
    this.name = name;
    this.host = host;
    this.folder = mkdtempSync(join(tmpdir(), `starling-lab-${name}-`));
    this.downloads = join(this.folder, 'downloads');
    this.profile = join(this.folder, 'profile');
    this.#flags = [
      '--json',
      '--profile',
      this.profile,
      '--name',
      name,
      '--downloads',
      this.downloads,
      ...extraFlags,
    ];
    this.#env = env;
  }

  /** `starling COMMAND ARGS… --json` with this person's profile. */
  start(command: string, ...args: string[]): JsonLines {
    return this.startWith(process.execPath, command, ...args);
  }

  /** The same, with the launcher run by another Node. */
  startWith(node: string, command: string, ...args: string[]): JsonLines {
    const child = this.host.spawn(node, [join(root, 'bin/starling.js'), command, ...this.#flags, ...args], {
      cwd: this.folder,
      stdio: ['pipe', 'pipe', 'pipe'],
      // A home of their own, so that nothing of the machine's user is read or written.
      env: { PATH: process.env['PATH'], HOME: this.folder, LANG: 'C.UTF-8', CI: 'true', ...this.#env },
    });
    return new JsonLines(child, `${this.name}: starling ${command}`);
  }

  /** Runs a one-shot command to its end. */
  async run(command: string, ...args: string[]): Promise<{ status: number | null; lines: JsonLines }> {
    const lines = this.start(command, ...args);
    return { status: await lines.exited, lines };
  }

  /** Says `text` through standard input, which takes any text. */
  async say(text: string): Promise<{ status: number | null; lines: JsonLines }> {
    const lines = this.start('say', '-');
    lines.child.stdin?.end(text);
    return { status: await lines.exited, lines };
  }

  /** Joins and stays: the process that hosts this profile. */
  async stay(): Promise<JsonLines> {
    const lines = this.start('watch');
    await lines.find('ready', 15_000, (event) => event.type === 'ready');
    return lines;
  }

  received(): string[] {
    return existsSync(this.downloads) ? readdirSync(this.downloads).toSorted() : [];
  }

  receivedBytes(name: string): Buffer {
    return readFileSync(join(this.downloads, name));
  }

  /** A file of this person's, outside the downloads. */
  pathFor(name: string): string {
    const outbox = join(this.folder, 'outbox');
    mkdirSync(outbox, { recursive: true });
    return join(outbox, name);
  }

  forget(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Names for hosts, in order. */
export const BIRDS = ['Finch', 'Heron', 'Wren', 'Robin', 'Swift', 'Lark'] as const;

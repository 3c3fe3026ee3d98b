/**
 * `starling` as it was built, on loopback and a port of its own, so that nothing else of the machine is heard. From its sources it
 * would start a second later, and these tests start a hundred and fifty.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join, resolve } from 'node:path';

const entry = resolve(import.meta.dirname, '../../dist/cli.js');
if (!existsSync(entry)) throw new Error('there is no dist/: run `npm run build` first');
export const loopback =
  Object.entries(networkInterfaces()).find(([, addresses]) => addresses?.[0]?.internal)?.[0] ?? 'lo';

const firstPort = 30_000 + 1600 * Math.floor(Math.random() * 15);
let ports = 0;
/** A port of multicast that no other test hears, with its fifteen of unicast. */
export const newUdpPort = (): number => firstPort + 16 * ports++;

export interface Line {
  readonly type: string;
  readonly [field: string]: any;
}

export interface Ended {
  readonly status: number | null;
  readonly lines: readonly Line[];
  readonly output: string;
  readonly errors: string;
}

export class Program {
  output = '';
  errors = '';
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;

  constructor(args: readonly string[], env: Record<string, string> = {}) {
    this.child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry, ...args], {
      env: { PATH: process.env['PATH'], LANG: 'C.UTF-8', CI: 'true', HOME: '/nonexistent', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.errors += text));
    this.ended = new Promise((done) =>
      this.child.on('close', (status) =>
        done({ status, lines: this.lines(), output: this.output, errors: this.errors }),
      ),
    );
  }

  /** Whole lines so far. */
  lines(): readonly Line[] {
    if (!this.output.startsWith('{')) return [];
    return this.output
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Line);
  }

  async find(type: string, timeoutMs = 45_000): Promise<Line> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const found = this.lines().find((line) => line.type === type);
      if (found !== undefined) return found;
      if (performance.now() > end) throw new Error(`no ${type}: ${this.output}${this.errors}`);
      await new Promise((done) => setTimeout(done, 20));
    }
  }
}

/** A profile in a folder, by the name of its owner. */
export class Profile {
  readonly folder: string;
  readonly downloads: string;
  readonly #name: string;
  readonly #port: number;

  constructor(root: string, name: string, port: number) {
    this.#name = name;
    this.#port = port;
    this.folder = join(root, name);
    this.downloads = join(root, `${name} downloads`);
  }

  get flags(): readonly string[] {
    const { folder, downloads } = this;
    const own = ['--profile', folder, '--downloads', downloads, '--name', this.#name];
    return [...own, '--interface', loopback, '--port', String(this.#port)];
  }

  start(...args: string[]): Program {
    return new Program([...args, ...this.flags, '--json']);
  }

  run(...args: string[]): Promise<Ended> {
    return this.start(...args).ended;
  }

  runPlainly(...args: string[]): Promise<Ended> {
    return new Program([...args, ...this.flags]).ended;
  }
}

/** A program in a station: its lines with the time they came, what processor time it took, and its end. */
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Station } from './rig.ts';

/** Clock ticks in a second in /proc/PID/stat: the same on every Linux that this runs on (`getconf CLK_TCK`). */
const TICKS = 100;
/** Runs the program and writes its own /proc/self/stat, which holds the time of the ended child, to a file. */
const WRAPPER = 'f=$1; shift; "$@"; s=$?; read -r line </proc/$$/stat; echo "$line" >"$f"; exit $s';
let programCount = 0;

export interface Line {
  readonly text: string;
  /** `performance.now()` */
  readonly atMs: number;
}

interface Stat {
  readonly parent: number;
  readonly ownS: number;
  readonly endedChildrenS: number;
}

function parseStat(text: string): Stat {
  // "pid (name) state ppid …"; the name may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const seconds = (index: number): number => Number(fields[index] ?? 0) / TICKS;
  return {
    parent: Number(fields[1]),
    ownS: seconds(11) + seconds(12),
    endedChildrenS: seconds(13) + seconds(14),
  };
}

function statOf(pid: number): Stat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

function childrenOf(pid: number): number[] {
  try {
    const listed = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return listed.split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Processor seconds of a process, its children that ended, and its living descendants. */
function treeSeconds(pid: number): number {
  const stat = statOf(pid);
  if (stat === undefined) return 0;
  const living = childrenOf(pid).reduce((sum, child) => sum + treeSeconds(child), 0);
  return stat.ownS + stat.endedChildrenS + living;
}

function leavesOf(pid: number): number[] {
  const children = childrenOf(pid);
  return children.length === 0 ? [pid] : children.flatMap(leavesOf);
}

function peaksUnder(pid: number): { readonly name: string; readonly peakMb: number }[] {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const name = `${/^Name:\s+(.*)$/m.exec(status)?.[1]} ${pid}`;
    const peakMb = (Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) * 1024) / 1e6;
    return [{ name, peakMb }, ...childrenOf(pid).flatMap(peaksUnder)];
  } catch {
    return [];
  }
}

export class Program {
  readonly child: ChildProcess;
  readonly startedAtMs = performance.now();
  /** Of standard output and standard error. */
  readonly lines: Line[] = [];
  readonly exited: Promise<number | null>;
  endedAtMs: number | undefined;
  readonly #statPath: string;
  readonly #what: string;
  readonly #waiting = new Set<() => void>();

  constructor(station: Station, program: string, args: readonly string[], env?: NodeJS.ProcessEnv) {
    this.#statPath = station.path(`stat-${programCount++}`);
    this.#what = `${program} ${args[0] ?? ''}`;
    this.child = station.host.spawn('sh', ['-c', WRAPPER, 'sh', this.#statPath, program, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      cwd: station.folder,
      ...(env === undefined ? {} : { env }),
    });
    for (const stream of [this.child.stdout, this.child.stderr]) this.#read(stream!);
    this.exited = new Promise((resolve) => {
      this.child.once('close', (status) => {
        this.endedAtMs = performance.now();
        for (const look of this.#waiting) look();
        resolve(status);
      });
    });
  }

  #read(stream: Readable): void {
    createInterface({ input: stream }).on('line', (text) => {
      this.lines.push({ text, atMs: performance.now() });
      for (const look of this.#waiting) look();
    });
  }

  /** Processor seconds so far, or of the whole run where it has ended. */
  cpuSeconds(): number {
    if (existsSync(this.#statPath)) {
      const text = readFileSync(this.#statPath, 'utf8');
      if (text !== '') return parseStat(text).endedChildrenS;
    }
    return this.child.pid === undefined ? 0 : treeSeconds(this.child.pid);
  }

  /** The most that each living process of it has had resident so far (VmHWM), by name and id. */
  residentPeaks(): readonly { readonly name: string; readonly peakMb: number }[] {
    const { pid } = this.child;
    return pid === undefined ? [] : childrenOf(pid).flatMap(peaksUnder);
  }

  /** The first value that `look` finds, looking again with every line; fails at the deadline and at the end. */
  until<T>(what: string, deadlineMs: number, look: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(check);
      };
      const fail = (why: string): void => {
        finish();
        const last = this.lines.slice(-6).map(({ text }) => text.slice(0, 300));
        reject(new Error([`${this.#what}: ${why} waiting for ${what}`, ...last].join('\n')));
      };
      const check = (): void => {
        const found = look();
        if (found !== undefined) {
          finish();
          resolve(found);
        } else if (this.endedAtMs !== undefined) fail('ended');
      };
      const timer = setTimeout(() => fail('time ran out'), Math.max(0, deadlineMs - performance.now()));
      this.#waiting.add(check);
      check();
    });
  }

  /** The first line, seen or to come, that matches. */
  line(
    pattern: RegExp,
    deadlineMs: number,
  ): Promise<{ readonly match: RegExpExecArray; readonly atMs: number }> {
    let next = 0;
    return this.until(String(pattern), deadlineMs, () => {
      while (next < this.lines.length) {
        const { text, atMs } = this.lines[next++]!;
        const match = pattern.exec(text);
        if (match !== null) return { match, atMs };
      }
      return undefined;
    });
  }

  /** Resolves when it has ended with status 0. */
  async success(deadlineMs: number): Promise<void> {
    await this.until('its end', deadlineMs, () => (this.endedAtMs === undefined ? undefined : true)).catch(
      (error: unknown) => {
        if (this.endedAtMs === undefined) throw error;
      },
    );
    const status = await this.exited;
    if (status === 0) return;
    const last = this.lines.slice(-6).map(({ text }) => text.slice(0, 300));
    throw new Error([`${this.#what}: exit status ${status}`, ...last].join('\n'));
  }

  /** Ends the program itself, so that its wrapper can still note what it took. */
  end(signal: NodeJS.Signals = 'SIGTERM'): void {
    if (this.endedAtMs !== undefined || this.child.pid === undefined) return;
    for (const pid of leavesOf(this.child.pid)) {
      try {
        process.kill(pid, signal);
      } catch {
        // It ended by itself.
      }
    }
  }
}

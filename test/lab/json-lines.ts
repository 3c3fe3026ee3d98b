/** The JSON events that a process prints, one a line, kept as they come so that a test can look back as well as wait. */
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Loosely typed on purpose: a test reads what a stranger's script would read. */
export interface JsonEvent {
  readonly type: string;
  readonly [key: string]: any;
}
export interface Seen extends JsonEvent {
  /** When this process saw it, `performance.now()`. */
  readonly seenAtMs: number;
}

export class JsonLines {
  readonly events: Seen[] = [];
  /** What came on standard output and was no JSON object: with `--json` there must be none. */
  readonly strays: string[] = [];
  readonly child: ChildProcess;
  /** Exit status; null where a signal ended it. */
  readonly exited: Promise<number | null>;
  errors = '';
  #waiting = new Set<() => void>();
  #ended = false;
  readonly #what: string;

  constructor(child: ChildProcess, what: string) {
    this.child = child;
    this.#what = what;
    if (child.stdout === null || child.stderr === null) throw new Error('the output must be piped');
    createInterface({ input: child.stdout }).on('line', (line) => this.#take(line));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.errors += text));
    this.exited = new Promise((done) => {
      // `close`, not `exit`: by then every line has been read.
      child.once('close', (status) => {
        this.#ended = true;
        this.#wake();
        done(status);
      });
    });
  }

  #take(line: string): void {
    try {
      const event = JSON.parse(line) as JsonEvent;
      this.events.push({ ...event, seenAtMs: performance.now() });
    } catch {
      this.strays.push(line);
    }
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  /** The first event for which `check` holds, seen or to come. */
  find(what: string, timeoutMs: number, check: (event: Seen) => boolean): Promise<Seen> {
    let next = 0;
    return this.until(what, timeoutMs, () => {
      while (next < this.events.length) {
        const event = this.events[next++]!;
        if (check(event)) return event;
      }
      return undefined;
    });
  }

  /** Waits until `value` is not undefined; fails, saying what was seen, at the time-out or when the process ends. */
  until<T>(what: string, timeoutMs: number, value: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
      };
      const fail = (why: string): void => {
        finish();
        const last = this.events.slice(-8).map((event) => JSON.stringify(event).slice(0, 300));
        const lines = [`${this.#what}: ${why} waiting for ${what}`, ...last, this.errors.slice(-2000)];
        reject(new Error(lines.join('\n')));
      };
      const look = (): void => {
        const found = value();
        if (found !== undefined) {
          finish();
          resolve(found);
        } else if (this.#ended) fail('ended');
      };
      const timer = setTimeout(() => fail(`${timeoutMs} ms passed`), timeoutMs);
      this.#waiting.add(look);
      look();
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

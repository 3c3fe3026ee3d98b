/**
 * Turns on a machine that several people measure on: an exclusive lock, held by a child that ends with this process.
 * A turn covers several runs, since the next one may be long in coming.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

/** No run begins after this long in one turn. */
const TURN_MS = 100_000;
export const ATTEMPTS = 3;

export type TakeTurn = <T>(work: () => Promise<T>) => Promise<T>;

export interface Turns {
  readonly take: TakeTurn;
  end(): Promise<void>;
}

export function turns(lock: string | undefined): Turns {
  let turn:
    | { readonly holder: ChildProcess; readonly ended: Promise<void>; readonly sinceMs: number }
    | undefined;
  const end = async (): Promise<void> => {
    turn?.holder.stdin?.end();
    await turn?.ended;
    turn = undefined;
  };
  return {
    end,
    async take(work) {
      if (lock === undefined) return work();
      turn ??= await hold(lock);
      try {
        return await work();
      } finally {
        if (performance.now() - turn.sinceMs > TURN_MS) await end();
      }
    },
  };
}

/** Work that fails is done again, at most twice: on a busy machine a process may start too late for its deadline. */
export function retrying(takeTurn: TakeTurn): TakeTurn {
  return async (work) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await takeTurn(work);
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
        process.stdout.write(
          `  again, for it failed: ${error instanceof Error ? error.message : String(error)}\n`,
        );
      }
    }
  };
}

async function hold(lock: string) {
  const holder = spawn('flock', ['-x', lock, '-c', 'echo held; cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
  // One that still waits would not notice that nobody needs it any more.
  const stop = (): void => void holder.kill();
  process.once('exit', stop);
  const ended = new Promise<void>((resolve) => {
    holder.once('close', () => {
      process.off('exit', stop);
      resolve();
    });
  });
  await Promise.race([
    new Promise((resolve) => holder.stdout.once('data', resolve)),
    ended.then(() => Promise.reject(new Error(`cannot lock ${lock}`))),
  ]);
  return { holder, ended, sinceMs: performance.now() };
}

/** Turns on a machine that several people measure on: an exclusive lock, held by a child that ends with this process. */
import { spawn } from 'node:child_process';

export type TakeTurn = <T>(work: () => Promise<T>) => Promise<T>;

export function turns(lock: string | undefined): TakeTurn {
  if (lock === undefined) return (work) => work();
  return async (work) => {
    const holder = spawn('flock', ['-x', lock, '-c', 'echo held; cat'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = new Promise<void>((resolve) => holder.once('close', () => resolve()));
    try {
      await Promise.race([
        new Promise((resolve) => holder.stdout.once('data', resolve)),
        ended.then(() => Promise.reject(new Error(`cannot lock ${lock}`))),
      ]);
      return await work();
    } finally {
      holder.stdin.end();
      await ended;
    }
  };
}

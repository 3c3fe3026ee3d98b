/** Many seeds at once: one worker thread for each core, each running one seed after the other. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

import type { RunOptions, RunResult } from './scenario.ts';

export type SeedTask = Omit<RunOptions, 'print' | 'createPeer' | 'checkers'> & {
  /** A private room and what its members do to it, instead of a scenario. */
  readonly isPrivate?: boolean;
};

/** Calls `onResult` for each seed as it ends, in whatever order that is. */
export async function runSeeds(
  options: Omit<SeedTask, 'seed'>,
  seeds: readonly number[],
  onResult: (result: RunResult) => void,
): Promise<void> {
  const waiting = [...seeds];
  const threadCount = Math.min(seeds.length, availableParallelism());
  await Promise.all(Array.from({ length: threadCount }, () => drain(options, waiting, onResult)));
}

function drain(
  options: Omit<SeedTask, 'seed'>,
  waiting: number[],
  onResult: (result: RunResult) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./seed-worker.ts', import.meta.url));
    const next = (): void => {
      const seed = waiting.shift();
      if (seed === undefined) void worker.terminate();
      else worker.postMessage({ ...options, seed } satisfies SeedTask);
    };
    worker.on('message', (result: RunResult) => {
      onResult(result);
      next();
    });
    worker.on('error', reject);
    worker.on('exit', () => resolve());
    next();
  });
}

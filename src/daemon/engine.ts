/** The network engine as the daemon sees it: commands in, events out. It lives in a worker thread. */
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { EngineCommand, EngineConfig, EngineEvent } from '../io/engine-messages.ts';
import { detailOf } from './fault.ts';
import { ENGINE_YOUNG_MB } from './limits.ts';

export interface EnginePort {
  post(command: EngineCommand): void;
  /** Ends whatever is left of it. */
  terminate(): Promise<void>;
}

export type StartEngine = (config: EngineConfig, listen: (event: EngineEvent) => void) => EnginePort;

/** Starts the worker. A worker that dies by itself is told as `engine-failed`, then `stopped`. */
export const startWorkerEngine: StartEngine = (config, listen) => {
  const worker = new Worker(engineWorkerUrl(import.meta.url), {
    workerData: config,
    name: 'starling-engine',
    // `node:ffi` in Node is marked experimental; that is the program's concern, not the user's.
    execArgv: ['--disable-warning=ExperimentalWarning'],
    resourceLimits: { maxYoungGenerationSizeMb: ENGINE_YOUNG_MB },
  });
  let stopped = false;
  worker.on('message', (event: EngineEvent) => {
    stopped ||= event.type === 'stopped' || event.type === 'start-failed';
    listen(event);
  });
  const died = (detail: string): void => {
    if (stopped) return;
    stopped = true;
    listen({ type: 'problem', code: 'engine-failed', values: { detail } });
    listen({ type: 'stopped' });
  };
  worker.on('error', (error) => died(detailOf(error)));
  worker.on('exit', (status) => died(`the worker ended with status ${status}`));
  return {
    post: (command) => worker.postMessage(command),
    terminate: async () => {
      stopped = true;
      await worker.terminate();
    },
  };
};

/** The worker's entry: beside the bundle, or its source when the sources run. */
export function engineWorkerUrl(self: string): URL {
  return new URL(self.endsWith('.ts') ? '../io/engine-worker.ts' : './engine-worker.js', self);
}

/** The folder of the built page: beside the bundle, or in `dist` when the sources run. */
export function webFolder(): string {
  const self = import.meta.url;
  return fileURLToPath(new URL(self.endsWith('.ts') ? '../../dist/web/' : './web/', self));
}

/** Starts the engine in its worker thread, from the source as from the bundle. */
import { Worker } from 'node:worker_threads';
import type { EngineCommand, EngineConfig, EngineEvent } from './engine-messages.ts';

export interface EngineHandle {
  post(command: EngineCommand): void;
  /** Before the first turn of the event loop, so that nothing is missed. */
  onEvent(listener: (event: EngineEvent) => void): void;
  /** Once; code 0 after `stopped`, 1 after `start-failed` or a broken engine. */
  onExit(listener: (code: number) => void): void;
  /** Ends the thread as it is, with no LEAVE: for the second Ctrl-C. */
  terminate(): Promise<void>;
}

/** Beside this module: `engine-worker.ts` where it is the source, `engine-worker.js` where it is the bundle. */
function workerUrl(): URL {
  const source = import.meta.url.endsWith('.ts');
  return new URL(source ? './engine-worker.ts' : './engine-worker.js', import.meta.url);
}

/** The answer is `started`, or `start-failed` and the end of the thread. */
export function startEngine(config: EngineConfig): EngineHandle {
  const worker = new Worker(workerUrl(), { workerData: config, name: 'starling-engine' });
  const listeners: ((event: EngineEvent) => void)[] = [];
  const tell = (event: EngineEvent): void => listeners.forEach((listener) => listener(event));
  worker.on('message', tell);
  // The thread reports what broke by itself; this is for one that could not even load.
  worker.on('error', (error) => {
    const detail = error instanceof Error ? error.message : String(error);
    tell({ type: 'problem', code: 'engine-failed', values: { detail } });
  });
  return {
    post: (command) => worker.postMessage(command),
    onEvent: (listener) => void listeners.push(listener),
    onExit: (listener) => void worker.once('exit', listener),
    terminate: async () => void (await worker.terminate()),
  };
}

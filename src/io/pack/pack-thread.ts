/** The pack thread as the engine sees it: started when there is a pack, ended when there is none. */
import { Worker } from 'node:worker_threads';
import type { PackReplies, PackRequest } from './pack-messages.ts';

type ReplyTo<T extends PackRequest> = PackReplies[T['type']];

interface Waiter {
  readonly resolve: (reply: never) => void;
  readonly reject: (error: Error) => void;
}

interface Running {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiter>;
}

export class PackThread {
  #running: Running | undefined;
  /** Packs that are open. */
  readonly #packs = new Set<number>();
  #nextRequest = 1;
  #nextPack = 1;

  /** A number for a new pack, until `end`. */
  open(): number {
    const pack = this.#nextPack++;
    this.#packs.add(pack);
    return pack;
  }

  /** Rejects where the thread died: then all that it had open is gone. */
  async ask<T extends PackRequest>(request: T): Promise<ReplyTo<T>> {
    const id = this.#nextRequest++;
    const { worker, waiting } = (this.#running ??= this.#start());
    const moved = request.type === 'read' ? [request.bytes.buffer as ArrayBuffer] : [];
    return await new Promise<ReplyTo<T>>((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, request }, moved);
    });
  }

  /** Idempotent, never rejects. What was unpacked and has no name yet goes. */
  async end(pack: number): Promise<void> {
    if (!this.#packs.has(pack)) return;
    if (this.#running !== undefined) await this.ask({ type: 'close', pack }).catch(() => {});
    this.#packs.delete(pack);
    if (this.#packs.size === 0) await this.stop();
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.worker.terminate();
  }

  #start(): Running {
    const worker = new Worker(packWorkerUrl(import.meta.url), {
      name: 'starling-packs',
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    const waiting = new Map<number, Waiter>();
    worker.on('message', ({ id, reply }: { id: number; reply: never }) => {
      waiting.get(id)?.resolve(reply);
      waiting.delete(id);
    });
    const died = (error: Error): void => {
      if (this.#running?.worker === worker) this.#running = undefined;
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    };
    worker.on('error', died);
    worker.on('exit', () => died(new Error('the pack thread ended')));
    return { worker, waiting };
  }
}

/** The thread's entry: beside the bundle, or its source when the sources run. */
function packWorkerUrl(self: string): URL {
  return new URL(self.endsWith('.ts') ? './pack-worker.ts' : './pack-worker.js', self);
}

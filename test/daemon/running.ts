/** A daemon on a profile of its own with the engine double, and clients of its local API. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import type {
  DaemonEvent,
  Method,
  Params,
  Response,
  Results,
  ServerFrame,
  Snapshot,
} from '../../src/contract/api.ts';
import { startDaemon } from '../../src/daemon/daemon.ts';
import type { Daemon, DaemonOptions } from '../../src/daemon/daemon.ts';
import { profileAt } from '../../src/daemon/profile.ts';
import { prepareProfile } from '../../src/daemon/profile.ts';
import { EngineDouble } from './engine-double.ts';

export interface Running {
  readonly daemon: Daemon;
  readonly engine: EngineDouble;
  readonly folder: string;
  readonly url: string;
}

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'starling-daemon-'));
export const forget = (folder: string): void => rmSync(folder, { recursive: true, force: true });

export async function tryStart(
  folder: string,
  engine: EngineDouble,
  options: Partial<DaemonOptions> = {},
): ReturnType<typeof startDaemon> {
  const profile = profileAt(join(folder, 'profile'));
  prepareProfile(profile);
  return startDaemon({
    profile,
    language: 'en',
    life: 'stay',
    joinRemembered: 'always',
    receives: true,
    catchUp: true,
    name: 'Finch',
    downloads: join(folder, 'downloads'),
    uiPort: undefined,
    interfaces: [],
    port: 27_420,
    startEngine: engine.start,
    ...options,
  });
}

export async function start(folder: string, options: Partial<DaemonOptions> = {}): Promise<Running> {
  const engine = new EngineDouble();
  const started = await tryStart(folder, engine, options);
  if (!started.ok) throw new Error(JSON.stringify(started.error));
  const daemon = started.value;
  return { daemon, engine, folder, url: `http://127.0.0.1:${daemon.port}` };
}

export class TestClient {
  readonly events: DaemonEvent[] = [];
  readonly snapshot: Snapshot;
  readonly socket: WebSocket;
  readonly #answers = new Map<number, (response: Response) => void>();
  #id = 0;

  constructor(socket: WebSocket, snapshot: Snapshot) {
    this.socket = socket;
    this.snapshot = snapshot;
  }

  static async of({ daemon }: Running): Promise<TestClient> {
    const socket = new WebSocket(`ws://127.0.0.1:${daemon.port}/api/socket`);
    return new Promise((resolve, reject) => {
      let client: TestClient | undefined;
      socket.on('error', reject);
      socket.on('close', (code) => reject(new Error(`closed: ${code}`)));
      socket.on('open', () =>
        socket.send(JSON.stringify({ type: 'authenticate', token: daemon.token, client: 'web' })),
      );
      socket.on('message', (data: Buffer) => {
        const frame = JSON.parse(data.toString()) as ServerFrame;
        if (frame.type === 'welcome') resolve((client = new TestClient(socket, frame.snapshot)));
        else client?.take(frame);
      });
    });
  }

  take(frame: ServerFrame): void {
    if (frame.type === 'response') this.#answers.get(frame.id)?.(frame);
    else if (frame.type !== 'welcome') this.events.push(frame);
  }

  async ask<M extends Method>(method: M, params: Params<M>): Promise<Results[M]> {
    const response = await this.tryAsk(method, params);
    if (!response.ok) throw new Error(response.error.code);
    return response.result as Results[M];
  }

  async tryAsk(method: string, params: unknown): Promise<Response> {
    const id = ++this.#id;
    this.socket.send(JSON.stringify({ type: 'request', id, method, params }));
    return new Promise((resolve) => this.#answers.set(id, resolve));
  }

  /** The code of the refusal, or `ok`. */
  async codeOf(method: string, params: unknown): Promise<string> {
    const response = await this.tryAsk(method, params);
    return response.ok ? 'ok' : response.error.code;
  }

  ofType<T extends DaemonEvent['type']>(type: T): Extract<DaemonEvent, { type: T }>[] {
    return this.events.filter((event) => event.type === type) as Extract<DaemonEvent, { type: T }>[];
  }
}

/** Waits until `value` is not undefined. */
export async function until<T>(what: string, value: () => T | undefined, timeoutMs = 5000): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const found = value();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`${what}: not within ${timeoutMs} ms`);
    await new Promise((done) => setTimeout(done, 5));
  }
}

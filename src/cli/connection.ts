/** A client of the local API: requests with answers, and events in the order in which they came. */
import { WebSocket } from 'ws';
import type { RawData } from 'ws';
import { CLOSE_UNAUTHENTICATED, HTTP } from '../contract/api.ts';
import type {
  ApiError,
  DaemonEvent,
  Method,
  Params,
  Results,
  ServerFrame,
  Snapshot,
} from '../contract/api.ts';
import { CommandFailure } from './exit.ts';
import { CONNECT_MS_MAX, EARLY_EVENTS_MAX, FRAME_BYTES_MAX } from './limits.ts';

interface Waiter {
  readonly resolve: (result: never) => void;
  readonly reject: (failure: CommandFailure) => void;
}

export class Connection {
  readonly snapshot: Snapshot;
  /** Settles when the daemon has gone. */
  readonly closed: Promise<void>;
  readonly #socket: WebSocket;
  readonly #waiters = new Map<number, Waiter>();
  #early: DaemonEvent[] = [];
  #listener: ((event: DaemonEvent) => void) | undefined;
  #lastId = 0;

  constructor(socket: WebSocket, snapshot: Snapshot) {
    this.#socket = socket;
    this.snapshot = snapshot;
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    void this.closed.then(() => this.#abandon());
  }

  async request<M extends Method>(method: M, params: Params<M>): Promise<Results[M]> {
    if (this.#socket.readyState !== WebSocket.OPEN) throw new CommandFailure('daemon-stopped');
    const id = ++this.#lastId;
    return new Promise<Results[M]>((resolve, reject) => {
      this.#waiters.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ type: 'request', id, method, params }));
    });
  }

  /** Takes events from now on, those since the welcome first. One listener; a later one replaces it. */
  listen(listener: (event: DaemonEvent) => void): void {
    this.#listener = listener;
    const early = this.#early;
    this.#early = [];
    for (const event of early) listener(event);
  }

  close(): void {
    this.#socket.close(1000);
  }

  /** Called with every frame after the welcome. */
  take(frame: ServerFrame): void {
    if (frame.type === 'response') {
      const waiter = this.#waiters.get(frame.id);
      this.#waiters.delete(frame.id);
      if (frame.ok) waiter?.resolve(frame.result as never);
      else waiter?.reject(failureOf(frame.error));
    } else if (frame.type !== 'welcome') {
      if (this.#listener !== undefined) this.#listener(frame);
      else if (this.#early.length < EARLY_EVENTS_MAX) this.#early.push(frame);
    }
  }

  #abandon(): void {
    for (const waiter of this.#waiters.values()) waiter.reject(new CommandFailure('daemon-stopped'));
    this.#waiters.clear();
  }
}

/** Undefined where nobody answers at that port. Throws `daemon-refused` where somebody does, and says no. */
export async function connect(port: number, token: string): Promise<Connection | undefined> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${HTTP.socket}`, {
    handshakeTimeout: CONNECT_MS_MAX,
    maxPayload: FRAME_BYTES_MAX,
    perMessageDeflate: false,
  });
  return new Promise((resolve, reject) => {
    let connection: Connection | undefined;
    const timer = setTimeout(() => socket.terminate(), CONNECT_MS_MAX);
    socket.on('error', () => resolve(undefined));
    socket.on('open', () => socket.send(JSON.stringify({ type: 'authenticate', token, client: 'cli' })));
    socket.on('close', (code) => {
      clearTimeout(timer);
      if (code === CLOSE_UNAUTHENTICATED) reject(new CommandFailure('daemon-refused', { detail: code }));
      else resolve(undefined);
    });
    socket.on('message', (data) => {
      const frame = JSON.parse(textOf(data)) as ServerFrame;
      if (connection !== undefined) return connection.take(frame);
      if (frame.type !== 'welcome') return undefined;
      clearTimeout(timer);
      connection = new Connection(socket, frame.snapshot);
      return resolve(connection);
    });
  });
}

function failureOf({ code, values }: ApiError): CommandFailure {
  return new CommandFailure(code, values ?? {});
}

/** The daemon sends text frames alone, and `ws` gives those as one buffer. */
function textOf(data: RawData): string {
  return Buffer.isBuffer(data) ? data.toString('utf8') : '';
}

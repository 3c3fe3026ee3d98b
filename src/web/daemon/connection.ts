/**
 * The WebSocket to the daemon. It authenticates in its first frame, matches answers to requests, and connects
 * again by itself, with a growing pause, for as long as the page is open.
 */
import { CLOSE_UNAUTHENTICATED, HTTP } from '../../contract/api.ts';
import type {
  Authenticate,
  DaemonEvent,
  Method,
  Params,
  Request,
  Response,
  Results,
  ServerFrame,
  Snapshot,
} from '../../contract/api.ts';
import { REQUEST_MS_MAX, REQUESTS_MAX } from '../limits.ts';
import type { Connection } from '../state/state.ts';
import { reconnectDelayMs } from './backoff.ts';
import { DaemonProblem } from './problem.ts';

/** Who is told what. */
export interface ConnectionListener {
  onWelcome(snapshot: Snapshot): void;
  onEvent(event: DaemonEvent): void;
  onConnection(connection: Connection): void;
}

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (problem: DaemonProblem) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class DaemonConnection {
  readonly #listener: ConnectionListener;
  readonly #pending = new Map<number, Pending>();
  #token: string | undefined;
  #socket: WebSocket | undefined;
  #welcomed = false;
  #attempt = 0;
  #nextRequest = 1;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(listener: ConnectionListener) {
    this.#listener = listener;
  }

  get token(): string | undefined {
    return this.#token;
  }

  /** Connects with `token`, now. Without one there is nothing to try. */
  connect(token: string | undefined): void {
    this.#token = token;
    this.#attempt = 0;
    if (token === undefined) this.#listener.onConnection('signed-out');
    else this.#open(token);
  }

  /** Tries now instead of when the pause ends: the user has come back to the page. */
  retryNow(): void {
    if (this.#socket === undefined && this.#token !== undefined) this.connect(this.#token);
  }

  /** Asks the daemon; rejects with a DaemonProblem, also where no answer has come after `msMax`. */
  request<M extends Method>(
    method: M,
    params: Params<M>,
    msMax: number = REQUEST_MS_MAX,
  ): Promise<Results[M]> {
    const socket = this.#socket;
    if (socket === undefined || !this.#welcomed || this.#pending.size >= REQUESTS_MAX)
      return Promise.reject(disconnected());
    const id = this.#nextRequest++;
    const request: Request<M> = { type: 'request', id, method, params };
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(disconnected());
      }, msMax);
      this.#pending.set(id, { resolve: (result) => resolve(result as Results[M]), reject, timer });
      socket.send(JSON.stringify(request));
    });
  }

  #open(token: string): void {
    clearTimeout(this.#retryTimer);
    this.#close();
    this.#listener.onConnection('connecting');
    const socket = new WebSocket(`ws://${location.host}${HTTP.socket}`);
    this.#socket = socket;
    socket.addEventListener('open', () => {
      const authenticate: Authenticate = { type: 'authenticate', token, client: 'web' };
      socket.send(JSON.stringify(authenticate));
    });
    socket.addEventListener('message', (event) => {
      if (this.#socket === socket) this.#receive(event.data);
    });
    socket.addEventListener('close', (event) => {
      if (this.#socket === socket) this.#lost(token, event.code);
    });
  }

  /** Forgets the present socket, so that nothing it still does is heard. */
  #close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#welcomed = false;
    socket?.close();
    for (const pending of this.#pending.values()) {
      clearTimeout(pending.timer);
      pending.reject(disconnected());
    }
    this.#pending.clear();
  }

  #lost(token: string, code: number): void {
    this.#close();
    if (code === CLOSE_UNAUTHENTICATED) {
      this.#listener.onConnection('signed-out');
      return;
    }
    this.#listener.onConnection('lost');
    this.#retryTimer = setTimeout(() => this.#open(token), reconnectDelayMs(this.#attempt++, Math.random()));
  }

  #receive(data: unknown): void {
    const frame = parseFrame(data);
    if (frame === undefined) return;
    if (frame.type === 'response') {
      this.#answer(frame);
    } else if (frame.type === 'welcome') {
      this.#welcomed = true;
      this.#attempt = 0;
      this.#listener.onWelcome(frame.snapshot);
    } else {
      this.#listener.onEvent(frame);
    }
  }

  #answer(response: Response): void {
    const pending = this.#pending.get(response.id);
    if (pending === undefined) return;
    this.#pending.delete(response.id);
    clearTimeout(pending.timer);
    if (response.ok) pending.resolve(response.result);
    else pending.reject(new DaemonProblem(response.error));
  }
}

/** The daemon is trusted to keep the contract; what is no frame at all is ignored. */
function parseFrame(data: unknown): ServerFrame | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    const frame: unknown = JSON.parse(data);
    return typeof frame === 'object' && frame !== null && 'type' in frame
      ? (frame as ServerFrame)
      : undefined;
  } catch {
    return undefined;
  }
}

function disconnected(): DaemonProblem {
  return new DaemonProblem({ code: 'disconnected', message: 'Starling is not answering.' });
}

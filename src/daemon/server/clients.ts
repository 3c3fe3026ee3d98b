/**
 * Attached clients over WebSocket. Each says its token first; each is bounded in what it sends, asks at a time and
 * leaves unread.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { RawData, WebSocket } from 'ws';
import { CLOSE_UNAUTHENTICATED, HTTP, SOCKET_TEXT_BYTES_MAX } from '../../contract/api.ts';
import type { Authenticate, ServerFrame } from '../../contract/api.ts';
import { parseAuthenticate, parseRequest } from '../../contract/parse.ts';
import type { Language } from '../../words/index.ts';
import type { Api } from '../api.ts';
import type { Events } from '../events.ts';
import { ApiFault, detailOf } from '../fault.ts';
import { AUTHENTICATE_MS_MAX, CLIENT_BUFFER_BYTES_MAX, CLIENT_REQUESTS_MAX, CLIENTS_MAX } from '../limits.ts';
import type { Log } from '../log.ts';
import { apiError } from './app.ts';
import type { Guard } from './guard.ts';
import { equalSecrets } from './secrets.ts';

export interface ClientsContext {
  readonly api: Api;
  readonly events: Events;
  readonly guard: Guard;
  readonly language: Language;
  readonly log: Log;
  readonly token: string;
  /** After the last client has gone. */
  readonly onIdle: () => void;
}

interface Client {
  readonly socket: WebSocket;
  readonly kind: Authenticate['client'];
  requests: number;
}

export class Clients {
  readonly #context: ClientsContext;
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: SOCKET_TEXT_BYTES_MAX,
    perMessageDeflate: false,
  });
  readonly #sockets = new Set<WebSocket>();
  readonly #clients = new Set<Client>();
  readonly #stopListening: () => void;

  constructor(context: ClientsContext) {
    this.#context = context;
    this.#stopListening = context.events.listen((event) => this.#broadcast(event));
  }

  serve(server: Server): void {
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  get count(): number {
    return this.#sockets.size;
  }

  /** Clients of people who look: they want "last heard" to move. */
  get hasViewers(): boolean {
    return [...this.#clients].some((client) => client.kind !== 'cli');
  }

  close(): void {
    this.#stopListening();
    for (const socket of this.#sockets) socket.close(1001);
    this.#server.close();
  }

  /** What is still open is cut. */
  terminate(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { guard } = this.#context;
    const { host, origin } = request.headers;
    const site = request.headers['sec-fetch-site'];
    socket.on('error', () => socket.destroy());
    const path = (request.url ?? '').split('?')[0];
    if (!guard.host(host) || !guard.origin(origin, typeof site === 'string' ? site : undefined)) {
      return refuse(socket, '403 Forbidden');
    }
    if (path !== HTTP.socket) return refuse(socket, '404 Not Found');
    if (this.#sockets.size >= CLIENTS_MAX) return refuse(socket, '503 Service Unavailable');
    return this.#server.handleUpgrade(request, socket, head, (opened) => this.#opened(opened));
  }

  #opened(socket: WebSocket): void {
    this.#sockets.add(socket);
    let client: Client | undefined;
    const deadline = setTimeout(() => socket.close(CLOSE_UNAUTHENTICATED), AUTHENTICATE_MS_MAX);
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      clearTimeout(deadline);
      this.#sockets.delete(socket);
      if (client === undefined) return;
      this.#clients.delete(client);
      if (this.#sockets.size === 0) this.#context.onIdle();
    });
    socket.on('message', (data, isBinary) => {
      const text = isBinary ? '' : textOf(data);
      if (client === undefined) {
        clearTimeout(deadline);
        client = this.#authenticate(socket, text);
      } else {
        void this.#request(client, text);
      }
    });
  }

  #authenticate(socket: WebSocket, text: string): Client | undefined {
    const hello = parseAuthenticate(text);
    if (!hello.ok || !equalSecrets(hello.value.token, this.#context.token)) {
      socket.close(CLOSE_UNAUTHENTICATED);
      return undefined;
    }
    const client: Client = { socket, kind: hello.value.client, requests: 0 };
    void this.#welcome(client);
    return client;
  }

  async #welcome(client: Client): Promise<void> {
    const { api, events } = this.#context;
    const snapshot = await api.snapshot();
    // From here on it gets events: what happened before is in the snapshot.
    this.#send(client, { type: 'welcome', snapshot });
    this.#clients.add(client);
    if (client.socket.readyState !== client.socket.OPEN) this.#clients.delete(client);
    for (const problem of events.standing()) this.#send(client, problem);
  }

  async #request(client: Client, text: string): Promise<void> {
    const { api, language, log } = this.#context;
    const parsed = parseRequest(text);
    if (!parsed.ok) {
      const { id, fault } = parsed.error;
      if (id === undefined) return client.socket.close(1007);
      const error = apiError(new ApiFault('bad-request', { detail: fault }), language);
      return this.#send(client, { type: 'response', id, ok: false, error });
    }
    const { id, method } = parsed.value;
    client.requests++;
    try {
      if (client.requests > CLIENT_REQUESTS_MAX) {
        throw new ApiFault('limit-reached', { detail: method, limit: CLIENT_REQUESTS_MAX });
      }
      const result = await api.call(parsed.value);
      this.#send(client, { type: 'response', id, ok: true, result });
    } catch (error) {
      if (!(error instanceof ApiFault)) log.error({ detail: detailOf(error), method }, 'request');
      const fault = error instanceof ApiFault ? error : new ApiFault('internal', { detail: detailOf(error) });
      this.#send(client, { type: 'response', id, ok: false, error: apiError(fault, language) });
    } finally {
      client.requests--;
    }
  }

  #broadcast(event: ServerFrame): void {
    if (this.#clients.size === 0) return;
    const text = JSON.stringify(event);
    for (const client of this.#clients) this.#sendText(client, text);
  }

  #send(client: Client, frame: ServerFrame): void {
    this.#sendText(client, JSON.stringify(frame));
  }

  #sendText({ socket }: Client, text: string): void {
    if (socket.readyState !== socket.OPEN) return;
    // One that does not read must not fill our memory; it can come back and take a snapshot.
    if (socket.bufferedAmount > CLIENT_BUFFER_BYTES_MAX) socket.terminate();
    else socket.send(text);
  }
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function textOf(data: RawData): string {
  return Buffer.isBuffer(data) ? data.toString('utf8') : '';
}

/** A server that speaks the local API's contract to one page: a room of fifty, and a file on its way to all of them. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type {
  DaemonEvent,
  MemberInfo,
  Request,
  RoomInfo,
  Snapshot,
  TransferInfo,
} from '../../src/contract/api.ts';
import { HTTP } from '../../src/contract/api.ts';
import { PageFiles } from '../../src/daemon/server/page-files.ts';

/** As often as the daemon tells of a transfer. */
const STATE_EVERY_MS = 200;
const SIZE = 1_000_000_000;

const LOBBY: RoomInfo = {
  room: 'lobby',
  id: '00',
  name: 'lobby',
  kind: 'public',
  state: 'open',
  joined: true,
  memberCount: 51,
  groups: [],
  unread: 0,
};

export class CrowdServer {
  readonly url: string;
  readonly #server: Server;
  readonly #sockets: WebSocketServer;
  readonly #members: readonly MemberInfo[];
  #page: WebSocket | undefined;

  private constructor(server: Server, sockets: WebSocketServer, members: readonly MemberInfo[]) {
    this.#server = server;
    this.#sockets = sockets;
    this.#members = members;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/#ticket=any`;
    sockets.on('connection', (socket) => {
      this.#page = socket;
      socket.on('message', (data: Buffer) => this.#onFrame(socket, JSON.parse(data.toString()) as object));
    });
  }

  static async start(folder: string, count: number): Promise<CrowdServer> {
    const files = new PageFiles(folder);
    const listener = getRequestListener((request) => {
      const { pathname } = new URL(request.url);
      if (pathname === HTTP.ticket) return Response.json({ token: 'token' });
      return files.respond(pathname) ?? new Response('', { status: 404 });
    });
    const server = createServer((request, response) => void listener(request, response));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return new CrowdServer(server, new WebSocketServer({ server }), [
      member(0, true),
      ...Array.from({ length: count }, (_, index) => member(index + 1, false)),
    ]);
  }

  /** From nothing to everything, each member at a pace of its own. */
  async transfer(durationMs: number): Promise<void> {
    const start = performance.now();
    for (;;) {
      const share = Math.min(1, (performance.now() - start) / durationMs);
      this.#emit({ type: 'transfer-state', transfer: this.#transferAt(share) });
      if (share >= 1) return;
      await new Promise((next) => setTimeout(next, STATE_EVERY_MS));
    }
  }

  async close(): Promise<void> {
    this.#page?.terminate();
    this.#sockets.close();
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  #onFrame(socket: WebSocket, frame: object): void {
    if ('token' in frame) {
      socket.send(JSON.stringify({ type: 'welcome', snapshot: this.#snapshot() }));
      return;
    }
    const { id, method } = frame as Request;
    const result = method === 'timeline' ? { entries: [] } : method === 'read' ? { unread: 0 } : {};
    socket.send(JSON.stringify({ type: 'response', id, ok: true, result }));
  }

  #emit(event: DaemonEvent): void {
    this.#page?.send(JSON.stringify(event));
  }

  #snapshot(): Snapshot {
    return {
      self: { id: memberId(0), name: 'Finch', named: true },
      settings: { language: 'en', theme: 'light' },
      rooms: [LOBBY],
      offers: [],
      colours: {},
      members: { lobby: this.#members },
      messages: [],
      transfers: [this.#transferAt(0)],
      readMarks: {},
      downloads: '/home/finch/Downloads',
      profile: '/home/finch',
      interfaces: [],
      version: '0',
    };
  }

  #transferAt(share: number): TransferInfo {
    const others = this.#members.slice(1);
    return {
      room: 'lobby',
      transfer: 'f'.repeat(32),
      file: { name: 'film.mkv', size: SIZE },
      from: { id: memberId(0), name: 'Finch' },
      own: true,
      state: share < 1 ? 'running' : 'done',
      bytesDone: Math.round(SIZE * share),
      at: Date.now(),
      depth: 1,
      sequence: 1,
      message: 'e'.repeat(64),
      openable: false,
      members: others.map(({ id, name }, index) => {
        const own = Math.min(1, share * (1 + (index % 7) / 10));
        return { id, name, state: own < 1 ? 'running' : 'done', bytesDone: Math.round(SIZE * own) };
      }),
    };
  }
}

const memberId = (index: number): string => (index * 7919).toString(16).padStart(32, '0');

function member(index: number, self: boolean): MemberInfo {
  return {
    id: memberId(index),
    name: self ? 'Finch' : `Bird ${index}`,
    address: `10.0.0.${index + 1}`,
    self,
    away: false,
    silentMs: 0,
    removed: false,
    present: true,
    verified: self,
    canBeReached: !self,
  };
}

/** The local API as one thing that is started and ended: HTTP, sockets, tickets, spool. */
import type { Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Language } from '../../words/index.ts';
import { Api } from '../api.ts';
import type { UseCases } from '../api.ts';
import { webFolder } from '../engine.ts';
import type { Events } from '../events.ts';
import type { Log } from '../log.ts';
import { createApp } from './app.ts';
import { FileServer } from './file-server.ts';
import { Clients } from './clients.ts';
import { guardFor } from './guard.ts';
import { PageFiles } from './page-files.ts';
import { Tickets } from './secrets.ts';
import { Uploads } from './upload.ts';

export interface LocalServerContext {
  readonly server: Server;
  readonly port: number;
  /** For files, which have an origin of their own. */
  readonly files: { readonly server: Server; readonly port: number };
  readonly token: string;
  readonly events: Events;
  readonly language: Language;
  readonly log: Log;
  readonly spool: string;
  readonly uses: Omit<UseCases, 'ticketUrl' | 'fileUrl'>;
  readonly onIdle: () => void;
}

export class LocalServer {
  readonly #server: Server;
  readonly #clients: Clients;
  readonly #uploads: Uploads;
  readonly #files: FileServer;

  constructor(context: LocalServerContext) {
    const { server, port, token, events, language, log } = context;
    const tickets = new Tickets();
    const ticketUrl = (): string => `http://127.0.0.1:${port}/#ticket=${tickets.issue()}`;
    const guard = guardFor(port);
    const fileUrl = (transfer: string): string => this.#files.link(transfer);
    const api = new Api({ ...context.uses, ticketUrl, fileUrl });
    this.#files = new FileServer({
      ...context.files,
      guard: guardFor(context.files.port),
      page: guard,
      log,
      file: (transfer) => api.file(transfer),
      now: () => performance.now(),
    });
    const uploads = new Uploads(context.spool);
    this.#uploads = uploads;
    uploads.clear();
    const filesPort = context.files.port;
    const page = new PageFiles(webFolder());
    const app = createApp({ api, guard, language, log, page, port, filesPort, tickets, token, uploads });
    this.#clients = new Clients({ api, events, guard, language, log, token, onIdle: context.onIdle });
    this.#server = server;
    const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
    server.on('request', (request, response) => void listener(request, response));
    this.#clients.serve(server);
  }

  get hasClients(): boolean {
    return this.#clients.count > 0;
  }

  get hasViewers(): boolean {
    return this.#clients.hasViewers;
  }

  async close(): Promise<void> {
    this.#clients.close();
    this.#files.close();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeIdleConnections();
      setTimeout(() => {
        this.#clients.terminate();
        this.#server.closeAllConnections();
      }, CLOSE_GRACE_MS).unref();
    });
    this.#uploads.clear();
  }
}

/** For the last frames to leave: all of it on this machine. */
const CLOSE_GRACE_MS = 300;

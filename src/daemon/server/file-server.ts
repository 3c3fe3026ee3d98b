/**
 * Files that arrived, from a port of their own: to a browser another origin, so that nothing that is in a file can act as the
 * page does. Whoever has a link has the file for a while; a `<video>` can send no token of its own.
 */
import type { Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import type { ServedFile } from '../api.ts';
import { ApiFault, detailOf } from '../fault.ts';
import { FILE_LINK_MS_MAX, FILE_LINKS_MAX } from '../limits.ts';
import type { Log } from '../log.ts';
import { fileResponse } from './attachment.ts';
import type { Guard } from './guard.ts';
import { newSecret } from './secrets.ts';

export interface FileServerContext {
  readonly server: Server;
  readonly port: number;
  /** Who may ask this port, and which origin the page has. */
  readonly guard: Guard;
  readonly page: Guard;
  readonly log: Log;
  /** An ApiFault where there is none to be had. */
  readonly file: (transfer: string) => ServedFile;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** Of every answer: whatever it is taken for, it runs nothing and fetches nothing. */
const HEADERS = {
  'Content-Security-Policy': "default-src 'none'; sandbox",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Cache-Control': 'private, no-store',
};

export class FileServer {
  readonly #context: FileServerContext;
  readonly #links = new Map<string, { readonly transfer: string; readonly endsAt: number }>();

  constructor(context: FileServerContext) {
    this.#context = context;
    const listener = getRequestListener(this.#app().fetch, { overrideGlobalObjects: false });
    context.server.on('request', (request, response) => void listener(request, response));
  }

  /** An address that leads to the file for `FILE_LINK_MS_MAX`. An ApiFault where the file is not whole, or not there. */
  link(transfer: string): string {
    const { file, now, port } = this.#context;
    file(transfer);
    const secret = newSecret();
    this.#links.set(secret, { transfer, endsAt: now() + FILE_LINK_MS_MAX });
    for (const oldest of this.#links.keys()) {
      if (this.#links.size <= FILE_LINKS_MAX) break;
      this.#links.delete(oldest);
    }
    return `http://127.0.0.1:${port}/${secret}`;
  }

  close(): void {
    this.#context.server.close();
    this.#context.server.closeAllConnections();
  }

  #app(): Hono {
    const { guard, page, log } = this.#context;
    const app = new Hono();
    app.use('*', async (c, next) => {
      if (!guard.host(c.req.header('host'))) return c.text('Unknown host', 403);
      await next();
      for (const [name, value] of Object.entries(HEADERS)) c.res.headers.set(name, value);
      const origin = c.req.header('origin');
      if (origin !== undefined && page.origin(origin))
        c.res.headers.set('Access-Control-Allow-Origin', origin);
      return undefined;
    });
    app.get('/:secret', (c) => {
      const { req } = c;
      const transfer = this.#transferOf(req.param('secret'));
      if (transfer === undefined) return c.text('Not found', 404);
      const served = this.#context.file(transfer);
      return fileResponse(served, { inline: req.query('inline') === '1', range: req.header('range') });
    });
    app.onError((error, c) => {
      if (!(error instanceof ApiFault)) log.error({ detail: detailOf(error) }, 'file');
      return c.text('Not found', 404);
    });
    return app;
  }

  #transferOf(secret: string): string | undefined {
    const link = this.#links.get(secret);
    if (link !== undefined && link.endsAt > this.#context.now()) return link.transfer;
    this.#links.delete(secret);
    return undefined;
  }
}

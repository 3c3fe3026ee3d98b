/** HTTP beside the socket: the page's files, tickets and uploads. */
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import * as v from 'valibot';
import { HTTP } from '../../contract/api.ts';
import type { ApiError } from '../../contract/api.ts';
import { problemLine } from '../../words/index.ts';
import type { Language } from '../../words/index.ts';
import type { Api } from '../api.ts';
import { ApiFault, detailOf } from '../fault.ts';
import { TICKET_BODY_BYTES_MAX } from '../limits.ts';
import type { Log } from '../log.ts';
import { securityHeaders } from './guard.ts';
import type { Guard } from './guard.ts';
import type { PageFiles } from './page-files.ts';
import { equalSecrets } from './secrets.ts';
import type { Tickets } from './secrets.ts';
import type { Uploads } from './upload.ts';

export interface AppContext {
  readonly api: Api;
  readonly guard: Guard;
  readonly language: Language;
  readonly log: Log;
  readonly page: PageFiles;
  readonly port: number;
  /** Where files come from. */
  readonly filesPort: number;
  readonly tickets: Tickets;
  readonly token: string;
  readonly uploads: Uploads;
}

type Env = { Bindings: HttpBindings };

const ticketSchema = v.object({ ticket: v.pipe(v.string(), v.maxLength(128)) });
const STATUS: Readonly<Record<string, 400 | 401 | 404 | 409 | 411 | 500 | 507>> = {
  unauthenticated: 401,
  'room-unknown': 409,
  'upload-length': 411,
  'upload-space': 507,
  'disk-error': 500,
  internal: 500,
};

/** The whole HTTP side, without its socket: `fetch` can be called by itself. */
export function createApp(context: AppContext): Hono<Env> {
  const { guard, log, port, filesPort, page } = context;
  const app = new Hono<Env>();
  const headers = Object.entries(securityHeaders(port, filesPort));
  app.use('*', async (c, next) => {
    if (!guard.host(c.req.header('host'))) return c.text('Unknown host', 403);
    if (c.req.method === 'POST' && !guard.origin(c.req.header('origin'), c.req.header('sec-fetch-site'))) {
      return c.text('Foreign origin', 403);
    }
    await next();
    for (const [name, value] of headers) c.res.headers.set(name, value);
    return undefined;
  });
  app.onError((error, c) => {
    if (!(error instanceof ApiFault)) log.error({ detail: detailOf(error), path: c.req.path }, 'http');
    const fault = error instanceof ApiFault ? error : new ApiFault('internal', { detail: detailOf(error) });
    const response = c.json({ error: apiError(fault, context.language) }, STATUS[fault.code] ?? 400);
    // What is left of a refused body is not read: the connection ends instead.
    if (c.req.method === 'POST') response.headers.set('Connection', 'close');
    for (const [name, value] of headers) response.headers.set(name, value);
    return response;
  });
  addApi(app, context);
  app.all('/api/*', (c) => c.text('Not found', 404));
  app.get('*', (c) => page.respond(c.req.path) ?? c.text('Not found', 404));
  app.all('*', (c) => c.text('Method not allowed', 405));
  return app;
}

function addApi(app: Hono<Env>, context: AppContext): void {
  const { api, tickets, token, uploads } = context;
  const authenticate = (c: Context<Env>): void => {
    const [scheme, given] = (c.req.header('authorization') ?? '').split(' ');
    if (scheme?.toLowerCase() !== 'bearer' || !equalSecrets(given ?? '', token)) {
      throw new ApiFault('unauthenticated');
    }
  };
  app.post(
    HTTP.ticket,
    bodyLimit({ maxSize: TICKET_BODY_BYTES_MAX, onError: (c) => c.text('Too large', 413) }),
    async (c) => {
      const body = v.safeParse(ticketSchema, await c.req.json().catch(() => undefined));
      if (!body.success || !tickets.redeem(body.output.ticket)) throw new ApiFault('unauthenticated');
      return c.json({ token }, 200, { 'Cache-Control': 'no-store' });
    },
  );
  app.post(HTTP.upload, async (c) => {
    authenticate(c);
    const { room, name, bytes } = uploads.parse(c.req.query(), c.req.header('content-length'));
    api.checkRoom(room);
    const upload = await uploads.receive(c.env.incoming, room, name, bytes);
    return c.json(await api.offerUpload(room, upload.path, upload), 200, { 'Cache-Control': 'no-store' });
  });
  app.post(HTTP.uploadFolder, async (c) => {
    authenticate(c);
    const { room, name, bytes } = uploads.parse(c.req.query(), c.req.header('content-length'));
    api.checkRoom(room);
    const upload = await uploads.receiveFolder(c.env.incoming, room, name, bytes);
    return c.json(await api.offerUpload(room, upload.path, { ...upload, isFolder: true }), 200, {
      'Cache-Control': 'no-store',
    });
  });
}

export function apiError(fault: ApiFault, language: Language): ApiError {
  const { code, values } = fault;
  return { code, message: problemLine(code, values, language), values };
}

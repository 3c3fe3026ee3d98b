import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { CLOSE_UNAUTHENTICATED } from '../../src/contract/api.ts';
import { CLIENTS_MAX } from '../../src/daemon/limits.ts';
import { roomIdOf } from '../../src/daemon/rooms.ts';
import { forget, newFolder, start, TestClient, until } from './running.ts';
import type { Running } from './running.ts';

let running: Running;
beforeAll(async () => {
  running = await start(newFolder());
});
afterAll(async () => {
  await running.daemon.stop();
  forget(running.folder);
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A raw request: `fetch` would not let a test choose the Host. */
function http(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string | Buffer,
  port = running.daemon.port,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(parts).toString(),
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** What a link of `file-link` leads to. */
function linked(url: string, query = '', headers: Record<string, string> = {}): Promise<Answer> {
  const { port, pathname } = new URL(url);
  return http(
    'GET',
    `${pathname}${query}`,
    { Host: `127.0.0.1:${port}`, ...headers },
    undefined,
    Number(port),
  );
}

const bearer = (token = running.daemon.token) => ({ Authorization: `Bearer ${token}` });

async function newTicket(): Promise<string> {
  const client = await TestClient.of(running);
  const { url } = await client.ask('ticket', {});
  client.socket.close();
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#ticket=/);
  return url.split('=')[1] ?? '';
}

test('a ticket becomes the token once', async () => {
  const body = JSON.stringify({ ticket: await newTicket() });
  const first = await http('POST', '/api/ticket', { 'Content-Type': 'application/json' }, body);
  expect(JSON.parse(first.body)).toEqual({ token: running.daemon.token });
  expect(first.headers['cache-control']).toBe('no-store');
  expect((await http('POST', '/api/ticket', {}, body)).status).toBe(401);
  expect((await http('POST', '/api/ticket', {}, '{"ticket":7}')).status).toBe(401);
  expect((await http('POST', '/api/ticket', {}, 'x'.repeat(5000))).status).toBe(413);
});

test('another Host or Origin is refused, whatever else is right', async () => {
  for (const host of ['evil.example', `evil.example:${running.daemon.port}`, '127.0.0.1', '127.0.0.1:1']) {
    expect((await http('GET', '/', { Host: host })).status).toBe(403);
  }
  const body = JSON.stringify({ ticket: await newTicket() });
  for (const origin of ['http://evil.example', 'null', 'http://127.0.0.1:1']) {
    expect((await http('POST', '/api/ticket', { Origin: origin }, body)).status).toBe(403);
  }
  expect((await http('POST', '/api/ticket', { 'Sec-Fetch-Site': 'cross-site' }, body)).status).toBe(403);
  expect((await http('POST', '/api/ticket', { Origin: running.url }, body)).status).toBe(200);
});

test('without the token nothing of /api answers', async () => {
  for (const headers of [{}, bearer('wrong'), { Authorization: 'Basic x' }, { Authorization: 'Bearer' }]) {
    expect((await http('POST', '/api/upload?room=lobby&name=x', headers, 'x')).status).toBe(401);
  }
  expect((await http('GET', '/api/nothing', bearer())).status).toBe(404);
});

test('every answer carries the policy', async () => {
  const answers = [await http('GET', '/'), await http('GET', '/nothing'), await http('GET', '/api/nothing')];
  for (const { headers } of answers) {
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).not.toContain('unsafe-inline');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['cross-origin-opener-policy']).toBe('same-origin');
    expect(headers['access-control-allow-origin']).toBeUndefined();
  }
});

test('no path leads out of the page', async () => {
  for (const path of [
    '/../package.json',
    '/..%2fpackage.json',
    '/%2e%2e/cli.js',
    '/../cli.js',
    '//etc/passwd',
  ]) {
    const { status, body } = await http('GET', path);
    expect(`${path} ${status}`).toBe(`${path} 404`);
    expect(body).not.toContain('starling"');
  }
  expect((await http('DELETE', '/')).status).toBe(405);
});

function socket(headers: Record<string, string> = {}, path = '/api/socket'): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const opened = new WebSocket(`ws://127.0.0.1:${running.daemon.port}${path}`, { headers });
    opened.on('open', () => resolve(opened));
    opened.on('error', reject);
  });
}

const closeCode = (opened: WebSocket): Promise<number> =>
  new Promise((resolve) => opened.on('close', resolve));

test('a socket of a foreign page, host or path does not open', async () => {
  await expect(socket({ Origin: 'http://evil.example' })).rejects.toThrow('403');
  await expect(socket({ Host: 'evil.example' })).rejects.toThrow('403');
  await expect(socket({}, '/api/other')).rejects.toThrow('404');
  (await socket({ Origin: running.url })).terminate();
});

test('the first frame must hold the token', async () => {
  for (const first of [
    '{}',
    'x',
    JSON.stringify({ type: 'authenticate', token: 'wrong', client: 'web' }),
    JSON.stringify({ type: 'request', id: 1, method: 'snapshot', params: {} }),
  ]) {
    const opened = await socket();
    opened.send(first);
    expect(await closeCode(opened)).toBe(CLOSE_UNAUTHENTICATED);
  }
});

test('what is nested as deep as a frame allows is refused, and costs nobody anything', async () => {
  const client = await TestClient.of(running);
  const deep = '['.repeat(200_000) + ']'.repeat(200_000);
  const params = `{"room":${deep}}`;
  client.socket.send(`{"type":"request","id":99,"method":"say","params":${params}}`);
  client.socket.send(`{"type":"request","id":100,"method":"snapshot","params":${deep}}`);
  client.socket.send('{"a":'.repeat(50_000));
  const other = await TestClient.of(running);
  expect((await other.ask('snapshot', {})).rooms[0]?.room).toBe('lobby');
  const early = await socket();
  early.send(deep);
  expect(await closeCode(early)).toBe(CLOSE_UNAUTHENTICATED);
  expect((await other.ask('snapshot', {})).rooms[0]?.room).toBe('lobby');
  for (const { socket: opened } of [client, other]) {
    if (opened.readyState === WebSocket.CLOSED) continue;
    const closed = closeCode(opened);
    opened.close();
    await closed;
  }
});

test('oversized frames end the socket, and so do too many clients', async () => {
  const client = await TestClient.of(running);
  const closed = closeCode(client.socket);
  client.socket.send('x'.repeat(600 * 1024));
  expect(await closed).toBe(1009);
  const opened: WebSocket[] = [];
  for (let i = 0; i < CLIENTS_MAX; i++) opened.push(await socket());
  await expect(socket()).rejects.toThrow('503');
  for (const one of opened) one.terminate();
});

test('a client that does not read is dropped, and costs no other one anything', async () => {
  const deaf = await TestClient.of(running);
  const other = await TestClient.of(running);
  const closed = closeCode(deaf.socket);
  deaf.socket.pause();
  const message = 'x'.repeat(500_000);
  for (let i = 0; i < 120; i++) {
    running.engine.emit({ type: 'problem', code: 'send-failed', values: { interface: message, error: 'x' } });
    await new Promise((done) => setImmediate(done));
  }
  await until('every problem', () => (other.ofType('problem').length === 120 ? true : undefined), 20_000);
  deaf.socket.resume();
  expect(await closed).toBe(1006);
  other.socket.close();
});

test('requests that make no sense are answered, not obeyed', async () => {
  const client = await TestClient.of(running);
  expect(await client.codeOf('no-such', {})).toBe('bad-request');
  expect(await client.codeOf('say', { room: 'lobby' })).toBe('bad-request');
  expect(await client.codeOf('__proto__', {})).toBe('bad-request');
  expect(await client.codeOf('say', { room: 'nowhere', text: 'x' })).toBe('room-unknown');
  expect(await client.codeOf('say', { room: 'lobby', text: '字'.repeat(30_000) })).toBe('text-too-long');
  expect(await client.codeOf('open', { transfer: '0' })).toBe('transfer-unknown');
  client.socket.close();
});

const spool = (): string => join(running.folder, 'profile', 'spool');
const spooled = (): readonly string[] => (existsSync(spool()) ? readdirSync(spool()) : []);

test('a dropped file streams to the spool, is offered under its name, and goes with its transfer', async () => {
  const client = await TestClient.of(running);
  const path = `/api/upload?room=lobby&name=${encodeURIComponent('../../图 1.png')}`;
  const bytes = Buffer.from('\x89PNG\r\n\x1a\nrest', 'latin1');
  const { status, body } = await http('POST', path, bearer(), bytes);
  expect(status, body).toBe(200);
  const info = JSON.parse(body) as { transfer: string; file: { name: string }; mediaType: string };
  expect(info.file.name).toBe('图 1.png');
  expect(info.mediaType).toBe('image/png');
  const [folder] = spooled();
  expect(readFileSync(join(spool(), folder ?? '', '图 1.png'))).toEqual(bytes);

  const { url } = await client.ask('file-link', { transfer: info.transfer });
  const shown = await linked(url, '?inline=1');
  expect(shown.headers['content-type']).toBe('image/png');
  expect(shown.headers['content-disposition']).toContain('inline');
  const saved = await linked(url);
  expect(saved.headers['content-type']).toBe('application/octet-stream');
  expect(saved.headers['content-disposition']).toContain(
    'attachment; filename="_ 1.png"; filename*=UTF-8\'\'%E5%9B%BE%201.png',
  );

  const room = roomIdOf('lobby');
  const transfer = info.transfer as never;
  running.engine.core({ type: 'transfer-failed', room, transfer, reason: 'cancelled-by-sender' });
  await until('an empty spool', () => (spooled().length === 0 ? true : undefined));
  await until('the event', () => client.ofType('transfer-failed')[0]);
  client.socket.close();
});

/** The body of an upload of several files. */
function folderBody(list: unknown, content: string): Buffer {
  const json = Buffer.from(JSON.stringify(list));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  return Buffer.concat([length, json, Buffer.from(content)]);
}

test('a dropped folder comes as one body, lies in the spool as it was, and is offered as one', async () => {
  const client = await TestClient.of(running);
  const list = {
    files: [
      { path: 'photos/a.txt', size: 5, modifiedAt: 1_600_000_000_000 },
      { path: 'photos/deep/aux.c', size: 0 },
      { path: 'photos/deep/猫.txt', size: 4 },
    ],
    folders: ['photos/empty/within'],
  };
  const path = '/api/upload-folder?room=lobby&name=files';
  const { status, body } = await http('POST', path, bearer(), folderBody(list, 'alphabeta'));
  expect(status, body).toBe(200);
  const offer = running.engine.commands.findLast((command) => command.type === 'offer');
  const root = join(spool(), spooled()[0] ?? '', 'content', 'photos');
  expect(offer).toMatchObject({ name: 'photos', paths: [root] });
  expect(readFileSync(join(root, 'a.txt'), 'utf8')).toBe('alpha');
  expect(statSync(join(root, 'a.txt')).mtimeMs).toBe(1_600_000_000_000);
  expect(readdirSync(join(root, 'deep')).toSorted()).toEqual(['_aux.c', '猫.txt']);
  expect(readdirSync(join(root, 'empty'))).toEqual(['within']);
  const { transfer } = JSON.parse(body) as { transfer: never };
  running.engine.core({
    type: 'transfer-failed',
    room: roomIdOf('lobby'),
    transfer,
    reason: 'cancelled-by-sender',
  });
  await until('an empty spool', () => (spooled().length === 0 ? true : undefined));
  client.socket.close();
});

test('an upload of several files that lies about itself, or leads out, leaves nothing', async () => {
  const send = async (body: Buffer) =>
    (await http('POST', '/api/upload-folder?room=lobby&name=x', bearer(), body)).status;
  const file = (path: string, size = 1) => ({ files: [{ path, size }] });
  for (const path of ['../x', 'a/../../x', '/etc/x', 'a//x', '', '.', 'a/']) {
    expect([path, await send(folderBody(file(path), 'x'))]).toEqual([path, 400]);
  }
  expect(await send(folderBody(file('a', 2), 'x'))).toBe(411);
  expect(await send(folderBody(file('a'), 'xx'))).toBe(411);
  expect(await send(folderBody({ files: 'none' }, ''))).toBe(400);
  expect(await send(folderBody({ files: [{ path: 'a', size: -1 }] }, ''))).toBe(400);
  expect(await send(Buffer.from([0xff, 0xff, 0xff, 0xff]))).toBe(400);
  expect(await send(Buffer.from([0, 0, 0, 9, 1, 2]))).toBe(411);
  expect(await send(Buffer.alloc(2))).toBe(411);
  expect(spooled()).toEqual([]);
});

test('uploads that lie about themselves leave nothing', async () => {
  const upload = '/api/upload?room=lobby&name=x';
  expect((await http('POST', upload, { ...bearer(), 'Transfer-Encoding': 'chunked' }, 'abc')).status).toBe(
    411,
  );
  expect((await http('POST', '/api/upload?room=nowhere&name=x', bearer(), 'abc')).status).toBe(409);
  expect((await http('POST', '/api/upload?room=lobby', bearer(), 'abc')).status).toBe(400);
  const huge = { ...bearer(), 'Content-Length': '900000000000000' };
  const refused = await http('POST', upload, huge).catch(() => ({ status: 507 }));
  expect(refused.status).toBe(507);
  // The client goes away in the middle.
  await new Promise<void>((resolve) => {
    const headers = { ...bearer(), 'Content-Length': '1000' };
    const sent = request({
      host: '127.0.0.1',
      port: running.daemon.port,
      method: 'POST',
      path: upload,
      headers,
    });
    sent.on('error', () => resolve());
    sent.write('part', () => setTimeout(() => sent.destroy(new Error('gone')), 50));
  });
  await until('an empty spool', () => (spooled().length === 0 ? true : undefined));
});

test('a received file is only shown inline where its bytes are an image', async () => {
  const room = roomIdOf('lobby');
  const transfer = running.engine.offered(room, 'page.html', 10);
  mkdirSync(join(running.folder, 'downloads'), { recursive: true });
  const path = join(running.folder, 'downloads', 'page.html');
  writeFileSync(path, '<script>1</script>');
  const client = await TestClient.of(running);
  expect(await client.codeOf('file-link', { transfer })).toBe('transfer-not-possible');
  running.engine.emit({ type: 'file-saved', transfer, path, stamp: { size: 1, version: '1' } });
  running.engine.core({ type: 'transfer-done', room, transfer });
  const { url } = await client.ask('file-link', { transfer });
  const { headers, body } = await linked(url, '?inline=1');
  expect(headers['content-disposition']).toContain('attachment');
  expect(headers['content-type']).toBe('application/octet-stream');
  expect(body).toBe('<script>1</script>');
  expect(headers['content-security-policy']).toBe("default-src 'none'; sandbox");
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(headers['access-control-allow-origin']).toBeUndefined();

  // In parts, as a film is wanted; for the page alone; and by nobody who only has the port, or another name for it.
  const part = await linked(url, '', { Range: 'bytes=1-6', Origin: running.url });
  expect([part.status, part.body]).toEqual([206, 'script']);
  expect(part.headers['content-range']).toBe('bytes 1-6/18');
  expect(part.headers['access-control-allow-origin']).toBe(running.url);
  const end = await linked(url, '', { Range: 'bytes=-9', Origin: 'http://evil.example' });
  expect([end.status, end.body]).toEqual([206, '</script>']);
  expect(end.headers['access-control-allow-origin']).toBeUndefined();
  expect((await linked(url, '', { Range: 'bytes=18-' })).status).toBe(416);
  expect((await linked(url, '', { Range: 'bytes=0-1,4-5' })).status).toBe(200);
  expect((await linked(url, '', { Host: 'evil.example' })).status).toBe(403);
  expect((await linked(`${new URL(url).origin}/${'0'.repeat(43)}`)).status).toBe(404);
  expect((await linked(`${new URL(url).origin}/`)).status).toBe(404);
  expect(await client.codeOf('open', { transfer })).toBe('open-refused');
  client.socket.close();
});

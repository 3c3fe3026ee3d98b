/** The room of the original tool: two of Starling and one of an independent implementation of its protocol. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JsonLines } from './json-lines.ts';
import type { Seen } from './json-lines.ts';
import { openNetwork } from './network.ts';
import type { Network, NetworkHost } from './network.ts';
import { Person } from './person.ts';

const FILE_BYTES = 5 * 1024 * 1024;

let network: Network;
let finch: Person;
let wren: Person;
let finchWatch: JsonLines;
let wrenWatch: JsonLines;
let original: JsonLines;
let originalHost: NetworkHost;
let folder: string;

const order = (line: string): void => void original.child.stdin?.write(`${line}\n`);
const of =
  (type: string, more: (event: Seen) => boolean = () => true) =>
  (event: Seen) =>
    event.type === type && more(event);

/** In these bytes the last datagram of 1,024 would be `end`, and so would one in the middle. */
function contentWithEnd(): Buffer {
  const bytes = randomBytes(FILE_BYTES + 3);
  bytes.write('end', FILE_BYTES);
  bytes.write('end', 1024);
  return bytes;
}

async function watchClassic(person: Person): Promise<JsonLines> {
  const lines = person.start('watch', '--room', 'classic');
  await lines.find('ready', 15_000, of('ready'));
  return lines;
}

beforeAll(async () => {
  network = openNetwork(3);
  const [one, two, three] = network.hosts as [NetworkHost, NetworkHost, NetworkHost];
  finch = new Person('Finch', one);
  wren = new Person('Wren', two);
  originalHost = three;
  folder = mkdtempSync(join(tmpdir(), 'starling-classic-'));
  const script = join(import.meta.dirname, 'classic_member.py');
  original = new JsonLines(
    three.spawn('python3', [script, three.address, folder], { stdio: ['pipe', 'pipe', 'pipe'] }),
    'the original tool',
  );
  await original.find('ready', 10_000, of('ready'));
  [finchWatch, wrenWatch] = await Promise.all([watchClassic(finch), watchClassic(wren)]);
});

afterAll(() => {
  network?.close();
  finch?.forget();
  wren?.forget();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

describe('the room of the original tool', () => {
  it('knows members by their address, both ways', async () => {
    for (const host of [finch.host.address, wren.host.address]) {
      const seen = await original.find(
        `${host} at the original`,
        8000,
        of('joined', (e) => e['host'] === host),
      );
      expect(seen['port']).toBe(1501);
    }
    for (const address of [wren.host.address, originalHost.address]) {
      const joined = await finchWatch.find(
        `${address} at Finch`,
        8000,
        of('member-joined', (e) => e['member'].address === address),
      );
      expect(joined['room']).toBe('classic');
    }
    const { lines } = await finch.run('members', '--room', 'classic');
    const others = lines.events.filter((event) => event.type === 'member' && event['self'] !== true);
    expect(others.map((event) => event['address']).toSorted((a, b) => a.localeCompare(b))).toEqual([
      wren.host.address,
      originalHost.address,
    ]);
    expect(others.every((event) => event['unauthenticated'] === true && event['verified'] === false)).toBe(
      true,
    );
  });

  it('passes texts on, and confirms none', async () => {
    order('say hello from # the original');
    const heard = await finchWatch.find(
      'a text',
      5000,
      of('message', (e) => e['text'].startsWith('hello')),
    );
    expect(heard).toMatchObject({ text: 'hello from # the original', unverified: true });
    expect(heard['from'].name).toBe(originalHost.address);

    const long = `${'群聊'.repeat(600)}#end`;
    const said = await wren.run('say', '--room', 'classic', long);
    expect(said.status).toBe(0);
    expect(said.lines.events.at(-1)).toMatchObject({ type: 'result', ok: true, confirmed: false });
    await original.find(
      'the end of it',
      5000,
      of('text', (e) => e['text'].endsWith('#end')),
    );
    const parts = original.events.filter(of('text', (e) => e['host'] === wren.host.address));
    expect(parts.map((part) => part['text']).join('')).toBe(long);
    expect(Math.max(...parts.map((part) => part['bytes']))).toBeLessThanOrEqual(1024);
    await finchWatch.find(
      'it at Finch',
      5000,
      of('message', (e) => e['text'].endsWith('#end')),
    );
  });

  it('sends 5 MB that contain datagrams like the end of a file', async () => {
    const path = finch.pathFor('数据 5.bin');
    const bytes = contentWithEnd();
    writeFileSync(path, bytes);
    const sent = await finch.run('send', '--room', 'classic', path);
    expect(sent.status, sent.lines.errors).toBe(0);
    expect(sent.lines.events.at(-1)).toMatchObject({ ok: true, confirmed: false, sent: 1 });
    expect(sent.lines.events.some((event) => event.type === 'transfer-done')).toBe(false);
    await original.find('the file', 10_000, of('file'));
    const copy = readFileSync(join(folder, '数据 5.bin'));
    expect(copy.length).toBe(bytes.length);
    expect(copy.equals(bytes)).toBe(true);
    const done = await wrenWatch.find('the file at Wren', 10_000, of('transfer-done'));
    expect(done['unverified']).toBe(true);
    expect(readFileSync(done['path']).equals(bytes)).toBe(true);
  });

  it('takes 5 MB from the original', async () => {
    const path = join(folder, 'from original.bin');
    const bytes = randomBytes(FILE_BYTES);
    writeFileSync(path, bytes);
    order(`send ${path}`);
    for (const watch of [finchWatch, wrenWatch]) {
      const done = await watch.find(
        'the file',
        30_000,
        of('transfer-done', (e) => e['file'].name === 'from original.bin'),
      );
      expect(done).toMatchObject({ unverified: true, from: { name: originalHost.address } });
      expect(readFileSync(done['path']).equals(bytes)).toBe(true);
    }
  });

  it('shows a file that stops as incomplete, under a name that says so', async () => {
    const path = join(folder, 'half.txt');
    writeFileSync(path, randomBytes(4000));
    order(`half ${path}`);
    const failed = await finchWatch.find('it to be closed', 15_000, of('transfer-failed'));
    expect(failed).toMatchObject({
      reason: 'incomplete',
      unverified: true,
      file: { name: 'half.txt', size: 1024 },
    });
    expect(failed['path'].endsWith('half.txt.incomplete')).toBe(true);
  });

  it('takes one profile of a machine', async () => {
    const other = new Person('Robin', finch.host);
    const { status, lines } = await other.run('watch', '--room', 'classic');
    expect(status).toBe(1);
    expect(lines.events.find((event) => event.type === 'problem')).toMatchObject({
      code: 'classic-port-taken',
    });
    other.forget();
  });

  it('tells who quits', async () => {
    wrenWatch.kill('SIGINT');
    const quit = await original.find('Wren to quit', 5000, of('quit'));
    expect(quit['host']).toBe(wren.host.address);
    order('quit');
    const left = await finchWatch.find(
      'the original to quit',
      5000,
      of('member-left', (e) => e['member'].address === originalHost.address),
    );
    expect(left['reason']).toBe('quit');
  });
});

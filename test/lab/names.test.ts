/** File names that mean harm, from a member whose program lets them through. */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Gathering } from './gathering.ts';
import { JsonLines } from './json-lines.ts';

const NAMES = [
  '../../escaped',
  '/tmp/starling-lab-escaped',
  'C:\\Windows\\System32\\evil.dll',
  'CON.txt',
  'bell\u0007\n.txt',
  'photo\u202egnp.exe',
  '.bashrc',
  'x'.repeat(300),
  '字'.repeat(200),
  'dots...',
  '   ',
];

let gathering: Gathering;
beforeAll(async () => {
  gathering = await Gathering.of(2);
});
afterAll(() => gathering.close());

it('land inside the downloads folder, under harmless names, and overwrite nothing', async () => {
  const [receiver, other] = gathering.guests;
  const bytes = randomBytes(5000);
  const path = other!.person.pathFor('payload');
  writeFileSync(path, bytes);
  const script = resolve(import.meta.dirname, 'rogue.ts');
  const rogue = new JsonLines(
    gathering.network.hosts[1]!.spawn(process.execPath, [script, path, JSON.stringify(NAMES)], {
      stdio: 'pipe',
    }),
    'rogue',
  );
  const { host, person } = receiver!;
  const done = () => host.events.filter((event) => event.type === 'transfer-done');
  await host.until('every file', 40_000, () => (done().length >= NAMES.length ? true : undefined));
  rogue.kill('SIGKILL');
  const received = person.received().filter((name) => !name.startsWith('.'));
  expect(received).toHaveLength(NAMES.length);
  for (const event of done()) {
    expect(resolve(event['path'])).toBe(join(person.downloads, event['path'].split('/').at(-1)));
  }
  for (const name of received) {
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
    expect(name).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069\\/:*?"<>|]/u);
    expect(name).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)|^\.|[. ]$/i);
    expect(person.receivedBytes(name)).toEqual(bytes);
  }
  expect(existsSync('/tmp/starling-lab-escaped')).toBe(false);
  expect(readdirSync(person.folder).filter((name) => name.startsWith('escaped'))).toEqual([]);
});

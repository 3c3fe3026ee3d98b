/**
 * At which pace readers of the original tool lose nothing: one profile of Starling sends 5 MB in the room `classic` to four members of
 * the independent implementation, whose readers take 1, 2, 4 and 8 ms for a datagram of 1,024 bytes. Prints a JSON line for each
 * file and a table at the end. As root on Linux, after `npm run build`: `node bench/classic-pace.ts [ROUNDS]`
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Attached } from '../test/lab/attached.ts';
import { JsonLines } from '../test/lab/json-lines.ts';
import { openNetwork } from '../test/lab/network.ts';
import type { NetworkHost } from '../test/lab/network.ts';
import { Person } from '../test/lab/person.ts';

const KILOBYTES_PER_S = [64, 128, 256, 384, 512, 768, 1000];
const READ_MS = [1, 2, 4, 8];
const FILE_BYTES = 5_000_000;
/** A default receive buffer holds 92 datagrams, and the slowest reader takes 0.8 s for these. */
const DRAIN_MS = 1500;
const script = resolve(import.meta.dirname, '../test/lab/classic_member.py');
const rounds = Number(process.argv[2] ?? 3);

/** A reader of its own for each file, so that nothing of one is in the next. */
async function reader(host: NetworkHost, folder: string, readMs: number): Promise<JsonLines> {
  const child = host.spawn('python3', [script, host.address, folder, String(readMs)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const lines = new JsonLines(child, `a reader of ${readMs} ms`);
  await lines.find('ready', 10_000, ({ type }) => type === 'ready');
  return lines;
}

async function datagramsOf(lines: JsonLines): Promise<number> {
  lines.child.stdin?.write('count\n');
  const { datagrams } = await lines.find('the count', 5000, ({ type }) => type === 'count');
  lines.child.stdin?.end('quit\n');
  await lines.exited;
  return Number(datagrams);
}

const network = openNetwork(READ_MS.length + 1);
const [own, ...hosts] = network.hosts as [NetworkHost, ...NetworkHost[]];
const finch = new Person('Finch', own);
const folder = mkdtempSync(join(tmpdir(), 'starling-pace-'));
/** Pace → for each reader, the datagrams that each file lost. */
const lost = new Map<number, number[][]>();
try {
  const host = finch.start('watch', '--room', 'classic');
  await host.find('ready', 15_000, ({ type }) => type === 'ready');
  const client = await Attached.to(finch);
  const path = finch.pathFor('survey.bin');
  writeFileSync(path, randomBytes(FILE_BYTES));
  const sent = Math.ceil(FILE_BYTES / 1024) + 2;
  for (let round = 0; round < rounds; round++) {
    for (const pace of KILOBYTES_PER_S) {
      await client.request('set-settings', { classicKilobytesPerSecond: pace });
      const readers = await Promise.all(hosts.map((one, index) => reader(one, folder, READ_MS[index]!)));
      const startedAt = performance.now();
      const { status, lines } = await finch.run('send', path, '--room', 'classic');
      if (status !== 0) throw new Error(lines.errors);
      const tookMs = Math.round(performance.now() - startedAt);
      await sleep(DRAIN_MS);
      const missing = (await Promise.all(readers.map(datagramsOf))).map((count) => sent - count);
      lost.set(pace, [...(lost.get(pace) ?? []), missing]);
      process.stdout.write(`${JSON.stringify({ round, pace, tookMs, missing })}\n`);
    }
  }
} finally {
  network.close();
  finch.forget();
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(`| kB/s | ${READ_MS.map((readMs) => `${readMs} ms`).join(' | ')} |\n`);
for (const [pace, files] of lost) {
  const cells = READ_MS.map((_, index) => files.map((missing) => missing[index]).join(', '));
  process.stdout.write(`| ${pace} | ${cells.join(' | ')} |\n`);
}

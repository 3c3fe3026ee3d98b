/** A process that is killed while it writes the history: what it said was durable is there, whole batches and nothing else. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { seededRandom } from '../../src/base/prng.ts';
import type { MemberId, RoomId } from '../../src/base/ids.ts';
import { LAST_PLACE } from '../../src/store/history/order.ts';
import { openStore } from '../../src/store/store.ts';
import { forget, newFolder } from './running.ts';

const KILLS = 6;
const LINES = 20;
const WRITER = join(import.meta.dirname, 'history-writer.ts');

let folder: string;
beforeEach(() => {
  folder = newFolder();
});
afterEach(() => forget(folder));

/** The last batch that was durable when the writer was killed. */
async function killed(path: string, first: number, afterBatches: number, thenMs: number): Promise<number> {
  const child = spawn(process.execPath, [WRITER, path, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let last = first - 1;
  let pending: NodeJS.Timeout | undefined;
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (text: string) => {
    // The last line may be cut off by the kill; what counts was said whole.
    for (const line of text.split('\n').filter((one) => one !== '')) last = Math.max(last, Number(line));
    if (last - first >= afterBatches) pending ??= setTimeout(() => child.kill('SIGKILL'), thenMs);
  });
  await new Promise((resolve) => child.on('close', resolve));
  return last;
}

test('SIGKILL at any instant loses nothing that was acknowledged', async () => {
  const path = join(folder, 'starling.db');
  const random = seededRandom(5);
  let first = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const last = await killed(path, first, Math.floor(5 * random.next()), 8 * random.next());
    const opened = openStore(path);
    if (!opened.ok) throw new Error(opened.error.detail);
    const { history } = opened.value;
    const [stretch] = history.stretches('b'.repeat(32) as RoomId);
    const head = stretch?.head ?? 0;
    expect(head).toBeGreaterThanOrEqual((last + 1) * LINES);
    expect(head % LINES).toBe(0);
    const lines = history.timeline.before('b'.repeat(32) as RoomId, LAST_PLACE, 1_000_000);
    expect(lines).toHaveLength(head);
    expect(history.search({ query: `line ${head}`, limit: 5 })).toHaveLength(1);
    expect(history.range('b'.repeat(32) as RoomId, 'a'.repeat(32) as MemberId, head, head)).toHaveLength(1);
    opened.value.close();
    first = head / LINES;
  }
});

/** What stands in the file and cannot be read, while the file itself is whole: a start goes without it, and the log says so. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CLASSIC_RATE_DEFAULT } from '../../src/contract/api.ts';
import { openStore } from '../../src/store/store.ts';
import { forget, newFolder, start, TestClient } from './running.ts';

let folder: string;
beforeEach(() => (folder = newFolder()));
afterEach(() => forget(folder));

const SETTINGS = [
  'interfaces',
  'room-offers',
  'multicast-hops',
  'group-range',
  'classic-rate',
  'send-rate',
  'colour',
];

test.each(['{', 'null', '{"0":"eth0"}', '[1, {}]', '\u0000'])('%j', async (damage) => {
  await (await start(folder)).daemon.stop();
  const path = join(folder, 'profile', 'starling.db');
  const database = new DatabaseSync(path);
  const put = database.prepare('INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)');
  for (const key of SETTINGS) put.run(key, damage);
  database
    .prepare(
      `INSERT INTO transfers (transfer, room, message, author, author_name, own, file_name, size, at, depth, sequence, offer, state,
         bytes_done, members, paths, changed_at, written)
       VALUES ('aa', 'r', 'm', 'me', 'Finch', 1, 'film.mkv', 1, 1, 1, 1, x'00', 'running', 0, ?, ?, 1, x'')`,
    )
    .run(damage, damage);
  database.close();

  const running = await start(folder);
  const client = await TestClient.of(running);
  expect(client.snapshot.settings.classicKilobytesPerSecond).toBe(CLASSIC_RATE_DEFAULT);
  expect(client.snapshot.settings.megabitsPerSecond).toBeUndefined();
  expect(await client.ask('set-network', {})).toMatchObject({
    hops: 1,
    groupRange: '239.255',
    interfaces: [],
  });
  await running.daemon.stop();
  const log = readFileSync(join(folder, 'profile', 'starling.log'), 'utf8');
  for (const what of [
    'settings.interfaces',
    'settings.room-offers',
    'transfers.members aa',
    'transfers.paths aa',
  ])
    expect(log.split(`"what":"${what}"`), what).toHaveLength(2);
});

test('of a list what can be read is kept', () => {
  const opened = openStore(join(folder, 'starling.db'));
  if (!opened.ok) throw new Error(opened.error.code);
  const { damage } = opened.value;
  const told: string[] = [];
  const isNumber = (item: unknown): item is number => typeof item === 'number';
  expect(damage.list('here', '[1, "x", 2]', isNumber)).toEqual([1, 2]);
  damage.listen((what) => told.push(what));
  expect(damage.list('here', '{', isNumber)).toEqual([]);
  expect(damage.list('there', '[3]', isNumber)).toEqual([3]);
  for (let place = 0; place < 1000; place++) damage.note(`place ${place}`);
  expect(told).toHaveLength(100);
  expect(told[0]).toBe('here');
  opened.value.close();
});

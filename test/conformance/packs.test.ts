/** Packs on a real file system, through the real pack thread: what is scanned here is what is unpacked there. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeManifest } from '../../src/core/pack/manifest.ts';
import { pathOf } from '../../src/core/pack/rules.ts';
import type { MemberId } from '../../src/base/ids.ts';
import type { HeldFile } from '../../src/io/files/held-file.ts';
import { PACKS_OPEN_MAX } from '../../src/io/limits.ts';
import { Packs } from '../../src/io/pack/packs.ts';
import { PackSource } from '../../src/io/pack/pack-source.ts';
import {
  BLOCK_BYTES,
  closeScene,
  downloads,
  folder,
  noise,
  openScene,
  pool,
  receive,
  receiveInTurn,
  receiveInTwoRuns,
  scan,
  streamOf,
  text,
  thread,
} from './pack-scene.ts';

beforeEach(openScene);
afterEach(closeScene);

/** Everything below a folder, as a person would compare it. */
function listing(root: string, under = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(join(root, under))) {
    const path = under === '' ? name : `${under}/${name}`;
    const status = lstatSync(join(root, path));
    const at = Math.round(status.mtimeMs / 10);
    if (status.isSymbolicLink()) found[path] = `-> ${readlinkSync(join(root, path))}`;
    else if (status.isDirectory()) Object.assign(found, { [path]: `folder ${at}` }, listing(root, path));
    else {
      const digest = createHash('sha256')
        .update(readFileSync(join(root, path)))
        .digest('hex')
        .slice(0, 12);
      found[path] = `${(status.mode & 0o100) !== 0 ? 'program' : 'file'} ${at} ${status.size} ${digest}`;
    }
  }
  return found;
}

function makeTree(root: string): void {
  text(join(root, 'a.txt'), 'alpha');
  text(join(root, 'deep', 'er', 'still', 'x'), noise(3 * BLOCK_BYTES + 17, 'x'));
  text(join(root, 'run.sh'), '#!/bin/sh\n');
  chmodSync(join(root, 'run.sh'), 0o755);
  text(join(root, '照片', '猫.jpg'), noise(100, 'cat'));
  text(join(root, '.config', 'nothing'), '');
  mkdirSync(join(root, 'empty', 'within'), { recursive: true });
  symlinkSync('../a.txt', join(root, 'deep', 'link'));
  symlinkSync('deep/er', join(root, 'short-cut'));
  for (const [i, path] of ['a.txt', 'deep/er/still/x', '照片', 'empty/within', 'empty', '.'].entries()) {
    utimesSync(join(root, path), 1_600_000_000 + i, 1_600_000_000 + i);
  }
}

describe('a folder', () => {
  it('comes out as it went in: empty folders, programs, times, links within, names of all kinds', async () => {
    const root = join(folder, 'photos');
    makeTree(root);
    const { source, entryCount, notes } = await scan(root);
    expect(notes).toEqual({ skipped: [], skippedCount: 0, renamedCount: 0 });
    const stream = await streamOf(source);
    if (typeof stream === 'string') throw new Error(stream);
    expect(stream.length).toBe(source.size);
    const saved = await receive(stream, entryCount);
    expect(saved).toEqual({
      ok: true,
      value: { path: join(downloads, 'photos'), stamp: source.stamp },
    });
    expect(readdirSync(downloads)).toEqual(['photos']);
    expect(listing(join(downloads, 'photos'))).toEqual(listing(root));
    expect(Math.round(lstatSync(join(downloads, 'photos')).mtimeMs)).toBe(1_600_000_005_000);
    await source.close();
  });

  it('is unpacked while it comes in', async () => {
    const root = join(folder, 'photos');
    for (let i = 0; i < 300; i++) text(join(root, `${i % 7}`, `${i}`), noise(7000 + i, `${i}`));
    text(join(root, 'large'), noise(10 * BLOCK_BYTES, 'large'));
    const { source, entryCount } = await scan(root);
    const saved = await receiveInTurn((await streamOf(source)) as Buffer, entryCount);
    if (!saved.ok) throw new Error(saved.error);
    expect(listing(saved.value.path)).toEqual(listing(root));
    await source.close();
  });

  it('goes on in another run at the block where it was', async () => {
    const root = join(folder, 'photos');
    for (let i = 0; i < 100; i++) text(join(root, `${i}`), noise(7000 + i, `${i}`));
    const { source, entryCount } = await scan(root);
    const stream = (await streamOf(source)) as Buffer;
    const count = Math.ceil(stream.length / BLOCK_BYTES);
    for (const before of [0, 1, 5, count]) {
      const saved = await receiveInTwoRuns(stream, entryCount, before);
      if (!saved.ok) throw new Error(saved.error);
      expect(listing(saved.value.path)).toEqual(listing(root));
      expect(readdirSync(downloads)).toHaveLength(1);
      rmSync(saved.value.path, { recursive: true });
      rmSync(join(folder, 'packs'), { recursive: true });
    }
    await source.close();
  });

  it('is held by any number of transfers, few of which are open at a time', async () => {
    const manifests = join(folder, 'packs');
    const packs = new Packs({
      downloads,
      manifests,
      profile: 'ab'.repeat(16) as MemberId,
      onProblem: () => undefined,
    });
    const held: HeldFile[] = [];
    for (let i = 0; i < PACKS_OPEN_MAX + 2; i++) {
      const root = join(folder, `photos ${i}`);
      text(join(root, 'a'), `alpha ${i}`);
      const scanned = await packs.scan([root], `photos ${i}`);
      if (!scanned.ok) throw new Error(scanned.error.detail);
      const { stamp } = scanned.value.file;
      await scanned.value.file.close();
      held.push(packs.heldSource([root], stamp));
    }
    for (const turn of [0, 1]) {
      for (const one of held) {
        const bytes = await one.readBlock(0, 30, pool);
        expect([turn, typeof bytes === 'string' ? bytes : Buffer.from(bytes).readUInt8(0)]).toEqual([
          turn,
          1,
        ]);
      }
    }
    const changed = held.at(0);
    writeFileSync(join(folder, 'photos 0', 'a'), 'another');
    // Open ones notice when they read.
    changed?.rest();
    expect(await changed?.check()).toMatchObject({ fault: 'file-changed' });
    await Promise.all(held.map((one) => one.close()));
    await packs.stop();
  });

  it('can be served by whoever has it, byte for byte the same', async () => {
    const root = join(folder, 'photos');
    makeTree(root);
    const { source, entryCount } = await scan(root);
    const stream = await streamOf(source);
    if (typeof stream === 'string') throw new Error(stream);
    const saved = await receive(stream, entryCount);
    if (!saved.ok) throw new Error(saved.error);
    const held = await PackSource.hold(thread, saved.value.path, join(folder, 'packs', 'one'));
    if (!held.ok) throw new Error(held.error.detail);
    expect(held.value.manifestHash).toBe(source.manifestHash);
    expect(await streamOf(held.value)).toEqual(stream);
    // A file that is replaced by a link to something else is not followed.
    rmSync(join(saved.value.path, 'a.txt'));
    symlinkSync('/etc/hostname', join(saved.value.path, 'a.txt'));
    expect(await streamOf(held.value)).toBe('file-unreadable');
    await Promise.all([source.close(), held.value.close()]);
  });

  it('never goes in the place of something else', async () => {
    const root = join(folder, 'photos');
    text(join(root, 'a'), 'a');
    const { source, entryCount } = await scan(root);
    const stream = (await streamOf(source)) as Buffer;
    mkdirSync(join(downloads, 'photos'));
    text(join(downloads, 'photos (2)'), 'mine');
    symlinkSync('/nowhere', join(downloads, 'photos (3)'));
    const saved = await receive(stream, entryCount, '../photos');
    expect(saved.ok && saved.value.path).toBe(join(downloads, 'photos (4)'));
    expect(readdirSync(join(downloads, 'photos'))).toEqual([]);
    await source.close();
  });

  it('is found again by a process that was killed right after it got its name', async () => {
    const root = join(folder, 'photos');
    text(join(root, 'a'), 'a');
    const { source, entryCount } = await scan(root);
    const stream = (await streamOf(source)) as Buffer;
    const first = await receive(stream, entryCount);
    expect(await receive(stream, entryCount)).toEqual(first);
    expect(readdirSync(downloads)).toEqual(['photos']);
    // What took its place is another folder.
    rmSync(join(downloads, 'photos'), { recursive: true });
    mkdirSync(join(downloads, 'photos'));
    expect(await receive(stream, entryCount)).toMatchObject({
      value: { path: join(downloads, 'photos (2)') },
    });
    await source.close();
  });

  it('changed after it was looked at is noticed, file by file', async () => {
    const root = join(folder, 'photos');
    text(join(root, 'a'), 'alpha');
    text(join(root, 'b'), 'beta');
    for (const change of [
      () => writeFileSync(join(root, 'a'), 'ALPHA'),
      () => writeFileSync(join(root, 'b'), 'bet'),
      () => rmSync(join(root, 'a')),
    ]) {
      const { source } = await scan(root);
      expect(typeof (await streamOf(source))).toBe('object');
      change();
      expect(await streamOf(source)).toMatch(/^file-(changed|unreadable)$/);
      await source.close();
    }
  });
});

describe('what is left out, renamed or refused when a folder is looked at', () => {
  it('sockets and pipes, links that lead out or nowhere', async () => {
    const root = join(folder, 'photos');
    text(join(root, 'a'), 'a');
    text(join(folder, 'secret'), 's');
    expect(spawnSync('mkfifo', [join(root, 'pipe')]).status).toBe(0);
    symlinkSync('../secret', join(root, 'out'));
    symlinkSync('/etc/hostname', join(root, 'absolute'));
    symlinkSync('nowhere', join(root, 'broken'));
    const { source, entryCount, notes } = await scan(root);
    expect(entryCount).toBe(1);
    expect(notes.skippedCount).toBe(4);
    const reasons = Object.fromEntries(
      notes.skipped.map(({ path, reason }) => [path.slice(root.length + 1), reason]),
    );
    expect(reasons).toEqual({
      pipe: 'special',
      out: 'link-leads-out',
      absolute: 'link-leads-out',
      broken: 'link-broken',
    });
    expect(((await streamOf(source)) as Buffer).includes('s\n')).toBe(false);
    await source.close();
  });

  it('names that not every system takes are made so that it does', async () => {
    const root = join(folder, 'photos');
    for (const name of ['aux.c', 'a:b', 'Makefile', 'makefile', 'e\u0301', 'plain'])
      text(join(root, name), name);
    const { source, entryCount, notes } = await scan(root);
    expect(notes.renamedCount).toBe(3);
    const saved = await receive((await streamOf(source)) as Buffer, entryCount);
    if (!saved.ok) throw new Error(saved.error);
    const contents = readdirSync(saved.value.path).map((name) => [
      name,
      readFileSync(join(saved.value.path, name), 'utf8'),
    ]);
    expect(Object.fromEntries(contents)).toEqual({
      '_aux.c': 'aux.c',
      a_b: 'a:b',
      Makefile: 'Makefile',
      'makefile (2)': 'makefile',
      '\u00e9': 'e\u0301',
      plain: 'plain',
    });
    await source.close();
  });

  it('several paths, each under its own name, links that were named followed', async () => {
    text(join(folder, 'one', 'a'), 'a');
    text(join(folder, 'two', 'one'), 'b');
    symlinkSync(join(folder, 'one'), join(folder, 'link'));
    const { source, entryCount } = await scan(
      join(folder, 'one'),
      join(folder, 'two', 'one'),
      join(folder, 'link'),
    );
    const saved = await receive((await streamOf(source)) as Buffer, entryCount);
    if (!saved.ok) throw new Error(saved.error);
    expect(Object.keys(listing(saved.value.path)).toSorted()).toEqual([
      'link',
      'link/a',
      'one',
      'one (2)',
      'one/a',
    ]);
    await source.close();
  });

  it('what is not there, cannot be read or is too deep', async () => {
    const fault = async (...paths: string[]) => {
      const scanned = await PackSource.scan(thread, paths);
      return scanned.ok ? undefined : scanned.error;
    };
    expect(await fault(join(folder, 'none'))).toMatchObject({
      fault: 'file-missing',
      path: join(folder, 'none'),
    });
    expect(await fault('/dev/null', folder)).toMatchObject({ fault: 'file-not-regular', path: '/dev/null' });
    const deep = join(folder, 'deep', ...Array.from({ length: 65 }, () => 'd'));
    mkdirSync(deep, { recursive: true });
    expect(await fault(join(folder, 'deep'))).toMatchObject({ fault: 'folder-too-large', detail: 'depth' });
    if (process.getuid?.() === 0) return;
    text(join(folder, 'closed', 'x'), 'x');
    chmodSync(join(folder, 'closed', 'x'), 0);
    expect(await fault(join(folder, 'closed'))).toMatchObject({ fault: 'file-unreadable', detail: 'EACCES' });
  });

  it('an empty folder is a pack, too', async () => {
    mkdirSync(join(folder, 'empty'));
    const { source, entryCount } = await scan(join(folder, 'empty'));
    expect(entryCount).toBe(0);
    const saved = await receive((await streamOf(source)) as Buffer, entryCount, 'empty');
    expect(saved.ok && readdirSync(saved.value.path)).toEqual([]);
    await source.close();
  });
});

it('a manifest says what a person would say of the folder', async () => {
  const root = join(folder, 'photos');
  makeTree(root);
  const { source } = await scan(root);
  const stream = (await streamOf(source)) as Buffer;
  const manifest = decodeManifest(new Uint8Array(stream.subarray(0, stream.readUInt32BE(1))));
  if (!manifest.ok) throw new Error(manifest.error.reason);
  const { entries } = manifest.value;
  expect(entries.map((_, index) => pathOf(entries, index + 1))).toEqual([
    '.config',
    '.config/nothing',
    'a.txt',
    'deep',
    'deep/er',
    'deep/er/still',
    'deep/er/still/x',
    'empty',
    'empty/within',
    'run.sh',
    '照片',
    '照片/猫.jpg',
    'deep/link',
    'short-cut',
  ]);
  await source.close();
});

import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect } from 'vitest';
import { encodeManifest } from '../../src/core/pack/manifest.ts';
import type { PackEntry } from '../../src/core/pack/manifest.ts';
import { newUdpPort, Profile } from './program.ts';
import { RogueSender } from './rogue-sender.ts';
import { scene } from './scene.ts';

const text = (path: string, content: string | Uint8Array): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
};

/** Everything below a folder: kind, programs, and what is in it. */
function listing(root: string, under = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of readdirSync(join(root, under))) {
    const path = join(under, name);
    const status = lstatSync(join(root, path));
    if (status.isSymbolicLink()) found.set(path, `-> ${readlinkSync(join(root, path))}`);
    else if (status.isDirectory()) {
      found.set(path, 'folder');
      for (const [below, what] of listing(root, path)) found.set(below, what);
    } else {
      const kind = (status.mode & 0o100) === 0 ? 'file' : 'program';
      found.set(path, `${kind} ${readFileSync(join(root, path)).toString('base64')}`);
    }
  }
  return found;
}

describe('folders', () => {
  scene(
    'a folder arrives whole, under its name, and never over another one',
    async ({ root, finch, wren, ready }) => {
      const folder = join(root, 'Fotos 照片');
      text(join(folder, 'a.txt'), 'alpha');
      text(join(folder, 'deep', 'er', 'x.bin'), randomBytes(2_500_000));
      text(join(folder, 'run.sh'), '#!/bin/sh\n');
      chmodSync(join(folder, 'run.sh'), 0o755);
      mkdirSync(join(folder, 'empty', 'within'), { recursive: true });
      symlinkSync('../a.txt', join(folder, 'deep', 'link'));
      symlinkSync('/etc/hostname', join(folder, 'out'));
      const receiving = await ready(finch.start('receive', '--count', '2'));
      for (const name of ['Fotos 照片', 'Fotos 照片 (2)']) {
        const sent = await wren.run('send', folder, '--expect', '1');
        expect(sent.status, sent.errors).toBe(0);
        const offered = sent.lines.find((line) => line.type === 'transfer-offered');
        expect(offered).toMatchObject({ file: { name: 'Fotos 照片' }, folder: { entries: 8 } });
        const problems = sent.lines.filter((line) => line.type === 'problem');
        expect(problems).toMatchObject([{ code: 'folder-skipped', values: { count: 1 } }]);
        expect(readdirSync(finch.downloads)).toContain(name);
      }
      const received = await receiving.ended;
      expect(received.status, received.errors).toBe(0);
      const done = received.lines.filter((line) => line.type === 'transfer-done');
      expect(done.map((line) => line['path'])).toEqual([
        join(finch.downloads, 'Fotos 照片'),
        join(finch.downloads, 'Fotos 照片 (2)'),
      ]);
      const expected = listing(folder);
      expected.delete('out');
      for (const name of readdirSync(finch.downloads)) {
        expect(listing(join(finch.downloads, name))).toEqual(expected);
      }
    },
  );

  scene('several paths of which one is a folder are one thing', async ({ root, finch, wren, ready }) => {
    text(join(root, 'docs', 'a'), 'a');
    text(join(root, 'note.txt'), 'note');
    const receiving = await ready(finch.start('receive'));
    const sent = await wren.run('send', join(root, 'docs'), join(root, 'note.txt'), '--expect', '1');
    expect(sent.status, sent.errors).toBe(0);
    expect((await receiving.ended).status).toBe(0);
    expect(readdirSync(finch.downloads)).toEqual(['docs + 1']);
    expect([...listing(join(finch.downloads, 'docs + 1')).keys()]).toEqual(['docs', 'docs/a', 'note.txt']);
  });

  scene(
    'who comes when the sender is gone gets it from one who has it, also after a restart',
    async ({ root, finch, wren, robin, ready }) => {
      const folder = join(root, 'docs');
      for (let i = 0; i < 50; i++) text(join(folder, `${i % 7}`, `${i}`), randomBytes(40_000));
      mkdirSync(join(folder, 'empty'));
      const watching = await ready(finch.start('watch'));
      const sent = await wren.run('send', folder, '--expect', '1');
      expect(sent.status, sent.errors).toBe(0);
      watching.child.kill('SIGTERM');
      await watching.ended;
      await ready(finch.start('watch'));
      const late = await robin.run('receive', '--timeout', '60');
      expect(late.status, late.errors).toBe(0);
      expect(listing(join(robin.downloads, 'docs'))).toEqual(listing(folder));
    },
  );

  scene('ten thousand small files', async ({ root, finch, wren, ready }) => {
    const folder = join(root, 'many');
    for (let i = 0; i < 10_000; i++) {
      text(join(folder, `${i % 100}`, `${i}.txt`), `${i} ${'x'.repeat(i % 300)}`);
      // The others of this file go on meanwhile.
      if (i % 100 === 0) await new Promise((done) => setImmediate(done));
    }
    const receiving = await ready(finch.start('receive'));
    const sent = await wren.run('send', folder, '--expect', '1');
    expect(sent.status, sent.errors).toBe(0);
    expect((await receiving.ended).status).toBe(0);
    expect(listing(join(finch.downloads, 'many'))).toEqual(listing(folder));
  });

  scene(
    'a folder that cannot be read is refused before anything is offered',
    async ({ root, finch, wren, ready }) => {
      const watching = await ready(finch.start('watch'));
      const deep = join(root, 'deep', ...Array.from({ length: 65 }, () => 'd'));
      mkdirSync(deep, { recursive: true });
      const sent = await wren.run('send', join(root, 'deep'), '--expect', '1');
      expect(sent.status).toBe(1);
      expect(sent.lines.find((line) => line.type === 'problem')).toMatchObject({ code: 'folder-too-large' });
      expect(watching.lines().filter((line) => line.type === 'transfer-offered')).toEqual([]);
    },
  );
});

const file = (name: string, parent = 0, size = 0): PackEntry => ({
  kind: 'file',
  parent,
  name,
  modifiedAt: 0,
  size,
  executable: false,
});

describe('a sender of packs that are none', () => {
  scene('is refused each time, with the reason, and harms nothing', async ({ root, ready }) => {
    const port = newUdpPort();
    const finch = new Profile(root, 'Finch', port);
    const watching = await ready(finch.start('watch'));
    const rogue = await RogueSender.start(root, port);
    await watching.find('member-joined');
    const packed = (entries: PackEntry[], content = '') =>
      Buffer.concat([encodeManifest({ modifiedAt: 0, entries }), Buffer.from(content)]);
    const link: PackEntry = { kind: 'link', parent: 0, name: 'l', target: 3 };
    const cases: readonly (readonly [string, Uint8Array, number])[] = [
      ['path-leads-out', packed([file('..')]), 1],
      ['path-leads-out', packed([file('../../.bashrc', 0, 1)], 'x'), 1],
      ['path-absolute', packed([file('/etc/cron.d/x')]), 1],
      ['path-absolute', packed([file('C:\\evil.exe')]), 1],
      ['names-collide', packed([file('a'), file('a')]), 2],
      ['names-collide', packed([file('a'), file('A')]), 2],
      ['name-reserved', packed([file('nul')]), 1],
      ['parent-not-folder', packed([file('a'), file('b', 1)]), 2],
      ['link-leads-out', packed([link]), 1],
      ['size-mismatch', packed([file('a', 0, 1000)], 'x'), 1],
      ['size-mismatch', packed([file('a', 0, 1)], 'x'), 2],
      ['malformed', Buffer.alloc(5), 0],
      ['unknown-format', randomBytesOfFormat(9), 3],
    ];
    for (const [index, [, content, entries]] of cases.entries()) {
      expect(await rogue.send(`pack ${index}`, content, entries)).toBe('pack-refused');
    }
    // What it prints may take a moment to come.
    for (const end = performance.now() + 10_000; performance.now() < end;) {
      if (watching.lines().filter((line) => line.type === 'transfer-failed').length === cases.length) break;
      await new Promise((done) => setTimeout(done, 20));
    }
    const problems = watching.lines().filter((line) => line.type === 'problem');
    expect(problems.map((line) => line['values'].reason)).toEqual(cases.map(([reason]) => reason));
    const failed = watching.lines().filter((line) => line.type === 'transfer-failed');
    expect(failed.map((line) => line['reason'])).toEqual(cases.map(() => 'pack-refused'));
    expect(readdirSync(finch.downloads)).toEqual([]);
    // The room goes on, and so does whoever sent them.
    expect(await rogue.send('good', packed([file('a', 0, 4)], 'good'), 1)).toBe('done');
    expect(readFileSync(join(finch.downloads, 'good', 'a'), 'utf8')).toBe('good');
    await rogue.stop();
  });
});

function randomBytesOfFormat(format: number): Buffer {
  const bytes = randomBytes(3_000_000);
  bytes[0] = format;
  return bytes;
}

/** What the file side promises, on a real file system: whole or not there, never over another file. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { appendFile, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BufferPool } from '../../src/base/buffer-pool.ts';
import type { MemberId, TransferId } from '../../src/base/ids.ts';
import { IncomingFile, reserveAndRename } from '../../src/io/files/incoming-file.ts';
import { OutgoingFile } from '../../src/io/files/outgoing-file.ts';
import { partName, removeStaleParts } from '../../src/io/files/part-file.ts';
import type { IoProblem } from '../../src/io/problems.ts';

const BLOCK_BYTES = 1024 * 1024;
const transfer = '0123456789abcdef0123456789abcdef' as TransferId;
const profile = 'fedcba9876543210fedcba9876543210' as MemberId;
const otherProfile = 'aaaaaaaa76543210fedcba9876543210' as MemberId;

let folder: string;
let problems: IoProblem[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'starling-files-'));
  problems = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const incoming = (receivedName: string, into = folder): IncomingFile =>
  new IncomingFile({
    folder: into,
    partName: partName(transfer, profile),
    receivedName,
    onProblem: (problem) => problems.push(problem),
  });

const block = (index: number, lengthBytes = BLOCK_BYTES): Uint8Array =>
  new Uint8Array(Buffer.alloc(lengthBytes, createHash('sha256').update(String(index)).digest()));

describe('an incoming file', () => {
  it('gets its name when it is whole, from blocks written in any order and all at once', async () => {
    const file = incoming('report.pdf');
    const blocks = Array.from({ length: 20 }, (_, index) => block(index));
    const order = blocks.map((_, index) => (index * 7) % blocks.length);
    const faults = await Promise.all(
      order.map((index) => file.writeBlock(index * BLOCK_BYTES, blocks[index] as Uint8Array)),
    );
    expect(faults.every((fault) => fault === undefined)).toBe(true);
    expect(readdirSync(folder)).toEqual([partName(transfer, profile)]);
    const saved = await file.finish();
    expect(saved).toEqual({ ok: true, value: { path: join(folder, 'report.pdf'), mediaType: undefined } });
    expect(readdirSync(folder)).toEqual(['report.pdf']);
    expect(readFileSync(join(folder, 'report.pdf')).equals(Buffer.concat(blocks))).toBe(true);
  });

  it('may be empty, and its folder need not exist', async () => {
    const into = join(folder, 'a', 'b');
    const saved = await incoming('empty.txt', into).finish();
    expect(saved.ok && saved.value.path).toBe(join(into, 'empty.txt'));
    expect(readFileSync(join(into, 'empty.txt')).length).toBe(0);
  });

  it('never overwrites, and counts instead', async () => {
    writeFileSync(join(folder, 'report.pdf'), 'mine');
    symlinkSync('/nowhere', join(folder, 'report (2).pdf'));
    mkdirSync(join(folder, 'report (3).pdf'));
    const file = incoming('../../report.pdf');
    await file.writeBlock(0, block(1, 10));
    const saved = await file.finish();
    expect(saved.ok && saved.value.path).toBe(join(folder, 'report (4).pdf'));
    expect(readFileSync(join(folder, 'report.pdf'), 'utf8')).toBe('mine');
    expect(existsSync('/nowhere')).toBe(false);
  });

  it('reports the type that its bytes have', async () => {
    const file = incoming('picture.txt');
    await file.writeBlock(0, Buffer.from('\x89PNG\r\n\x1a\n and more', 'latin1'));
    const saved = await file.finish();
    expect(saved.ok && saved.value.mediaType).toBe('image/png');
  });

  it('leaves nothing when it is discarded, whenever that is', async () => {
    const early = incoming('a');
    await early.discard();
    const busy = incoming('b');
    const writes = Array.from({ length: 20 }, (_, index) =>
      busy.writeBlock(index * BLOCK_BYTES, block(index)),
    );
    await busy.discard();
    await Promise.all(writes);
    expect(readdirSync(folder)).toEqual([]);
    const late = incoming('c');
    await late.writeBlock(0, block(0, 100));
    const finishing = late.finish();
    await Promise.all([late.discard(), finishing]);
    expect((await finishing).ok).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('replaces a part file of its own that an earlier attempt left, without following a link', async () => {
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'keep');
    symlinkSync(victim, join(folder, partName(transfer, profile)));
    const file = incoming('x');
    await file.writeBlock(0, block(0, 4));
    await file.finish();
    expect(readFileSync(victim, 'utf8')).toBe('keep');
    expect(readdirSync(folder).toSorted()).toEqual(['victim', 'x']);
  });

  it('says which folder takes no files', async () => {
    const into = join(folder, 'occupied');
    writeFileSync(into, 'a file where the folder should be');
    expect(await incoming('x', into).writeBlock(0, block(0, 4))).toBe('disk-error');
    expect(problems).toEqual([{ code: 'downloads-unwritable', values: { path: into, error: 'EEXIST' } }]);
  });

  it('gets its name without hard links as well, and still overwrites nothing', async () => {
    const from = join(folder, 'part');
    const to = join(folder, 'name');
    writeFileSync(from, 'whole');
    writeFileSync(to, 'mine');
    await expect(reserveAndRename(from, to)).rejects.toMatchObject({ code: 'EEXIST' });
    rmSync(to);
    await reserveAndRename(from, to);
    expect(readdirSync(folder)).toEqual(['name']);
    await expect(reserveAndRename(from, join(folder, 'other'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(readdirSync(folder)).toEqual(['name']);
  });
});

describe('a full disk', () => {
  let mounted = false;
  beforeEach(() => {
    mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status === 0;
  });
  afterEach(() => {
    if (mounted) spawnSync('umount', [folder]);
  });

  it('is told apart from other trouble, and leaves no trace', async (context) => {
    if (!mounted) context.skip('mounting a small file system needs root on Linux');
    const file = incoming('large.bin');
    const faults = await Promise.all(
      [0, 1, 2].map((index) => file.writeBlock(index * BLOCK_BYTES, block(index))),
    );
    expect(faults).toContain('disk-full');
    await file.discard();
    expect(readdirSync(folder)).toEqual([]);
    expect(problems).toEqual([]);
  });
});

describe('part files of the past', () => {
  it('go at start where they are this profile’s own or a day old, and nothing else goes', async () => {
    const own = partName(transfer, profile);
    const foreign = partName(transfer, otherProfile);
    const old = foreign.replace('0123', '9999');
    const likes = ['.starling-x.part', `${own}.txt`, 'report.pdf'];
    for (const name of [own, foreign, old, ...likes]) writeFileSync(join(folder, name), '');
    mkdirSync(join(folder, own.replace('0123', '4567')));
    const yesterday = new Date(Date.now() - 25 * 3600 * 1000);
    utimesSync(join(folder, old), yesterday, yesterday);
    expect(await removeStaleParts(folder, profile, Date.now())).toBe(2);
    expect(readdirSync(folder).toSorted()).toEqual(
      [foreign, own.replace('0123', '4567'), ...likes].toSorted(),
    );
    expect(await removeStaleParts(join(folder, 'missing'), profile, Date.now())).toBe(0);
  });
});

describe('an outgoing file', () => {
  const pool = new BufferPool(BLOCK_BYTES, 1);
  const write = (name: string, content: Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const opened = async (path: string): Promise<OutgoingFile> => {
    const result = await OutgoingFile.open(path);
    if (!result.ok) throw new Error(result.error.detail);
    return result.value;
  };

  it('is read in blocks, many at once', async () => {
    const content = Buffer.concat(Array.from({ length: 10 }, (_, index) => block(index)));
    const file = await opened(write('big', content));
    expect(file.size).toBe(content.length);
    const blocks = await Promise.all(
      Array.from({ length: 10 }, (_, index) => file.readBlock(index * BLOCK_BYTES, BLOCK_BYTES, pool)),
    );
    expect(Buffer.concat(blocks as Uint8Array[]).equals(content)).toBe(true);
    await file.close();
    expect(await file.readBlock(0, 1, pool)).toBe('file-unreadable');
  });

  it('is a regular file and nothing else', async () => {
    const refusal = async (path: string): Promise<unknown> => {
      const result = await OutgoingFile.open(path);
      return result.ok ? 'opened' : [result.error.fault, result.error.detail];
    };
    expect(await refusal(join(folder, 'missing'))).toEqual(['file-unreadable', 'ENOENT']);
    expect(await refusal(folder)).toEqual(['file-unreadable', 'EISDIR']);
    if (process.platform !== 'win32') {
      const pipe = join(folder, 'pipe');
      spawnSync('mkfifo', [pipe]);
      expect(await refusal(pipe)).toEqual(['file-unreadable', 'not-regular']);
      expect(await refusal('/dev/zero')).toEqual(['file-unreadable', 'not-regular']);
    }
  });

  it.each([
    ['grown', (path: string) => appendFile(path, 'more')],
    ['shortened', async (path: string) => writeFileSync(path, 'short')],
    ['edited in place, as long as before', async (path: string) => writeFileSync(path, block(9, 5000))],
    ['touched', (path: string) => utimes(path, 1, 1)],
  ])('notices that it was %s', async (_how, change) => {
    const path = write('edited', block(0, 5000));
    const file = await opened(path);
    expect(await file.readBlock(0, 1000, pool)).toBeInstanceOf(Uint8Array);
    await change(path);
    expect(await file.readBlock(1000, 4000, pool)).toBe('file-changed');
    await file.close();
  });

  it('goes on being the old file where another one took its name', async () => {
    const path = write('replaced', block(0, 5000));
    const file = await opened(path);
    rmSync(path);
    write('replaced', block(1, 5000));
    const read = await file.readBlock(0, 5000, pool);
    expect(Buffer.from(read as Uint8Array).equals(Buffer.from(block(0, 5000)))).toBe(true);
    await file.close();
  });
});

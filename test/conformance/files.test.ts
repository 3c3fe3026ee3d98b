/** What the file side promises, on a real file system: whole or not there, never over another file. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
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
import { DurableBlocks } from '../../src/io/files/durable-blocks.ts';
import { stampOf } from '../../src/io/files/file-stamp.ts';
import { HeldFile } from '../../src/io/files/held-file.ts';
import { IncomingFile, reserveAndRename } from '../../src/io/files/incoming-file.ts';
import { OpenFiles } from '../../src/io/files/open-files.ts';
import { OutgoingFile } from '../../src/io/files/outgoing-file.ts';
import { partName, removeStaleParts } from '../../src/io/files/part-file.ts';
import { SYNC_BLOCKS_MAX } from '../../src/io/limits.ts';
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

/** With its name, and nothing beside it. */
async function finished(file: IncomingFile): ReturnType<IncomingFile['finish']> {
  const saved = await file.finish();
  await file.settle();
  return saved;
}

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
    const saved = await finished(file);
    expect(saved.ok && saved.value).toMatchObject({ path: join(folder, 'report.pdf'), mediaType: undefined });
    const status = statSync(join(folder, 'report.pdf'), { bigint: true });
    expect(saved.ok && saved.value.stamp).toEqual(stampOf(status));
    expect(readdirSync(folder)).toEqual(['report.pdf']);
    expect(readFileSync(join(folder, 'report.pdf')).equals(Buffer.concat(blocks))).toBe(true);
  });

  it('has its part as a second name until the first is written down', async () => {
    const file = incoming('report.pdf');
    await file.writeBlock(0, block(0, 10));
    expect((await file.finish()).ok).toBe(true);
    expect(readdirSync(folder).toSorted()).toEqual([partName(transfer, profile), 'report.pdf']);
    const again = new IncomingFile({
      folder,
      partName: partName(transfer, profile),
      receivedName: 'report.pdf',
      onProblem: (problem) => problems.push(problem),
      resumes: true,
    });
    const { ino, dev } = statSync(join(folder, 'report.pdf'), { bigint: true });
    expect(await again.reopen()).toEqual({ ok: true, value: { size: 10, named: { ino, dev } } });
    await again.keep();
    await file.settle();
    expect(readdirSync(folder)).toEqual(['report.pdf']);
  });

  it('may be empty, and its folder need not exist', async () => {
    const into = join(folder, 'a', 'b');
    const saved = await finished(incoming('empty.txt', into));
    expect(saved.ok && saved.value.path).toBe(join(into, 'empty.txt'));
    expect(readFileSync(join(into, 'empty.txt')).length).toBe(0);
  });

  it('never overwrites, and counts instead', async () => {
    writeFileSync(join(folder, 'report.pdf'), 'mine');
    symlinkSync('/nowhere', join(folder, 'report (2).pdf'));
    mkdirSync(join(folder, 'report (3).pdf'));
    const file = incoming('../../report.pdf');
    await file.writeBlock(0, block(1, 10));
    const saved = await finished(file);
    expect(saved.ok && saved.value.path).toBe(join(folder, 'report (4).pdf'));
    expect(readFileSync(join(folder, 'report.pdf'), 'utf8')).toBe('mine');
    expect(existsSync('/nowhere')).toBe(false);
  });

  it('reports the type that its bytes have', async () => {
    const file = incoming('picture.txt');
    await file.writeBlock(0, Buffer.from('\x89PNG\r\n\x1a\n and more', 'latin1'));
    const saved = await finished(file);
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
    await finished(file);
    expect(readFileSync(victim, 'utf8')).toBe('keep');
    expect(readdirSync(folder).toSorted()).toEqual(['victim', 'x']);
  });

  describe('of an earlier run', () => {
    const resumed = (openFiles?: OpenFiles, size = 10 * BLOCK_BYTES): IncomingFile =>
      new IncomingFile({
        folder,
        partName: partName(transfer, profile),
        receivedName: 'late.bin',
        onProblem: (problem) => problems.push(problem),
        resumes: true,
        size,
        ...(openFiles === undefined ? {} : { openFiles }),
      });
    const pool = new BufferPool(BLOCK_BYTES, 2);
    const start = async (): Promise<void> => {
      const file = incoming('late.bin');
      await file.writeBlock(BLOCK_BYTES, block(1));
      expect(await file.sync()).toBeUndefined();
      await file.keep();
    };

    it('goes on with the part, reads from it, and ends with the name', async () => {
      await start();
      const file = resumed();
      expect(await file.reopen()).toEqual({ ok: true, value: { size: 2 * BLOCK_BYTES } });
      expect(await file.readBlock(BLOCK_BYTES, BLOCK_BYTES, pool)).toEqual(block(1));
      expect(await file.readBlock(5 * BLOCK_BYTES, 10, pool)).toBe('file-changed');
      await file.writeBlock(0, block(0));
      const saved = await finished(file);
      expect(saved.ok).toBe(true);
      const whole = Buffer.concat([block(0), block(1)]);
      expect(readFileSync(join(folder, 'late.bin')).equals(whole)).toBe(true);
      expect(readdirSync(folder)).toEqual(['late.bin']);
    });

    it.runIf(process.platform !== 'win32')('takes no link, folder or longer file for the part', async () => {
      const path = join(folder, partName(transfer, profile));
      const victim = join(folder, 'victim');
      writeFileSync(victim, 'keep');
      symlinkSync(victim, path);
      const afterLink = resumed();
      expect(await afterLink.reopen()).toMatchObject({ ok: true, value: { size: 0 } });
      await afterLink.writeBlock(0, block(0, 4));
      await afterLink.discard();
      expect(readFileSync(victim, 'utf8')).toBe('keep');
      writeFileSync(path, 'longer than the whole file');
      const afterLong = resumed(undefined, 10);
      expect(await afterLong.reopen()).toMatchObject({ ok: true, value: { size: 0 } });
      await afterLong.discard();
      mkdirSync(path);
      expect((await resumed().reopen()).ok).toBe(false);
    });

    it('is closed between blocks where many are open, and notices that the part was exchanged meanwhile', async () => {
      await start();
      const openFiles = new OpenFiles(1);
      const file = resumed(openFiles);
      await file.writeBlock(0, block(0));
      const other = new HeldFile(join(folder, 'none'), { size: 0, version: '0' }, openFiles);
      await other.check();
      await file.writeBlock(2 * BLOCK_BYTES, block(2));
      await other.check();
      rmSync(join(folder, partName(transfer, profile)));
      writeFileSync(join(folder, partName(transfer, profile)), 'something else');
      expect(await file.writeBlock(0, block(0))).toBe('disk-error');
      await file.keep();
    });

    it.runIf(process.platform === 'linux')('keeps no more open than allowed', async () => {
      const openFiles = new OpenFiles(3);
      const files = Array.from({ length: 12 }, (_, index) => {
        const name = partName(transfer.replace('0', (index % 10).toString()) as TransferId, profile);
        return new IncomingFile({
          folder: join(folder, String(index)),
          partName: name,
          receivedName: `${index}`,
          onProblem: (problem) => problems.push(problem),
          openFiles,
        });
      });
      for (const file of files) expect(await file.writeBlock(0, block(0, 100))).toBeUndefined();
      const open = (): number =>
        readdirSync('/proc/self/fd').filter((fd) => {
          try {
            return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
          } catch {
            return false;
          }
        }).length;
      await expect.poll(open).toBeLessThanOrEqual(3);
      await Promise.all(files.map((file) => file.writeBlock(100, block(1, 100))));
      for (const [index, file] of files.entries()) {
        expect((await finished(file)).ok).toBe(true);
        expect(readFileSync(join(folder, String(index), String(index))).length).toBe(200);
      }
      expect(open()).toBe(0);
    });
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

describe('blocks that would survive a power cut', () => {
  it('are told of in batches, once a sync that began after they were written is over', async () => {
    const told: number[][] = [];
    const syncs: (() => void)[] = [];
    const sync = (): Promise<undefined> => new Promise((resolve) => syncs.push(() => resolve(undefined)));
    const durable = new DurableBlocks(sync, (blocks) => told.push([...blocks]));
    for (let index = 0; index < SYNC_BLOCKS_MAX; index++) durable.wrote(index);
    expect(syncs.length).toBe(1);
    durable.wrote(1000);
    expect(told).toEqual([]);
    syncs[0]?.();
    await expect.poll(() => told.length).toBe(1);
    expect(told[0]).toHaveLength(SYNC_BLOCKS_MAX);
    expect(told[0]).not.toContain(1000);
    const flushed = durable.flush();
    syncs[1]?.();
    await flushed;
    expect(told[1]).toEqual([1000]);
  });

  it('are not claimed where the disk could not keep them', async () => {
    const told: number[] = [];
    const durable = new DurableBlocks(
      () => Promise.resolve('disk-full' as const),
      (blocks) => told.push(...blocks),
    );
    durable.wrote(1);
    await durable.flush();
    expect(told).toEqual([]);
  });

  it('are told of within about a second where no more come', async () => {
    const told: number[] = [];
    const durable = new DurableBlocks(
      () => Promise.resolve(undefined),
      (blocks) => told.push(...blocks),
    );
    durable.wrote(3);
    await expect.poll(() => told, { timeout: 5000 }).toEqual([3]);
  });
});

describe('part files of the past', () => {
  it('go at start where they are this profile’s own or a month old, and nothing else goes', async () => {
    const own = partName(transfer, profile);
    const foreign = partName(transfer, otherProfile);
    const old = foreign.replace('0123', '9999');
    const going = '11111111111111111111111111111111' as TransferId;
    const likes = ['.starling-x.part', `${own}.txt`, 'report.pdf', partName(going, profile)];
    for (const name of [own, foreign, old, ...likes]) writeFileSync(join(folder, name), '');
    mkdirSync(join(folder, own.replace('0123', '4567')));
    const longAgo = new Date(Date.now() - 31 * 24 * 3600 * 1000);
    utimesSync(join(folder, old), longAgo, longAgo);
    expect(await removeStaleParts(folder, profile, Date.now(), new Set([going]))).toBe(2);
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

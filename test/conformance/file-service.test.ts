/** The file service between a core that takes notes and real files: order of answers, and none that nobody waits for. */
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/assert.ts';
import { concatBytes, toHex } from '../../src/base/bytes.ts';
import type { Bytes } from '../../src/base/bytes.ts';
import { BufferPool } from '../../src/base/buffer-pool.ts';
import type { MemberId, RecordId, RoomId, TransferId } from '../../src/base/ids.ts';
import type { PeerApi, PeerEvent, RestoredTransfer } from '../../src/core/api.ts';
import { BLOCK_BYTES } from '../../src/core/limits.ts';
import { encodePage } from '../../src/core/wire/page.ts';
import type { EngineEvent } from '../../src/io/engine-messages.ts';
import { stampOf } from '../../src/io/files/file-stamp.ts';
import { FileService } from '../../src/io/files/file-service.ts';
import { partName } from '../../src/io/files/part-file.ts';

const ROOM = '00000000000000000000000000000001' as RoomId;
const FROM = '00000000000000000000000000000002' as MemberId;
const RECORD = 'ab'.repeat(32) as RecordId;
const TRANSFER = 'ab'.repeat(16) as TransferId;

let folder: string;
let notes: string[];
let service: FileService;
let newService: () => FileService;
let refuse: boolean;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'starling-service-'));
  notes = [];
  refuse = false;
  const note =
    (name: string) =>
    (...args: unknown[]): void => {
      notes.push([name, ...args.slice(1).map(show)].join(' '));
      if (refuse) throw new UsageError('unknown');
    };
  const peer = {
    offer: note('offer'),
    blockRead: note('blockRead'),
    blockWritten: note('blockWritten'),
    fileFinished: note('fileFinished'),
    restoreTransfer: note('restoreTransfer'),
  } as unknown as PeerApi;
  const newOne = (): FileService =>
    new FileService({
      buffers: new BufferPool(BLOCK_BYTES + 16, 1),
      downloads: join(folder, 'downloads'),
      manifests: join(folder, 'packs'),
      profile: FROM,
      post: (event: EngineEvent) => {
        // When a file was written is not the same twice.
        const { stamp: _, ...rest } = { stamp: undefined, ...event };
        if (event.type !== 'source-opened') notes.push(`post ${JSON.stringify(rest)}`);
      },
      run: (command) => command(peer, 0),
    });
  newService = newOne;
  service = newOne();
});
afterEach(async () => {
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
});

const show = (value: unknown): string => {
  if (value instanceof Uint8Array) return `<${value.length} bytes>`;
  if (typeof value === 'object' && value !== null && 'written' in value)
    return `${(value as RestoredTransfer).state} ${toHex((value as RestoredTransfer).written)}`;
  return value === ROOM ? 'ROOM' : value === TRANSFER ? 'TRANSFER' : JSON.stringify(value);
};
const handle = (...events: PeerEvent[]): void => events.forEach((event) => service.handle(event));
const offered = (name: string): PeerEvent => ({
  type: 'transfer-offered',
  room: ROOM,
  transfer: TRANSFER,
  message: RECORD,
  record: new Uint8Array(0),
  file: { name, size: 4 },
  from: FROM,
  name: 'Wren',
  at: 0,
  own: false,
  depth: 1,
  sequence: 1,
});
const write = (blockIndex: number): PeerEvent => ({
  type: 'write-block',
  transfer: TRANSFER,
  block: blockIndex,
  offset: blockIndex * 2,
  bytes: Uint8Array.of(65 + blockIndex, 10),
});
const stored = (token: number): PeerEvent => ({
  type: 'store-record',
  room: ROOM,
  id: RECORD,
  sequence: 1,
  depth: 1,
  at: 0,
  bytes: new Uint8Array(0),
  audience: '',
  token,
});
const read = { type: 'read-block', transfer: TRANSFER, block: 0, offset: 0, length: 5 } as const;

describe('FileService', () => {
  it('saves under the offered name, and says where before the core learns of it', async () => {
    handle(offered('../note.txt'), write(1), write(0));
    await expect.poll(() => notes.length).toBe(2);
    handle({ type: 'finish-file', transfer: TRANSFER });
    await expect.poll(() => notes.length).toBe(5);
    const path = join(folder, 'downloads', 'note.txt');
    expect(JSON.parse(notes[2]?.slice(5) ?? '')).toMatchObject({ type: 'blocks-durable' });
    expect(notes.slice(0, 2).toSorted()).toEqual(['blockWritten TRANSFER 0 ', 'blockWritten TRANSFER 1 ']);
    expect(notes.slice(3)).toEqual([
      `post ${JSON.stringify({ type: 'file-saved', transfer: TRANSFER, path })}`,
      'fileFinished TRANSFER',
    ]);
    expect(readFileSync(path, 'utf8')).toBe('A\nB\n');
    // It can be had by others from now on, as long as nothing was done to it.
    handle({ ...read, length: 4 });
    await expect.poll(() => notes[5]).toBe('blockRead TRANSFER 0 <4 bytes>');
    appendFileSync(path, 'and more');
    handle({ ...read, length: 4 });
    await expect.poll(() => notes[6]).toBe('blockRead TRANSFER 0 "file-changed"');
  });

  it('says nothing to the core about a transfer that it discarded', async () => {
    handle(offered('a'), write(0), { type: 'discard-file', transfer: TRANSFER });
    handle({ type: 'discard-file', transfer: TRANSFER });
    await service.stop();
    expect(notes).toEqual([]);
    expect(readdirSync(folder).flatMap((name) => readdirSync(join(folder, name)))).toEqual([]);
  });

  it('keeps what is half received when it stops, and reports what of it is durable', async () => {
    handle(offered('a'), write(0));
    await expect.poll(() => notes.length).toBe(1);
    await service.stop();
    expect(readdirSync(join(folder, 'downloads'))).toEqual([partName(TRANSFER, FROM)]);
    expect(notes[1]).toBe(
      `post ${JSON.stringify({ type: 'blocks-durable', transfer: TRANSFER, blocks: [0] })}`,
    );
  });

  it('keeps the part of a transfer that is suspended, and goes on with it', async () => {
    handle(offered('a'), write(0));
    await expect.poll(() => notes.length).toBe(1);
    handle({ type: 'suspend-file', transfer: TRANSFER });
    await expect.poll(() => notes.length).toBe(2);
    handle(write(1));
    await expect.poll(() => notes.length).toBe(3);
    handle({ type: 'finish-file', transfer: TRANSFER });
    await expect.poll(() => notes.at(-1)).toBe('fileFinished TRANSFER');
    expect(readFileSync(join(folder, 'downloads', 'a'), 'utf8')).toBe('A\nB\n');
  });

  it('reads an offered file under the id that its record gets, until it is released', async () => {
    const path = join(folder, 'mine.txt');
    writeFileSync(path, 'hello');
    await service.offer({ room: ROOM, path, name: 'mine.txt', at: 7, token: 3, megabitsPerSecondMax: 8 });
    // 8 Mbit/s are 1000 bytes a millisecond, headers counted.
    const payloadBytesPerMs = 1000 * (1472 / 1514);
    expect(notes).toEqual([`offer ROOM {"name":"mine.txt","size":5} 7 3 ${payloadBytesPerMs}`]);
    handle(stored(0), stored(3), read);
    await expect.poll(() => notes[1]).toBe('blockRead TRANSFER 0 <5 bytes>');
    writeFileSync(path, 'hello, changed');
    handle(read);
    await expect.poll(() => notes[2]).toBe('blockRead TRANSFER 0 "file-changed"');
    handle(read, { type: 'release-source', transfer: TRANSFER });
    await service.stop();
    expect(notes.length).toBe(3);
  });

  describe('what an earlier run left', () => {
    const SIZE = 2 * BLOCK_BYTES + 10;
    const content = new Uint8Array(SIZE).map((_, i) => (i * 31) & 255);
    const block = (index: number): Bytes => content.subarray(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES);
    /** Signatures are the core's to check. */
    const pages = [0, 1, 2].map((first) => {
      const hashes = [new Uint8Array(createHash('sha256').update(block(first)).digest())];
      return concatBytes(encodePage(ROOM, { transfer: TRANSFER, first, hashes }), new Uint8Array(64));
    });
    const restored = (written: number): RestoredTransfer => ({
      offer: new Uint8Array(1),
      own: false,
      state: 'receiving',
      pages,
      written: Uint8Array.of(written),
    });
    const downloads = (): string => join(folder, 'downloads');
    const part = (bytes: Uint8Array): void => {
      mkdirSync(downloads());
      writeFileSync(join(downloads(), partName(TRANSFER, FROM)), bytes);
    };
    const restore = (written: number): Promise<void> =>
      service.restore({
        room: ROOM,
        transfer: TRANSFER,
        restored: restored(written),
        file: { kind: 'part', folder: downloads(), name: 'x.bin', size: SIZE },
      });

    it('counts as far as its bytes are what was signed, and others can have it', async () => {
      const damaged = content.slice();
      damaged[BLOCK_BYTES + 5] = (damaged[BLOCK_BYTES + 5] as number) ^ 1;
      part(damaged);
      await restore(0b111);
      expect(notes).toEqual([
        `post ${JSON.stringify({ type: 'part-checked', transfer: TRANSFER, written: Uint8Array.of(0b101) })}`,
        'restoreTransfer ROOM receiving 05',
      ]);
      handle({ ...read, block: 2, offset: 2 * BLOCK_BYTES, length: 10 });
      await expect.poll(() => notes[2]).toBe('blockRead TRANSFER 2 <10 bytes>');
      handle({ type: 'write-block', transfer: TRANSFER, block: 1, offset: BLOCK_BYTES, bytes: block(1) });
      await expect.poll(() => notes[3]).toBe('blockWritten TRANSFER 1 ');
      handle({ type: 'finish-file', transfer: TRANSFER });
      await expect.poll(() => notes.at(-1)).toBe('fileFinished TRANSFER');
      expect(Buffer.compare(readFileSync(join(downloads(), 'x.bin')), content)).toBe(0);
      service.settle(TRANSFER);
      await service.stop();
      expect(readdirSync(downloads())).toEqual(['x.bin']);
    });

    it('counts no further than the store knew, and not at all where the part is gone', async () => {
      part(content);
      await restore(0b010);
      expect(notes).toEqual(['restoreTransfer ROOM receiving 02']);
      await service.stop();
      rmSync(join(downloads(), partName(TRANSFER, FROM)));
      notes = [];
      service = newService();
      await restore(0b110);
      expect(notes.at(-1)).toBe('restoreTransfer ROOM receiving 00');
    });

    it('is found under its name where a kill came between the name and the news of it', async () => {
      part(content);
      writeFileSync(join(downloads(), 'x.bin'), content);
      linkSync(join(downloads(), partName(TRANSFER, FROM)), join(downloads(), 'x (2).bin'));
      // Not even that blocks came was written down.
      await restore(0);
      const path = join(downloads(), 'x (2).bin');
      expect(notes).toEqual([
        `post ${JSON.stringify({ type: 'file-saved', transfer: TRANSFER, path })}`,
        'restoreTransfer ROOM complete 00',
      ]);
      expect(readdirSync(downloads())).toHaveLength(3);
      service.settle(TRANSFER);
      await service.stop();
      expect(readdirSync(downloads()).toSorted()).toEqual(['x (2).bin', 'x.bin']);
      notes = [];
      service = newService();
      // The same, and the part is gone already; a file of that name with other bytes is not it.
      writeFileSync(join(downloads(), 'x (2).bin'), content);
      writeFileSync(
        join(downloads(), 'x.bin'),
        content.map((byte) => byte ^ 1),
      );
      await restore(0b111);
      expect(notes[0]).toContain('x (2).bin');
    });

    it('is served while it is what it was, and told of where not', async () => {
      mkdirSync(downloads());
      const path = join(downloads(), 'whole.bin');
      writeFileSync(path, content);
      const whole = { path, stamp: stampOf(statSync(path, { bigint: true })) };
      const request = {
        room: ROOM,
        transfer: TRANSFER,
        restored: { ...restored(0), state: 'complete' },
      } as const;
      await service.restore({ ...request, file: { kind: 'whole', ...whole } });
      expect(notes).toEqual(['restoreTransfer ROOM complete 00']);
      handle({ ...read, length: 10 });
      await expect.poll(() => notes[1]).toBe('blockRead TRANSFER 0 <10 bytes>');
      utimesSync(path, 1, 1);
      await service.restore({ ...request, file: { kind: 'whole', ...whole } });
      expect(notes[2]).toContain('"restore-refused"');
      expect(notes[2]).toContain('"file-changed"');
      expect(notes).toHaveLength(3);
    });

    it('waits for its turn: what is said of the transfer meanwhile follows', async () => {
      part(content);
      const done = restore(0b111);
      expect(service.defers(TRANSFER, () => notes.push('after'))).toBe(true);
      await done;
      expect(notes).toEqual(['restoreTransfer ROOM receiving 07', 'after']);
      expect(service.defers(TRANSFER, () => notes.push('never'))).toBe(false);
    });

    it('goes where nobody goes on with it', async () => {
      part(content);
      await service.removePart(TRANSFER, downloads());
      expect(readdirSync(downloads())).toEqual([]);
    });
  });

  it('refuses what cannot be opened, and what the core refuses', async () => {
    const request = { room: ROOM, path: join(folder, 'missing'), name: 'x', at: 7, token: 3 };
    await service.offer(request);
    writeFileSync(join(folder, 'there'), '');
    refuse = true;
    await service.offer({ ...request, path: join(folder, 'there') });
    const refused = { type: 'offer-refused', token: 3, fault: 'file-unreadable' };
    expect(notes).toEqual([
      `post ${JSON.stringify({ ...refused, detail: 'ENOENT' })}`,
      `offer ROOM {"name":"x","size":0} 7 3 ${JSON.stringify(Infinity)}`,
      `post ${JSON.stringify({ ...refused, detail: 'unknown' })}`,
    ]);
  });

  it('closes the sources of a room that is quit before their records exist', async () => {
    const path = join(folder, 'mine.txt');
    writeFileSync(path, 'hello');
    await service.offer({ room: ROOM, path, name: 'mine.txt', at: 7, token: 3 });
    handle({ type: 'room-quit', room: ROOM }, stored(3), read);
    await expect.poll(() => notes[1]).toBe('blockRead TRANSFER 0 "file-unreadable"');
  });
});

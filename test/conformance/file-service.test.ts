/** The file service between a core that takes notes and real files: order of answers, and none that nobody waits for. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/assert.ts';
import { BufferPool } from '../../src/base/buffer-pool.ts';
import type { MemberId, RecordId, RoomId, TransferId } from '../../src/base/ids.ts';
import type { PeerApi, PeerEvent } from '../../src/core/api.ts';
import type { EngineEvent } from '../../src/io/engine-messages.ts';
import { FileService } from '../../src/io/files/file-service.ts';

const ROOM = '00000000000000000000000000000001' as RoomId;
const FROM = '00000000000000000000000000000002' as MemberId;
const RECORD = 'ab'.repeat(32) as RecordId;
const TRANSFER = 'ab'.repeat(16) as TransferId;

let folder: string;
let notes: string[];
let service: FileService;
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
  } as unknown as PeerApi;
  service = new FileService({
    buffers: new BufferPool(2048, 1),
    downloads: join(folder, 'downloads'),
    manifests: join(folder, 'packs'),
    profile: FROM,
    post: (event: EngineEvent) => notes.push(`post ${JSON.stringify(event)}`),
    run: (command) => command(peer, 0),
  });
});
afterEach(async () => {
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
});

const show = (value: unknown): string => {
  if (value instanceof Uint8Array) return `<${value.length} bytes>`;
  return value === ROOM ? 'ROOM' : value === TRANSFER ? 'TRANSFER' : JSON.stringify(value);
};
const handle = (...events: PeerEvent[]): void => events.forEach((event) => service.handle(event));
const offered = (name: string): PeerEvent => ({
  type: 'transfer-offered',
  room: ROOM,
  transfer: TRANSFER,
  message: RECORD,
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
  bytes: new Uint8Array(0),
  token,
});
const read: PeerEvent = { type: 'read-block', transfer: TRANSFER, block: 0, offset: 0, length: 5 };

describe('FileService', () => {
  it('saves under the offered name, and says where before the core learns of it', async () => {
    handle(offered('../note.txt'), write(1), write(0));
    await expect.poll(() => notes.length).toBe(2);
    handle({ type: 'finish-file', transfer: TRANSFER });
    await expect.poll(() => notes.length).toBe(4);
    const path = join(folder, 'downloads', 'note.txt');
    expect(notes.slice(0, 2).toSorted()).toEqual(['blockWritten TRANSFER 0 ', 'blockWritten TRANSFER 1 ']);
    expect(notes.slice(2)).toEqual([
      `post ${JSON.stringify({ type: 'file-saved', transfer: TRANSFER, path })}`,
      'fileFinished TRANSFER',
    ]);
    expect(readFileSync(path, 'utf8')).toBe('A\nB\n');
  });

  it('says nothing to the core about a transfer that it discarded', async () => {
    handle(offered('a'), write(0), { type: 'discard-file', transfer: TRANSFER });
    handle({ type: 'discard-file', transfer: TRANSFER });
    await service.stop();
    expect(notes).toEqual([]);
    expect(readdirSync(folder).flatMap((name) => readdirSync(join(folder, name)))).toEqual([]);
  });

  it('leaves nothing half received when it stops', async () => {
    handle(offered('a'), write(0));
    await expect.poll(() => notes.length).toBe(1);
    await service.stop();
    expect(readdirSync(join(folder, 'downloads'))).toEqual([]);
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

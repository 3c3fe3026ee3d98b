/** A browser's file on its way into the spool: a dropped file has no path, so it is copied first. */
import { randomUUID } from 'node:crypto';
import { createWriteStream, mkdirSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as v from 'valibot';
import { ROOM_NAME_BYTES_MAX } from '../../contract/api.ts';
import { safeName } from '../../io/files/safe-name.ts';
import { ApiFault, detailOf } from '../fault.ts';
import { freeBytes } from '../free-space.ts';
import { FREE_SPACE_BYTES_MIN, UPLOADS_MAX } from '../limits.ts';
import { unpackBody } from './folder-body.ts';

const querySchema = v.object({
  room: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(ROOM_NAME_BYTES_MAX)),
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(1024)),
});

export interface Upload {
  readonly room: string;
  readonly name: string;
  readonly path: string;
  readonly spool: string;
}

export class Uploads {
  readonly #folder: string;
  #running = 0;
  /** Bytes that running uploads will still write. */
  #promised = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Nothing of an earlier run is needed: its transfers ended with it. */
  clear(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** What the request says about itself, checked before a byte is read. */
  parse(
    query: Record<string, string>,
    length: string | undefined,
  ): { room: string; name: string; bytes: number } {
    const parsed = v.safeParse(querySchema, query);
    if (!parsed.success) throw new ApiFault('bad-request', { detail: 'room, name' });
    if (length === undefined || !/^\d{1,15}$/.test(length)) throw new ApiFault('upload-length');
    // Browsers send a bare name; a path would be somebody else's idea.
    return { room: parsed.output.room, name: safeName(basename(parsed.output.name)), bytes: Number(length) };
  }

  async receive(body: IncomingMessage, room: string, name: string, bytes: number): Promise<Upload> {
    return await this.#spool(room, name, bytes, async (spool) => {
      const path = join(spool, name);
      const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
      await pipeline(body, file);
      if (file.bytesWritten !== bytes) throw new ApiFault('upload-length');
      return path;
    });
  }

  /** Several files with their paths (folder-body.ts). The name is that of the folder that they are in, where they are in one. */
  async receiveFolder(body: IncomingMessage, room: string, name: string, bytes: number): Promise<Upload> {
    const upload = await this.#spool(room, name, bytes, async (spool) => {
      const root = join(spool, 'content');
      mkdirSync(root, { mode: 0o700 });
      return (await unpackBody(body, root, bytes)) ?? root;
    });
    return basename(dirname(upload.path)) === 'content' ? { ...upload, name: basename(upload.path) } : upload;
  }

  /** A folder of its own for what `write` writes, with space for it, or nothing. */
  async #spool(
    room: string,
    name: string,
    bytes: number,
    write: (spool: string) => Promise<string>,
  ): Promise<Upload> {
    if (this.#running >= UPLOADS_MAX)
      throw new ApiFault('limit-reached', { detail: name, limit: UPLOADS_MAX });
    const spool = join(this.#folder, randomUUID());
    mkdirSync(spool, { recursive: true, mode: 0o700 });
    if (freeBytes(spool) - this.#promised - bytes < FREE_SPACE_BYTES_MIN) {
      rmSync(spool, { recursive: true, force: true });
      throw new ApiFault('upload-space', { name });
    }
    this.#running++;
    this.#promised += bytes;
    try {
      return { room, name, path: await write(spool), spool };
    } catch (error) {
      rmSync(spool, { recursive: true, force: true });
      if (error instanceof ApiFault) throw error;
      const full = (error as NodeJS.ErrnoException).code === 'ENOSPC';
      throw full
        ? new ApiFault('upload-space', { name })
        : new ApiFault('disk-error', { path: join(spool, name), detail: detailOf(error) });
    } finally {
      this.#running--;
      this.#promised -= bytes;
    }
  }
}

/**
 * A folder, or several files, in the body of one request: four bytes of length, a list in JSON, then the bytes of each file in
 * its order. A browser makes it of a Blob without reading a file into memory; ten thousand requests would take longer than
 * the files. The list is somebody else's word: every path is made of names of our own making, below a folder that is new.
 */
import { mkdir, open, utimes } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { PACK_DEPTH_MAX, PACK_ENTRIES_MAX, PACK_MANIFEST_BYTES_MAX } from '../../core/limits.ts';
import { TakenNames } from '../../core/pack/names.ts';
import type { UploadList } from '../../contract/api.ts';
import { ApiFault } from '../fault.ts';

const size = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const listSchema = v.object({
  files: v.pipe(
    v.array(v.object({ path: v.pipe(v.string(), v.maxLength(4096)), size, modifiedAt: v.optional(size) })),
    v.maxLength(PACK_ENTRIES_MAX),
  ),
  /** Empty ones, which no file's path names. */
  folders: v.optional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(4096))), v.maxLength(PACK_ENTRIES_MAX))),
});

const LENGTH_BYTES = 4;

/**
 * Writes what the body holds into `root`, which is there and empty. Returns the one folder that all of it is in, if there is
 * one. Rejects with an ApiFault where the body is not as it says. */
export async function unpackBody(
  body: AsyncIterable<Uint8Array>,
  root: string,
  bytes: number,
): Promise<string | undefined> {
  const source = new Source(body);
  const head = Buffer.from(await source.take(LENGTH_BYTES));
  const listBytes = head.readUInt32BE(0);
  if (listBytes > PACK_MANIFEST_BYTES_MAX) throw new ApiFault('bad-request', { detail: 'list too long' });
  const list = parseList(await source.take(listBytes));
  const contentBytes = list.files.reduce((sum, file) => sum + file.size, 0);
  if (LENGTH_BYTES + listBytes + contentBytes !== bytes) throw new ApiFault('upload-length');
  const tree = new Tree(root);
  for (const folder of list.folders ?? []) await tree.folder(partsOf(folder));
  for (const file of list.files) await writeFile(source, tree, file);
  const tops = [...list.files.map(({ path }) => path), ...(list.folders ?? []).map((path) => `${path}/`)];
  const [top = ''] = (tops[0] ?? '').split('/');
  return top !== '' && tops.every((path) => path.startsWith(`${top}/`))
    ? await tree.folder([top])
    : undefined;
}

async function writeFile(
  source: Source,
  tree: Tree,
  { path, size, modifiedAt }: UploadList['files'][number],
): Promise<void> {
  const parts = partsOf(path);
  const folder = await tree.folder(parts.slice(0, -1));
  const target = tree.file(folder, parts.at(-1) ?? '');
  const handle = await open(target, 'wx', 0o600);
  try {
    await source.copy(size, handle);
  } finally {
    await handle.close();
  }
  if (modifiedAt !== undefined) await utimes(target, modifiedAt / 1000, modifiedAt / 1000);
}

function parseList(bytes: Uint8Array): UploadList {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new ApiFault('bad-request', { detail: 'list' });
  }
  const parsed = v.safeParse(listSchema, json);
  if (!parsed.success) throw new ApiFault('bad-request', { detail: 'files, folders' });
  return parsed.output;
}

function partsOf(path: string): readonly string[] {
  const parts = path.split('/');
  const isBad = parts.some((part) => part === '' || part === '.' || part === '..');
  if (isBad || parts.length > PACK_DEPTH_MAX) throw new ApiFault('bad-request', { detail: 'path' });
  return parts;
}

/** Folders as they were named, and what they became. */
class Tree {
  readonly #folders = new Map<string, string>();
  readonly #taken = new Map<string, TakenNames>();

  constructor(root: string) {
    this.#folders.set('', root);
  }

  async folder(parts: readonly string[]): Promise<string> {
    let named = '';
    let path = this.#folders.get('') ?? '';
    for (const part of parts) {
      named = `${named}/${part}`;
      let next = this.#folders.get(named);
      if (next === undefined) {
        next = this.file(path, part);
        await mkdir(next);
        this.#folders.set(named, next);
      }
      path = next;
    }
    return path;
  }

  /** A path in the folder that nothing else has. */
  file(folder: string, part: string): string {
    const taken = this.#taken.get(folder) ?? new TakenNames();
    this.#taken.set(folder, taken);
    return join(folder, taken.take(part));
  }
}

/** The body as a stream of bytes to be cut anywhere. */
class Source {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(body: AsyncIterable<Uint8Array>) {
    this.#chunks = body[Symbol.asyncIterator]();
  }

  async take(count: number): Promise<Uint8Array> {
    const taken = new Uint8Array(count);
    for (let done = 0; done < count;) {
      const piece = await this.#next(count - done);
      taken.set(piece, done);
      done += piece.length;
    }
    return taken;
  }

  async copy(count: number, to: FileHandle): Promise<void> {
    for (let left = count; left > 0;) {
      const piece = await this.#next(left);
      for (let done = 0; done < piece.length;) {
        done += (await to.write(piece, done)).bytesWritten;
      }
      left -= piece.length;
    }
  }

  /** At least one byte, at most `countMax`. */
  async #next(countMax: number): Promise<Uint8Array> {
    while (this.#rest.length === 0) {
      const next = await this.#chunks.next();
      if (next.done === true) throw new ApiFault('upload-length');
      this.#rest = next.value;
    }
    const piece = this.#rest.subarray(0, countMax);
    this.#rest = this.#rest.subarray(piece.length);
    return piece;
  }
}

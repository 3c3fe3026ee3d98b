/** A whole folder gets its name in one step, and never in the place of something else. */
import { lstatSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { clipUtf8 } from '../../core/wire/codec.ts';
import { EARLIER_COPIES_MAX, EARLIER_NAMES_MAX, FILE_NAME_BYTES_MAX, NAME_ATTEMPTS_MAX } from '../limits.ts';
import { errorCode } from '../problems.ts';
import { safeName } from '../files/safe-name.ts';

/** What `rename` answers where the place is taken, by systems of any kind. */
const TAKEN: ReadonlySet<string> = new Set(['EEXIST', 'ENOTEMPTY', 'ENOTDIR', 'EPERM', 'EISDIR']);

/** Moves `from` to the first free name in `folder`, and returns the path. `before` each try. Throws what the system says. */
export function nameFolder(
  from: string,
  folder: string,
  receivedName: string,
  before: (path: string) => void,
): string {
  const name = safeName(receivedName);
  for (let count = 1; count <= NAME_ATTEMPTS_MAX; count++) {
    const path = join(folder, folderName(name, count));
    if (isThere(path)) continue;
    before(path);
    try {
      // An empty folder that somebody makes in this very moment is replaced, which loses nothing.
      renameSync(from, path);
      return path;
    } catch (error) {
      if (!TAKEN.has(errorCode(error)) || !isThere(path)) throw error;
    }
  }
  throw new Error(`${NAME_ATTEMPTS_MAX} folders of this name`);
}

/** Folders that a pack of this name became before, the one of the highest number first. */
export function earlierCopies(folder: string, receivedName: string): string[] {
  const name = safeName(receivedName);
  const copies: string[] = [];
  for (let count = EARLIER_NAMES_MAX; count >= 1 && copies.length < EARLIER_COPIES_MAX; count--) {
    const path = join(folder, folderName(name, count));
    if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true) copies.push(path);
  }
  return copies;
}

/** `photos`, `photos (2)`: other than a file's, what follows a dot is no extension. */
function folderName(name: string, count: number): string {
  if (count === 1) return name;
  const suffix = ` (${count})`;
  const stem = clipUtf8(name, FILE_NAME_BYTES_MAX - suffix.length).trimEnd();
  return `${stem}${suffix}`;
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

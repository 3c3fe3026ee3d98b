/**
 * The manifest of a pack that was received, kept so that the folder can be served to others byte for byte as it came, and beside it
 * which folder it became.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Bytes } from '../../base/bytes.ts';

/** Beside a manifest: which folder it was given to. */
export const NAMED = '.named';

export const sha256 = (bytes: Bytes): Bytes => createHash('sha256').update(bytes).digest();

export function hashOf(bytes: Bytes): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Whole or not at all. */
export function keepFile(path: string, bytes: Bytes): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.new`;
  const descriptor = openSync(draft, 'w', 0o600);
  try {
    for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(draft, path);
}

/** Before the folder gets its name: a process that is killed right after leaves no second copy. */
export function noteName(manifestPath: string, folder: string, path: string): void {
  const { dev, ino } = statSync(folder, { bigint: true });
  keepFile(`${manifestPath}${NAMED}`, Buffer.from(JSON.stringify({ path, dev: `${dev}`, ino: `${ino}` })));
}

/** Where the folder is that was unpacked already. */
export function namedBefore(
  manifestPath: string,
): { readonly path: string; readonly manifestHash: string } | undefined {
  try {
    const noted: unknown = JSON.parse(readFileSync(`${manifestPath}${NAMED}`, 'utf8'));
    if (typeof noted !== 'object' || noted === null || !('path' in noted)) return undefined;
    const { path } = noted;
    if (typeof path !== 'string') return undefined;
    const { dev, ino } = lstatSync(path, { bigint: true });
    if (!('dev' in noted) || !('ino' in noted) || noted.dev !== `${dev}` || noted.ino !== `${ino}`)
      return undefined;
    return { path, manifestHash: hashOf(readFileSync(manifestPath)) };
  } catch {
    return undefined;
  }
}

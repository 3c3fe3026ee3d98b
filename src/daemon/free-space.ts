import { statfsSync } from 'node:fs';

/** Bytes that this user may still write in the folder's file system; 0 where that cannot be known. */
export function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return 0;
  }
}

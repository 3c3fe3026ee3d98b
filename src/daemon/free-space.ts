import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Bytes that this user may still write in the folder's file system; a folder that is not there yet will be in that of the
 * nearest one above. 0 where that cannot be known.
 */
export function freeBytes(folder: string): number {
  for (let at = folder; ; at = dirname(at)) {
    try {
      const { bavail, bsize } = statfsSync(at);
      return bavail * bsize;
    } catch (error) {
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      if (!isMissing || dirname(at) === at) return 0;
    }
  }
}

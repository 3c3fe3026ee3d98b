/** Where a profile's files are, and the folder itself. */
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import envPaths from 'env-paths';
import { err, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { detailOf } from './fault.ts';
import type { Problem } from './fault.ts';

export interface Profile {
  /** Absolute. */
  readonly folder: string;
  readonly store: string;
  readonly lock: string;
  /** Where the running daemon is found. */
  readonly door: string;
  readonly log: string;
  /** Dropped files on their way to members. */
  readonly spool: string;
  /** Manifests of folders that were received. */
  readonly manifests: string;
}

export function profileAt(folder: string | undefined): Profile {
  const root = resolve(folder ?? envPaths('starling', { suffix: '' }).data);
  return {
    folder: root,
    store: join(root, 'starling.db'),
    lock: join(root, 'lock.db'),
    door: join(root, 'daemon.json'),
    log: join(root, 'starling.log'),
    spool: join(root, 'spool'),
    manifests: join(root, 'packs'),
  };
}

/** Makes the folder, for its owner alone. */
export function prepareProfile(profile: Profile): Result<void, Problem> {
  try {
    const made = mkdirSync(profile.folder, { recursive: true, mode: 0o700 });
    // A folder that was there already (a temporary one, say) may be open to all; the key lives in it.
    if (made === undefined && process.platform !== 'win32') chmodSync(profile.folder, 0o700);
    return ok(undefined);
  } catch (error) {
    return err({
      code: 'profile-unwritable',
      values: { profile: profile.folder, detail: detailOf(error) },
    });
  }
}

/** `Starling` in the system's Downloads folder. */
export function defaultDownloads(): string {
  return join(systemDownloads(), 'Starling');
}

function systemDownloads(): string {
  if (process.platform === 'linux') {
    const config = process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
    try {
      const line = /^XDG_DOWNLOAD_DIR="(.*)"$/m.exec(readFileSync(join(config, 'user-dirs.dirs'), 'utf8'));
      const folder = line?.[1]?.replace(/^\$HOME/, homedir());
      if (folder !== undefined && folder.startsWith('/') && folder !== `${homedir()}/`) return folder;
    } catch {
      // Most servers have no such file.
    }
  }
  return join(homedir(), 'Downloads');
}

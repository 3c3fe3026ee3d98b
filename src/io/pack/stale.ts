/**
 * What earlier runs left of packs: hidden folders that were being unpacked, which is begun anew from the part; and manifests of
 * folders that are not there any more, so that nobody can be served from them.
 */
import { opendir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { MemberId } from '../../base/ids.ts';
import { FOLDER_ENTRIES_MAX, FOREIGN_PART_AGE_MS_MAX } from '../limits.ts';
import { NAMED, namedBefore } from './kept-manifest.ts';

const PACK_FOLDER = /^\.starling-[0-9a-f]{32}-([0-9a-f]{8})\.pack$/;

/** At start, before anything is received. Never throws: what cannot be removed stays hidden and harms nothing. */
export async function removeStalePacks(downloads: string, profile: MemberId, at: number): Promise<void> {
  for await (const name of namesIn(downloads)) {
    const owner = PACK_FOLDER.exec(name)?.[1];
    if (owner === undefined) continue;
    const path = join(downloads, name);
    try {
      const isOwn = profile.startsWith(owner);
      if (!isOwn && at - (await stat(path)).mtimeMs < FOREIGN_PART_AGE_MS_MAX) continue;
      await rm(path, { recursive: true, force: true });
    } catch {
      continue;
    }
  }
}

/** Of folders that were moved or deleted. */
export async function removeStaleManifests(folder: string): Promise<void> {
  for await (const name of namesIn(folder)) {
    if (name.endsWith(NAMED)) continue;
    const path = join(folder, name);
    if (namedBefore(path) !== undefined) continue;
    await Promise.all([path, `${path}${NAMED}`].map((one) => rm(one, { force: true }).catch(() => {})));
  }
}

async function* namesIn(folder: string): AsyncGenerator<string> {
  let looked = 0;
  try {
    for await (const entry of await opendir(folder)) {
      if (++looked > FOLDER_ENTRIES_MAX) return;
      yield entry.name;
    }
  } catch {
    // A folder that is not there yet holds nothing.
  }
}

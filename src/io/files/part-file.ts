/**
 * Names of part files: hidden, in the downloads folder itself, so that giving the file its name is one step within
 * one file system. A profile has one running process at a time, so at start its own part files belong to a dead
 * one: those of transfers that go on stay, the rest go. Those of another profile are left alone until nobody has
 * written to them for a month.
 */
import { opendir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { MemberId, TransferId } from '../../base/ids.ts';
import { FOLDER_ENTRIES_MAX, FOREIGN_PART_AGE_MS_MAX } from '../limits.ts';

const PART_NAME = /^\.starling-([0-9a-f]{32})-([0-9a-f]{8})\.part$/;
const PROFILE_DIGITS = 8;

export function partName(transfer: TransferId, profile: MemberId): string {
  return `.starling-${transfer}-${profile.slice(0, PROFILE_DIGITS)}.part`;
}

/** Where a pack is unpacked, beside its part. */
export function packFolderName(transfer: TransferId, profile: MemberId): string {
  return `.starling-${transfer}-${profile.slice(0, PROFILE_DIGITS)}.pack`;
}

/** At start, before anything is received. Never throws: a folder that is not there yet holds nothing. */
export async function removeStaleParts(
  folder: string,
  profile: MemberId,
  at: number,
  keep: ReadonlySet<TransferId> = new Set(),
): Promise<number> {
  let removed = 0;
  try {
    let looked = 0;
    for await (const entry of await opendir(folder)) {
      if (++looked > FOLDER_ENTRIES_MAX) break;
      const [, transfer, owner] = PART_NAME.exec(entry.name) ?? [];
      if (owner === undefined || !entry.isFile()) continue;
      const path = join(folder, entry.name);
      const own = owner === profile.slice(0, PROFILE_DIGITS);
      if (own && keep.has(transfer as TransferId)) continue;
      if (!own && at - (await stat(path)).mtimeMs < FOREIGN_PART_AGE_MS_MAX) continue;
      await unlink(path);
      removed++;
    }
  } catch {
    // What cannot be read or removed stays hidden and harms nothing.
  }
  return removed;
}

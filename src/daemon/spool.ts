/** Copies of what browsers handed over: each in a folder of its own, until nobody needs it. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SPOOL_MS_MAX } from './limits.ts';
import type { Transfer } from './transfer-model.ts';

/** At start: what everybody has, or nobody fetched for long, goes, and so does what belongs to no transfer. */
export function tidySpool(spool: string, transfers: readonly Transfer[], at: number): void {
  const needed = new Set<string>();
  for (const transfer of transfers) {
    if (transfer.spool === undefined) continue;
    if (transfer.state !== 'done' && at - transfer.changedAt <= SPOOL_MS_MAX) {
      needed.add(transfer.spool);
      continue;
    }
    delete transfer.spool;
    delete transfer.path;
    if (transfer.state === 'done') continue;
    transfer.state = 'failed';
    transfer.reason = 'file-unreadable';
  }
  let folders: readonly string[] = [];
  try {
    folders = readdirSync(spool).map((name) => join(spool, name));
  } catch {
    // There never was one.
  }
  for (const folder of folders) {
    if (!needed.has(folder)) rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * One process per profile. The lock is an exclusive SQLite transaction held for life: the system drops it when the
 * process dies, however it dies, and it works across containers and on network file systems with locks.
 */
import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Profile } from './profile.ts';

const SQLITE_BUSY = 5;

export interface ProfileLock {
  release(): void;
}

/** The lock, or undefined where another process holds it. Throws where the folder cannot hold a lock at all. */
export function tryLock(profile: Profile): ProfileLock | undefined {
  closeSync(openSync(profile.lock, 'a', 0o600));
  const database = new DatabaseSync(profile.lock, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (((error as { errcode?: number }).errcode ?? 0) % 256 === SQLITE_BUSY) return undefined;
    throw error;
  }
  return { release: () => database.close() };
}

/**
 * Makes a new folder with all that is in it survive a power cut. On Linux in one call for its whole file system (`syncfs`, through
 * `node:ffi`); elsewhere file by file. Ten thousand files one by one would take longer than they took to come.
 */
import { openSync, closeSync, fsyncSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { SYNCS_AT_ONCE_MAX } from '../limits.ts';
import { errorCode } from '../problems.ts';

type SyncFileSystem = (descriptor: number) => boolean;

let loading: Promise<SyncFileSystem | undefined> | undefined;

/** `paths`: everything in it. Rejects with what the system says. */
export async function makeDurable(folder: string, paths: Iterable<string>): Promise<void> {
  loading ??= loadSyncFileSystem();
  const syncFileSystem = await loading;
  if (syncFileSystem !== undefined) {
    const descriptor = openSync(folder, 'r');
    try {
      if (syncFileSystem(descriptor)) return;
    } finally {
      closeSync(descriptor);
    }
  }
  await syncEach(paths);
}

/** A folder that was given a new entry. Windows has no such call, and needs none. */
export function syncFolder(path: string): void {
  try {
    const descriptor = openSync(path, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (errorCode(error) === 'EIO') throw error;
  }
}

async function syncEach(paths: Iterable<string>): Promise<void> {
  const waiting = paths[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    for (let next = waiting.next(); next.done !== true; next = waiting.next()) await syncOne(next.value);
  };
  await Promise.all(Array.from({ length: SYNCS_AT_ONCE_MAX }, lane));
}

async function syncOne(path: string): Promise<void> {
  try {
    // Windows syncs only what may be written to; folders are never opened for that.
    const handle = await open(path, 'r+').catch(async () => await open(path, 'r'));
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    // Windows opens no folders.
    const code = errorCode(error);
    if (code === 'EIO' || code === 'ENOSPC' || code === 'EDQUOT') throw error;
  }
}

async function loadSyncFileSystem(): Promise<SyncFileSystem | undefined> {
  if (process.platform !== 'linux') return undefined;
  try {
    const ffi = await import('node:ffi');
    const { functions } = ffi.dlopen('libc.so.6', {
      syncfs: { arguments: ['int32'], return: 'int32' },
    } as const);
    return (descriptor) => functions.syncfs(descriptor) === 0;
  } catch {
    return undefined;
  }
}

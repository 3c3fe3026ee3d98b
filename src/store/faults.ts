/** Why the store cannot do what it was asked. Each is a problem code of `src/words/problems.ts`. */
export type StoreFaultCode =
  | 'store-newer'
  | 'store-damaged'
  | 'store-read-only'
  | 'store-full'
  | 'store-failed'
  | 'limit-reached';

export interface StoreFault {
  readonly code: StoreFaultCode;
  readonly path: string;
  /** The system's own words, for the log. */
  readonly detail: string;
}

// Primary SQLite result codes: https://www.sqlite.org/rescode.html (the low byte of an extended code).
const SQLITE_PERM = 3;
const SQLITE_READONLY = 8;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;

const CODES: ReadonlyMap<number, StoreFaultCode> = new Map([
  [SQLITE_PERM, 'store-read-only'],
  [SQLITE_READONLY, 'store-read-only'],
  [SQLITE_CANTOPEN, 'store-read-only'],
  [SQLITE_CORRUPT, 'store-damaged'],
  [SQLITE_NOTADB, 'store-damaged'],
  [SQLITE_FULL, 'store-full'],
]);
const ERRNO: Readonly<Record<string, StoreFaultCode>> = {
  ENOSPC: 'store-full',
  EDQUOT: 'store-full',
  EACCES: 'store-read-only',
  EPERM: 'store-read-only',
  EROFS: 'store-read-only',
};

/** Sorts an exception of SQLite or the file system into what a person can act on. */
export function storeFault(error: unknown, path: string): StoreFault {
  const detail = error instanceof Error ? error.message : String(error);
  const { errcode, code } = (error ?? {}) as { errcode?: number; code?: string };
  const known =
    (errcode === undefined ? undefined : CODES.get(errcode & 0xff)) ??
    (code === undefined ? undefined : ERRNO[code]);
  return { code: known ?? 'store-failed', path, detail };
}

/** By what a source or a file that arrived is known to be what it was. */
import type { BigIntStats } from 'node:fs';

export interface FileStamp {
  /** Bytes; of a pack, of its stream. */
  readonly size: number;
  /** Of a file the time of its last change, nanoseconds since 1970 in digits; of a pack the hash of its manifest. */
  readonly version: string;
}

export const stampOf = (status: BigIntStats): FileStamp => ({
  size: Number(status.size),
  version: status.mtimeNs.toString(),
});

export const isSameStamp = (one: FileStamp, other: FileStamp): boolean =>
  one.size === other.size && one.version === other.version;

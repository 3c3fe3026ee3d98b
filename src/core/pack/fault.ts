/** Why a pack is refused: stable codes, with the path they are about where there is one. */
import type { NameFault } from './names.ts';

export type PackRefusal =
  | NameFault
  | 'malformed'
  | 'unknown-format'
  | 'too-many-entries'
  | 'manifest-too-large'
  | 'path-too-long'
  | 'too-deep'
  /** Two entries of one folder would be one on some system. */
  | 'names-collide'
  /** An entry in what is a file or a link. */
  | 'parent-not-folder'
  /** A link to what is neither a file nor a folder of the pack. */
  | 'link-leads-out'
  /** The sizes do not add up to what was offered, or the number of entries does not. */
  | 'size-mismatch'
  /** A file is not what the manifest says. */
  | 'hash-mismatch';

export interface PackFault {
  readonly reason: PackRefusal;
  /** Of the entry, as the manifest has it; empty where it is about all of it. */
  readonly path: string;
}

/**
 * What a manifest must keep to, so that unpacking it can only make files and folders below one folder, each its own, of the
 * size that was offered (protocol.md §7.10). Checked by whoever sends and by whoever receives.
 */
import { err, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { FILE_BYTES_MAX, PACK_DEPTH_MAX, PACK_PATH_BYTES_MAX } from '../limits.ts';
import { utf8 } from '../wire/codec.ts';
import type { PackFault, PackRefusal } from './fault.ts';
import { TOP } from './manifest.ts';
import type { Manifest, PackEntry } from './manifest.ts';
import { collisionKey, nameFault } from './names.ts';

/** Undefined where all is well. `stream`: the whole pack's bytes, and how many of them are the manifest. */
export function manifestFault(
  manifest: Manifest,
  stream: { readonly size: number; readonly manifestBytes: number },
): PackFault | undefined {
  const checked = new Checker(manifest.entries).run();
  if (!checked.ok) return checked.error;
  const size = stream.manifestBytes + checked.value.contentBytes;
  return size === stream.size ? undefined : { reason: 'size-mismatch', path: '' };
}

/** The path of an entry from the folder down, with `/`; of a place that is none, an empty one. */
export function pathOf(entries: readonly PackEntry[], place: number): string {
  const names: string[] = [];
  for (let at = place; at !== TOP && names.length <= PACK_DEPTH_MAX;) {
    const entry = entries[at - 1];
    if (entry === undefined || entry.parent >= at) break;
    names.unshift(entry.name);
    at = entry.parent;
  }
  return names.join('/');
}

class Checker {
  readonly #entries: readonly PackEntry[];
  readonly #depths: Uint8Array;
  readonly #pathBytes: Uint16Array;
  /** Keys of the names in each folder. */
  readonly #taken = new Set<string>();
  #contentBytes = 0;

  constructor(entries: readonly PackEntry[]) {
    this.#entries = entries;
    this.#depths = new Uint8Array(entries.length + 1);
    this.#pathBytes = new Uint16Array(entries.length + 1);
  }

  run(): Result<{ readonly contentBytes: number }, PackFault> {
    for (const [index, entry] of this.#entries.entries()) {
      const place = index + 1;
      const reason = this.#fault(entry, place);
      if (reason !== undefined) return err({ reason, path: pathOf(this.#entries, place) });
    }
    return ok({ contentBytes: this.#contentBytes });
  }

  #fault(entry: PackEntry, place: number): PackRefusal | undefined {
    const { parent, name } = entry;
    if (parent >= place) return 'malformed';
    if (parent !== TOP && this.#entries[parent - 1]?.kind !== 'folder') return 'parent-not-folder';
    const fault = nameFault(name);
    if (fault !== undefined) return fault;
    const depth = (this.#depths[parent] as number) + 1;
    if (depth > PACK_DEPTH_MAX) return 'too-deep';
    const separatorBytes = parent === TOP ? 0 : 1;
    const pathBytes = (this.#pathBytes[parent] as number) + separatorBytes + utf8(name).length;
    if (pathBytes > PACK_PATH_BYTES_MAX) return 'path-too-long';
    this.#depths[place] = depth;
    this.#pathBytes[place] = pathBytes;
    const key = `${parent}/${collisionKey(name)}`;
    if (this.#taken.has(key)) return 'names-collide';
    this.#taken.add(key);
    if (entry.kind === 'link') return this.#linkFault(entry.target);
    if (entry.kind === 'file') this.#contentBytes += entry.size;
    return this.#contentBytes > FILE_BYTES_MAX ? 'size-mismatch' : undefined;
  }

  /** To a file or folder: what a link leads to through another link, nobody could tell from the manifest. */
  #linkFault(target: number): PackRefusal | undefined {
    if (target === TOP) return undefined;
    const kind = this.#entries[target - 1]?.kind;
    return kind === 'file' || kind === 'folder' ? undefined : 'link-leads-out';
  }
}

/** All packs of this process: what is scanned, comes in or is held, with the one thread that works on their files. */
import { basename, join } from 'node:path';
import type { MemberId, TransferId } from '../../base/ids.ts';
import { err, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import type { FileView, PackView } from '../../core/api.ts';
import type { FileStamp } from '../files/file-stamp.ts';
import { HeldFile } from '../files/held-file.ts';
import { OpenFiles } from '../files/open-files.ts';
import type { OpenRefusal } from '../files/outgoing-file.ts';
import { packFolderName, partName } from '../files/part-file.ts';
import { PACKS_OPEN_MAX, SCAN_NAMED_MAX } from '../limits.ts';
import type { IoProblem } from '../problems.ts';
import { earlierCopies } from './folder-name.ts';
import { IncomingPack } from './incoming-pack.ts';
import type { PartFile } from './incoming-pack.ts';
import { PackSource } from './pack-source.ts';
import { PackThread } from './pack-thread.ts';
import type { ScanFault } from './scan.ts';

export interface PacksOptions {
  readonly downloads: string;
  /** Where manifests of received packs are kept. */
  readonly manifests: string;
  readonly profile: MemberId;
  readonly onProblem: (problem: IoProblem) => void;
}

export interface ScannedPack {
  readonly file: PackSource;
  readonly view: FileView;
}

export class Packs {
  readonly #options: PacksOptions;
  #downloads: string;
  readonly #thread = new PackThread();
  readonly #open = new OpenFiles(PACKS_OPEN_MAX);

  constructor(options: PacksOptions) {
    this.#options = options;
    this.#downloads = options.downloads;
  }

  /** Where earlier copies are looked for, and packs appear, from now on. */
  setDownloads(folder: string): void {
    this.#downloads = folder;
  }

  /** What is at these paths, as one source. What is left out is told. `again`: it was sent before. */
  async scan(paths: readonly string[], name: string, again = false): Promise<Result<ScannedPack, ScanFault>> {
    const scanned = await PackSource.scan(this.#thread, paths);
    if (!scanned.ok) return scanned;
    const { source, entryCount, notes } = scanned.value;
    if (notes.skippedCount > 0) {
      const named = notes.skipped.slice(0, SCAN_NAMED_MAX).map(({ path }) => path);
      const more = notes.skippedCount > named.length ? ', …' : '';
      const values = { name, count: notes.skippedCount, paths: named.join(', ') + more };
      this.#options.onProblem({ code: 'folder-skipped', values });
    }
    if (notes.renamedCount > 0) {
      this.#options.onProblem({ code: 'folder-renamed', values: { name, count: notes.renamedCount } });
    }
    return ok({
      file: source,
      view: { name, size: source.size, pack: { entries: entryCount, ...(again ? { again } : {}) } },
    });
  }

  /** A pack that comes in through `part`. */
  incoming(
    transfer: TransferId,
    file: FileView & { readonly pack: PackView },
    part: PartFile,
    downloads = this.#downloads,
  ): IncomingPack {
    const { profile, onProblem } = this.#options;
    const name = basename(file.name);
    return new IncomingPack({
      thread: this.#thread,
      part,
      partPath: join(downloads, partName(transfer, profile)),
      downloads,
      folder: join(downloads, packFolderName(transfer, profile)),
      receivedName: file.name,
      size: file.size,
      entryCount: file.pack.entries,
      manifestPath: this.manifestPath(transfer),
      onRefused: ({ reason, path }) => onProblem({ code: 'pack-refused', values: { name, reason, path } }),
      onLinksLeftOut: (count) => onProblem({ code: 'folder-links-left-out', values: { name, count } }),
    });
  }

  /** A folder that was received, to be read from when somebody asks for it. */
  held(transfer: TransferId, folder: string, stamp: FileStamp): HeldFile {
    const open = () => PackSource.hold(this.#thread, folder, this.manifestPath(transfer));
    return new HeldFile(open, stamp, this.#open);
  }

  /** An own source of an earlier run: what is there now makes the same manifest, or it is another one. */
  heldSource(paths: readonly string[], stamp: FileStamp): HeldFile {
    const open = async (): Promise<Result<PackSource, OpenRefusal>> => {
      const scanned = await PackSource.scan(this.#thread, paths);
      if (scanned.ok) return ok(scanned.value.source);
      const { fault, detail } = scanned.error;
      // What would not be sent now was sent then.
      return err({ fault: fault === 'file-unreadable' ? fault : 'file-changed', detail });
    };
    return new HeldFile(open, stamp, this.#open);
  }

  /** Folders that one of this name became before. */
  earlierCopies(name: string): readonly string[] {
    return earlierCopies(this.#downloads, name);
  }

  manifestPath(transfer: TransferId): string {
    return join(this.#options.manifests, transfer);
  }

  async stop(): Promise<void> {
    await this.#thread.stop();
  }
}

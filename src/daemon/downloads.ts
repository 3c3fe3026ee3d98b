/** Where received files appear: a folder that the user may change while files come in. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { isAbsolute, join, resolve } from 'node:path';
import type { EngineCommand } from '../io/engine-messages.ts';
import type { Store } from '../store/store.ts';
import type { Events } from './events.ts';
import { ApiFault, detailOf } from './fault.ts';

export interface DownloadsContext {
  readonly store: Store;
  readonly events: Events;
  readonly post: (command: EngineCommand) => void;
}

export class Downloads {
  readonly #context: DownloadsContext;
  #path: string;

  constructor(context: DownloadsContext, path: string) {
    this.#context = context;
    this.#path = path;
  }

  /** Absolute. */
  get path(): string {
    return this.#path;
  }

  /**
   * For every file that is accepted from now on; what has begun ends where it began. An ApiFault where the path is not absolute, or
   * nothing can be written there.
   */
  set(folder: string): { readonly downloads: string } {
    if (!isAbsolute(folder) || folder.includes('\0'))
      throw new ApiFault('folder-not-absolute', { path: folder });
    const path = resolve(folder);
    const fault = triedToWrite(path);
    if (fault !== undefined) throw new ApiFault('downloads-unwritable', { path, error: fault });
    const { store, events, post } = this.#context;
    const kept = store.attempt(() => store.settings.set('downloads', path));
    if (!kept.ok) throw new ApiFault(kept.error.code, { ...kept.error });
    this.#path = path;
    post({ type: 'set-downloads', folder: path });
    events.clear('downloads-unwritable');
    events.emit({ type: 'downloads', downloads: path });
    return { downloads: path };
  }
}

/** Makes the folder where there is none, and a file in it for a moment: rights alone do not tell of a full or read-only disk. */
function triedToWrite(folder: string): string | undefined {
  const trial = join(folder, `.starling-${randomUUID()}`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(trial, '', { flag: 'wx' });
    rmSync(trial);
    return undefined;
  } catch (error) {
    return detailOf(error);
  }
}

/** Own prekeys, kept as secrecy.md §3 has it: looked at when the daemon starts and every hour. */
import type { CryptoPort } from '../core/api.ts';
import { tendPrekeys } from '../core/secrecy/prekeys.ts';
import type { OwnPrekey } from '../core/secrecy/prekeys.ts';
import type { StoreFault } from '../store/faults.ts';
import type { Store } from '../store/store.ts';
import { err, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { PREKEYS_TEND_MS } from './limits.ts';

export class PrekeyCare {
  readonly #store: Store;
  readonly #crypto: CryptoPort;
  #ring: readonly OwnPrekey[];
  #timer: NodeJS.Timeout | undefined;

  constructor(store: Store, crypto: CryptoPort) {
    this.#store = store;
    this.#crypto = crypto;
    this.#ring = store.prekeys.list();
  }

  /** As they should be now. Nothing may be sealed to a key that a crash could lose, so it is on the disk first. */
  tend(): Result<readonly OwnPrekey[], StoreFault> {
    const next = tendPrekeys(this.#crypto, this.#ring, Date.now());
    if (next === this.#ring) return ok(next);
    const written = this.#store.attempt(() => this.#store.prekeys.replace(next));
    if (!written.ok) return err(written.error);
    this.#ring = next;
    return ok(next);
  }

  /** `changed` gets every ring that differs from the one before. A disk that is full is tried again an hour later. */
  start(changed: (ring: readonly OwnPrekey[]) => void): void {
    this.#timer = setInterval(() => {
      const before = this.#ring;
      const tended = this.tend();
      if (tended.ok && tended.value !== before) changed(tended.value);
    }, PREKEYS_TEND_MS);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

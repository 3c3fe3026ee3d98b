import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** What a profile remembers by name; `value` is plain text. */
export type SettingKey =
  | 'name'
  | 'named'
  | 'downloads'
  | 'ui-port'
  | 'token'
  | 'language'
  | 'theme'
  | 'colour'
  /** Mbit/s; empty: no bound. */
  | 'send-rate'
  /** JSON: names. */
  | 'interfaces'
  | 'classic-rate'
  | 'peers'
  | 'multicast-hops'
  | 'group-range'
  | 'quiet'
  /** Of the file itself: `yes` once it was closed, and when all of it was looked at for damage (Unix ms). */
  | 'in-order'
  | 'checked-at'
  /** JSON: src/daemon/offers.ts. */
  | 'room-offers'
  | 'starts';

export class SettingRows {
  readonly #get: StatementSync;
  readonly #set: StatementSync;

  constructor(database: DatabaseSync) {
    this.#get = database.prepare('SELECT value FROM settings WHERE key = ?');
    this.#set = database.prepare(
      'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    );
  }

  get(key: SettingKey): string | undefined {
    return this.#get.get(key)?.['value'] as string | undefined;
  }

  /** Unchanged values are not written again. */
  set(key: SettingKey, value: string): void {
    if (this.get(key) !== value) this.#set.run(key, value);
  }

  /** One more start of this profile: 1 the first time. The log names it. */
  countStart(): number {
    const starts = Number(this.get('starts') ?? 0) + 1;
    this.set('starts', String(starts));
    return starts;
  }
}

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { TransferId } from '../base/ids.ts';
import { TRANSFER_OUTCOMES_MAX } from './limits.ts';

export interface TransferOutcome {
  readonly outcome: 'done' | 'declined' | 'cancelled';
  /** Where the verified file was put. */
  readonly path?: string;
}

/**
 * How incoming files ended. Offers stay in a room's log, so without this a restart would fetch the same file a
 * second time, as `report (2).pdf`.
 */
export class Outcomes {
  readonly #get: StatementSync;
  readonly #set: StatementSync;
  readonly #prune: StatementSync;

  constructor(database: DatabaseSync) {
    this.#get = database.prepare('SELECT outcome, path FROM transfer_outcomes WHERE transfer = ?');
    this.#set = database.prepare(
      'INSERT OR REPLACE INTO transfer_outcomes (transfer, outcome, path) VALUES (?, ?, ?)',
    );
    this.#prune = database.prepare(
      `DELETE FROM transfer_outcomes
       WHERE serial <= (SELECT max(serial) FROM transfer_outcomes) - ${TRANSFER_OUTCOMES_MAX}`,
    );
  }

  get(transfer: TransferId): TransferOutcome | undefined {
    const row = this.#get.get(transfer);
    if (row === undefined) return undefined;
    const outcome = row['outcome'] as TransferOutcome['outcome'];
    return row['path'] === null ? { outcome } : { outcome, path: row['path'] as string };
  }

  set(transfer: TransferId, { outcome, path }: TransferOutcome): void {
    this.#set.run(transfer, outcome, path ?? null);
    this.#prune.run();
  }
}

/**
 * Own records reach the disk before they may leave: what came in one turn of the loop in one transaction, since each costs a
 * wait for the disk. Records that a full disk refuses wait in order and are tried again: a later one must not overtake them,
 * or the chain would have a hole.
 */
import type { RecordId } from '../base/ids.ts';
import type { PeerEvent } from '../core/api.ts';
import type { EngineCommand } from '../io/engine-messages.ts';
import type { StoreFault } from '../store/faults.ts';
import type { Store } from '../store/store.ts';
import type { Events } from './events.ts';
import { ApiFault } from './fault.ts';
import type { Tokens } from './tokens.ts';
import {
  COMMAND_MS_MAX,
  STORE_RETRY_MS,
  STORED_AT_ONCE_MAX,
  UNSTORED_RECORDS_MAX,
  WAITING_COMMANDS_MAX,
} from './limits.ts';

type StoreRecord = Extract<PeerEvent, { type: 'store-record' }>;

export interface StoredRecord {
  readonly id: RecordId;
  readonly sequence: number;
}

interface Waiter {
  readonly resolve: (stored: StoredRecord) => void;
  readonly reject: (fault: ApiFault) => void;
  readonly timer: NodeJS.Timeout;
}

export class OwnLog {
  readonly #store: Store;
  readonly #events: Events;
  readonly #tokens: Tokens;
  readonly #post: (command: EngineCommand) => void;
  /** All or none of them; throws where the disk refuses. */
  readonly #keep: (events: readonly StoreRecord[]) => void;
  readonly #waiters = new Map<number, Waiter>();
  #unstored: StoreRecord[] = [];
  #turn: NodeJS.Immediate | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor(
    store: Store,
    keep: (events: readonly StoreRecord[]) => void,
    events: Events,
    tokens: Tokens,
    post: (command: EngineCommand) => void,
  ) {
    this.#keep = keep;
    this.#tokens = tokens;
    this.#store = store;
    this.#events = events;
    this.#post = post;
  }

  /** Posts a command that makes a record, and waits until the record is durable. */
  async author(command: (token: number) => EngineCommand, waitMs = COMMAND_MS_MAX): Promise<StoredRecord> {
    if (this.#waiters.size >= WAITING_COMMANDS_MAX) {
      throw new ApiFault('limit-reached', { detail: 'commands', limit: WAITING_COMMANDS_MAX });
    }
    // None that was made is ever given up, for the next one builds on it: so no more are made.
    if (this.#unstored.length >= UNSTORED_RECORDS_MAX) {
      const detail = 'records waiting for the disk';
      throw new ApiFault('limit-reached', { detail, limit: UNSTORED_RECORDS_MAX });
    }
    const token = this.#tokens.next();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.refuse(token, new ApiFault('timeout', { detail: 'record', seconds: waitMs / 1000 })),
        waitMs,
      );
      this.#waiters.set(token, { resolve, reject, timer });
      this.#post(command(token));
    });
  }

  /** The engine will make no record for this command. */
  refuse(token: number, fault: ApiFault): void {
    this.#take(token)?.reject(fault);
  }

  onStoreRecord(event: StoreRecord): void {
    this.#unstored.push(event);
    this.#turn ??= setImmediate(() => this.#endTurn());
  }

  /** What the engine made until it ended is stored as well. */
  end(): void {
    clearImmediate(this.#turn);
    this.#flush();
  }

  close(): void {
    clearInterval(this.#retry);
    for (const token of this.#waiters.keys()) this.refuse(token, new ApiFault('daemon-stopped'));
  }

  #endTurn(): void {
    this.#turn = undefined;
    const fault = this.#flush();
    if (fault === undefined) return;
    this.#events.stand(fault.code, { ...fault });
    for (const { token } of this.#unstored) this.refuse(token, new ApiFault(fault.code, { ...fault }));
    this.#retry ??= setInterval(() => this.#tryAgain(), STORE_RETRY_MS);
  }

  #tryAgain(): void {
    if (this.#flush() !== undefined) return;
    clearInterval(this.#retry);
    this.#retry = undefined;
    for (const code of ['store-full', 'store-failed', 'store-read-only'] as const) this.#events.clear(code);
  }

  #flush(): StoreFault | undefined {
    while (this.#unstored.length > 0) {
      const batch = this.#unstored.slice(0, STORED_AT_ONCE_MAX);
      const stored = this.#store.attempt(() => this.#keep(batch));
      if (!stored.ok) return stored.error;
      this.#unstored.splice(0, batch.length);
      for (const { room, sequence, id, token } of batch) {
        // Who waits is told first: receipts for the record can only come after it left.
        this.#take(token)?.resolve({ id, sequence });
        this.#post({ type: 'record-stored', room, id });
      }
    }
    return undefined;
  }

  #take(token: number): Waiter | undefined {
    const waiter = this.#waiters.get(token);
    this.#waiters.delete(token);
    clearTimeout(waiter?.timer);
    return waiter;
  }
}

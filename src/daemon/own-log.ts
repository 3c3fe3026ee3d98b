/**
 * Own records reach the disk before they may leave. Records that a full disk refuses wait in order and are tried
 * again: a later one must not overtake them, or the chain would have a hole.
 */
import type { RecordId } from '../base/ids.ts';
import type { PeerEvent } from '../core/api.ts';
import type { EngineCommand } from '../io/engine-messages.ts';
import type { StoreFault } from '../store/faults.ts';
import type { Store } from '../store/store.ts';
import type { Events } from './events.ts';
import { ApiFault } from './fault.ts';
import type { Tokens } from './tokens.ts';
import { COMMAND_MS_MAX, STORE_RETRY_MS, UNSTORED_RECORDS_MAX, WAITING_COMMANDS_MAX } from './limits.ts';

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
  /** Throws where the disk refuses. */
  readonly #keep: (event: StoreRecord) => void;
  readonly #waiters = new Map<number, Waiter>();
  #unstored: StoreRecord[] = [];
  #retry: NodeJS.Timeout | undefined;

  constructor(
    store: Store,
    keep: (event: StoreRecord) => void,
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
    const fault = this.#flush();
    if (fault === undefined) return;
    this.#events.stand(fault.code, { ...fault });
    this.refuse(event.token, new ApiFault(fault.code, { ...fault }));
    // Nothing has left yet, so the newest can be given up without a hole in what others see.
    if (this.#unstored.length > UNSTORED_RECORDS_MAX) this.#unstored.pop();
    this.#retry ??= setInterval(() => this.#tryAgain(), STORE_RETRY_MS);
  }

  close(): void {
    clearInterval(this.#retry);
    for (const token of this.#waiters.keys()) this.refuse(token, new ApiFault('daemon-stopped'));
  }

  #tryAgain(): void {
    if (this.#flush() !== undefined) return;
    clearInterval(this.#retry);
    this.#retry = undefined;
    for (const code of ['store-full', 'store-failed', 'store-read-only'] as const) this.#events.clear(code);
  }

  #flush(): StoreFault | undefined {
    while (this.#unstored.length > 0) {
      const event = this.#unstored[0] as StoreRecord;
      const { room, sequence, id } = event;
      const stored = this.#store.attempt(() => this.#keep(event));
      if (!stored.ok) return stored.error;
      this.#unstored.shift();
      // Who waits is told first: receipts for the record can only come after it left.
      this.#take(event.token)?.resolve({ id, sequence });
      this.#post({ type: 'record-stored', room, id });
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

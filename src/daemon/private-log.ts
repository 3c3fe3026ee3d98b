/**
 * What the core wants kept of private rooms reaches the disk in the order in which it came, and only then is it said to be
 * durable: it may leave from then on, and a crash at any moment finds all of a batch or nothing.
 */
import type { RoomId } from '../base/ids.ts';
import type { PeerEvent, RoomHistory } from '../core/api.ts';
import type { EngineCommand } from '../io/engine-messages.ts';
import type { StoreFault } from '../store/faults.ts';
import type { KeptRoom } from '../store/private-rooms.ts';
import type { Store } from '../store/store.ts';
import type { Commands } from './commands.ts';
import type { Events } from './events.ts';
import { ApiFault } from './fault.ts';
import { STORE_RETRY_MS } from './limits.ts';

export type StorePrivate = Extract<PeerEvent, { type: 'store-private' }>;

export interface PrivateLogContext {
  readonly store: Store;
  readonly events: Events;
  readonly commands: Commands;
  readonly post: (command: EngineCommand) => void;
  /** The row of the room, made where it is new. */
  readonly rowOf: (event: StorePrivate) => KeptRoom | undefined;
  readonly historyOf: (room: RoomId) => RoomHistory;
}

export class PrivateLog {
  readonly #context: PrivateLogContext;
  readonly #unstored: StorePrivate[] = [];
  #retry: NodeJS.Timeout | undefined;

  constructor(context: PrivateLogContext) {
    this.#context = context;
  }

  onStorePrivate(event: StorePrivate): void {
    const { events, commands } = this.#context;
    commands.noteRoom(event.token, event.room);
    this.#unstored.push(event);
    const fault = this.#flush();
    if (fault === undefined) return;
    events.stand(fault.code, { ...fault });
    commands.refuse(event.token, new ApiFault(fault.code, { ...fault }));
    this.#retry ??= setInterval(() => this.#tryAgain(), STORE_RETRY_MS);
  }

  close(): void {
    clearInterval(this.#retry);
  }

  #tryAgain(): void {
    if (this.#flush() !== undefined) return;
    clearInterval(this.#retry);
    this.#retry = undefined;
    for (const code of ['store-full', 'store-failed', 'store-read-only'] as const)
      this.#context.events.clear(code);
  }

  #flush(): StoreFault | undefined {
    const { store, post, rowOf, historyOf } = this.#context;
    for (;;) {
      const [event] = this.#unstored;
      if (event === undefined) return undefined;
      const row = rowOf(event);
      if (row !== undefined) {
        const stored = store.attempt(() => store.privateRooms.apply(row, event.entries));
        if (!stored.ok) return stored.error;
        const { room, serial, opens } = event;
        const history = opens ? { history: historyOf(room) } : {};
        post({ type: 'private-stored', room, serial, ...history });
      }
      this.#unstored.shift();
    }
  }
}

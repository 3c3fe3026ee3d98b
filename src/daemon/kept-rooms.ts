/** Rows of private rooms in the store, as they are saved and dropped again. */
import type { EngineCommand } from '../io/engine-messages.ts';
import type { Store } from '../store/store.ts';
import type { Events } from './events.ts';
import type { Members } from './members.ts';
import { keptRoom } from './room-entry.ts';
import type { PrivatePart, Room } from './room-entry.ts';
import type { Rooms } from './rooms.ts';

export type PrivateRoomEntry = Room & { readonly private: PrivatePart };

export interface KeptRoomsContext {
  readonly store: Store;
  readonly events: Events;
  readonly rooms: Rooms;
  readonly members: Members;
  readonly post: (command: EngineCommand) => void;
}

export class KeptRooms {
  readonly #context: KeptRoomsContext;

  constructor(context: KeptRoomsContext) {
    this.#context = context;
  }

  save(room: PrivateRoomEntry): void {
    const { store, events } = this.#context;
    const saved = store.attempt(() => store.privateRooms.save(keptRoom(room, room.private)));
    if (!saved.ok) events.stand(saved.error.code, { ...saved.error });
  }

  /** It serves nobody any more: nothing of it is kept but what was said. */
  retire(room: PrivateRoomEntry): void {
    const { store, events, rooms, members, post } = this.#context;
    const done = store.attempt(() => store.privateRooms.forget(room.id));
    if (!done.ok) {
      events.stand(done.error.code, { ...done.error });
      return;
    }
    // Also of one that is closed: the core listens to what becomes of it.
    post({ type: 'quit', room: room.id });
    members.clear(room.id);
    rooms.drop(room.id);
    if (room.private.isAnnounced) events.emit({ type: 'room-forgotten', room: room.label });
  }
}

export function isPrivate(room: Room): room is PrivateRoomEntry {
  return room.private !== undefined;
}

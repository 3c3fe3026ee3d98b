/**
 * Which rooms this profile is in. `wanted` is remembered over restarts, `active` is this run: a one-shot command
 * activates only the room that it needs, and a room that was quit stays out until it is joined again.
 */
import { hash } from 'node:crypto';
import type { RoomId } from '../base/ids.ts';
import type { RoomInfo } from '../contract/api.ts';
import { ROOMS_MAX } from '../core/limits.ts';
import { publicRoomId, roomGroups } from '../core/room/groups.ts';
import type { EngineCommand } from '../io/engine-messages.ts';
import type { Store } from '../store/store.ts';
import type { Events } from './events.ts';
import { ApiFault } from './fault.ts';
import { COMMAND_MS_MAX } from './limits.ts';
import { checkRoomName } from './names.ts';

export const LOBBY = 'lobby';

const sha256 = { sha256: (bytes: Uint8Array) => new Uint8Array(hash('sha256', bytes, 'buffer')) };
export const roomIdOf = (name: string): RoomId => publicRoomId(sha256, name);

interface Room {
  readonly id: RoomId;
  readonly label: string;
  wanted: boolean;
  active: boolean;
  joinedAt: number;
  memberCount: number;
}

export interface RoomsContext {
  readonly store: Store;
  readonly events: Events;
  readonly post: (command: EngineCommand) => void;
  /** Fetch what was said before; a command that only speaks does not need it. */
  readonly catchUp: boolean;
}

export class Rooms {
  readonly #context: RoomsContext;
  readonly #rooms = new Map<RoomId, Room>();
  readonly #opening = new Map<RoomId, (() => void)[]>();

  constructor(context: RoomsContext) {
    this.#context = context;
    const remembered = context.store.rooms.list();
    for (const { room, label, joined } of remembered) this.#rooms.set(room, newRoom(room, label, joined));
    const lobby = roomIdOf(LOBBY);
    if (!this.#rooms.has(lobby)) this.#rooms.set(lobby, newRoom(lobby, LOBBY, true));
  }

  /** Activates what this profile was in when it ended. */
  joinRemembered(): void {
    for (const room of this.#rooms.values()) if (room.wanted) this.#activate(room);
  }

  /** Returns when the room is open. Idempotent. */
  async join(name: string, remember = true): Promise<RoomInfo> {
    const label = checkRoomName(name);
    const id = roomIdOf(label);
    const known = this.#rooms.get(id);
    if (known === undefined && this.#activeCount() >= ROOMS_MAX) {
      throw new ApiFault('limit-reached', { detail: label, limit: ROOMS_MAX });
    }
    const room = known ?? newRoom(id, label, false);
    this.#rooms.set(id, room);
    if (remember) this.#remember(room, true);
    if (room.active && room.joinedAt > 0) return this.#info(room);
    const open = this.#whenOpen(room);
    this.#activate(room);
    await open;
    return this.#info(room);
  }

  /** Idempotent, also for a room that was never joined. */
  quit(name: string): RoomInfo {
    const label = checkRoomName(name);
    const room = this.#rooms.get(roomIdOf(label)) ?? newRoom(roomIdOf(label), label, false);
    if (this.#rooms.has(room.id)) this.#remember(room, false);
    if (room.active) this.#context.post({ type: 'quit', room: room.id });
    room.active = false;
    room.joinedAt = 0;
    room.memberCount = 0;
    return this.#info(room);
  }

  /** The id of a room that is open now. */
  activeId(name: string): RoomId {
    const id = roomIdOf(name);
    if (this.#rooms.get(id)?.active !== true) {
      const joined = this.list().filter((room) => room.joined);
      throw new ApiFault('room-unknown', { room: name, joined: joined.map((room) => room.room).join(', ') });
    }
    return id;
  }

  isActive(id: RoomId): boolean {
    return this.#rooms.get(id)?.active ?? false;
  }

  label(id: RoomId): string {
    return this.#rooms.get(id)?.label ?? id;
  }

  /** The lobby first, then by name. */
  list(): readonly RoomInfo[] {
    const rooms = [...this.#rooms.values()].map((room) => this.#info(room));
    return rooms.toSorted(
      (a, b) => Number(b.room === LOBBY) - Number(a.room === LOBBY) || (a.room < b.room ? -1 : 1),
    );
  }

  activeIds(): readonly RoomId[] {
    return [...this.#rooms.values()].filter((room) => room.active).map((room) => room.id);
  }

  setMemberCount(id: RoomId, count: number): void {
    const room = this.#rooms.get(id);
    if (room !== undefined) room.memberCount = count;
  }

  onJoined(id: RoomId): void {
    const room = this.#rooms.get(id);
    // A quit that crossed it on the way wins.
    if (room === undefined || !room.active) return;
    room.joinedAt = Date.now();
    room.memberCount = Math.max(1, room.memberCount);
    for (const { member } of this.#context.store.removed.list(id)) {
      this.#context.post({ type: 'remove-member', room: id, member });
    }
    this.#context.events.emit({ type: 'room-joined', room: room.label, info: this.#info(room) });
    for (const done of this.#opening.get(id) ?? []) done();
    this.#opening.delete(id);
  }

  onQuit(id: RoomId): void {
    const room = this.#rooms.get(id);
    if (room !== undefined && !room.active) {
      this.#context.events.emit({ type: 'room-quit', room: room.label, info: this.#info(room) });
    }
  }

  #activate(room: Room): void {
    if (room.active) return;
    room.active = true;
    const { store, post, catchUp } = this.#context;
    const records = store.records.newest(room.id);
    post({ type: 'join', room: room.id, chain: { records, catchUp } });
  }

  async #whenOpen(room: Room): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new ApiFault('room-not-ready', { room: room.label })),
        COMMAND_MS_MAX,
      );
      const done = (): void => {
        clearTimeout(timer);
        resolve();
      };
      this.#opening.set(room.id, [...(this.#opening.get(room.id) ?? []), done]);
    });
  }

  #remember(room: Room, wanted: boolean): void {
    const { store } = this.#context;
    const stored = store.attempt(() => store.rooms.remember(room.id, room.label, wanted));
    if (!stored.ok) throw new ApiFault(stored.error.code, { ...stored.error });
    room.wanted = wanted;
  }

  #activeCount(): number {
    return this.activeIds().length;
  }

  #info(room: Room): RoomInfo {
    const { control, bulk } = roomGroups(room.id);
    const joined = room.active || room.wanted;
    return {
      room: room.label,
      id: room.id,
      name: room.label,
      kind: 'public',
      state: 'open',
      joined,
      memberCount: room.memberCount,
      groups: [control, ...bulk],
      ...(room.active && room.joinedAt > 0 ? { joinedAt: room.joinedAt } : {}),
    };
  }
}

function newRoom(id: RoomId, label: string, wanted: boolean): Room {
  return { id, label, wanted, active: false, joinedAt: 0, memberCount: 0 };
}

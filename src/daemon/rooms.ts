/**
 * Which rooms this profile is in. `wanted` is remembered over restarts, `active` is this run: a one-shot command
 * activates only the room that it needs, and a room that was quit stays out until it is joined again. What only private
 * rooms have is in private-rooms.ts.
 */
import { hash } from 'node:crypto';
import type { MemberId, RoomId } from '../base/ids.ts';
import type { RoomInfo } from '../contract/api.ts';
import type { RoomHistory } from '../core/api.ts';
import { PRIVATE_ROOMS_MAX, ROOMS_MAX } from '../core/limits.ts';
import { publicRoomId } from '../core/room/groups.ts';
import type { EngineCommand } from '../io/engine-messages.ts';
import { encodeCursor } from '../store/history/order.ts';
import type { Store } from '../store/store.ts';
import type { Events } from './events.ts';
import { ApiFault } from './fault.ts';
import { COMMAND_MS_MAX } from './limits.ts';
import { checkRoomName } from './names.ts';
import {
  CLASSIC_LABEL,
  CLASSIC_ROOM,
  isOpen,
  keptRoom,
  newRoom,
  roomInfo,
  roomOfKept,
} from './room-entry.ts';
import type { PrivatePart, Room } from './room-entry.ts';
import { labelKey } from './room-labels.ts';

export const LOBBY = 'lobby';

const sha256 = { sha256: (bytes: Uint8Array) => new Uint8Array(hash('sha256', bytes, 'buffer')) };
/** Of a public room. */
export const roomIdOf = (name: string): RoomId => publicRoomId(sha256, name);

export interface RoomsContext {
  readonly store: Store;
  readonly events: Events;
  readonly selfId: MemberId;
  readonly post: (command: EngineCommand) => void;
  /** Fetch what was said before; a command that only speaks does not need it. */
  readonly catchUp: boolean;
  /** Take files that come. */
  readonly receives: boolean;
  readonly groupRange: string;
}

interface Opening {
  readonly done: () => void;
  readonly fail: (fault: ApiFault) => void;
}

export class Rooms {
  readonly #context: RoomsContext;
  readonly #rooms = new Map<RoomId, Room>();
  readonly #opening = new Map<RoomId, Opening[]>();

  constructor(context: RoomsContext) {
    this.#context = context;
    for (const { room, label, joined } of context.store.rooms.list())
      if (room === CLASSIC_ROOM || labelKey(label) !== CLASSIC_LABEL)
        this.#rooms.set(room, newRoom(room, label, joined));
    for (const kept of context.store.privateRooms.list()) this.#rooms.set(kept.room, roomOfKept(kept));
    const lobby = roomIdOf(LOBBY);
    if (!this.#rooms.has(lobby)) this.#rooms.set(lobby, newRoom(lobby, LOBBY, true));
  }

  /** Activates what this profile was in when it ended. */
  joinRemembered(): void {
    for (const room of this.#rooms.values())
      if (room.wanted) this.#activate(room);
      else if (room.private?.state === 'removed') this.#watch(room);
  }

  /** Returns when the room is open. Idempotent. A private room is opened again, a public one also made. */
  async join(name: string, remember = true): Promise<RoomInfo> {
    return this.open(this.find(name) ?? this.#newPublic(name), remember);
  }

  /** As `join`, of a room that is known or about to be. */
  async open(room: Room, remember: boolean): Promise<RoomInfo> {
    if (room.private !== undefined && room.private.state !== 'open')
      throw new ApiFault('room-closed', { room: room.label });
    if (!room.active) this.#checkLimit(room);
    this.#rooms.set(room.id, room);
    if (remember) this.#remember(room, true);
    if (room.active && room.joinedAt > 0) return this.info(room);
    const open = this.#whenOpen(room);
    this.#activate(room);
    await open;
    return this.info(room);
  }

  /** Idempotent, also for a room that was never joined. */
  quit(name: string): RoomInfo {
    return this.close(this.find(name) ?? this.#newPublic(name));
  }

  /** As `quit`. */
  close(room: Room): RoomInfo {
    if (this.#rooms.has(room.id)) this.#remember(room, false);
    if (room.active) {
      const isClassic = room.id === CLASSIC_ROOM;
      this.#context.post(isClassic ? { type: 'classic-quit' } : { type: 'quit', room: room.id });
    }
    this.#deactivate(room);
    return this.info(room);
  }

  /** A public room that was quit leaves the list; the lobby stays in it. */
  forgetPublic(room: Room): void {
    const { store, events } = this.#context;
    const isLobby = room.label === LOBBY;
    const dropped = isLobby ? undefined : store.attempt(() => store.rooms.forget(room.id));
    if (dropped?.ok === false) throw new ApiFault(dropped.error.code, { ...dropped.error });
    if (!isLobby) this.#rooms.delete(room.id);
    events.emit({ type: 'room-forgotten', room: room.label });
    if (isLobby) this.onQuit(room.id);
  }

  /** By its label, in any spelling, or else by what a private room is called now, where only one is. */
  find(name: string): Room | undefined {
    const key = labelKey(name);
    const all = [...this.#rooms.values()].filter((room) => room.private?.isAnnounced !== false);
    const byLabel = all.find((room) => labelKey(room.label) === key);
    if (byLabel !== undefined) return byLabel;
    const byName = all.filter((one) => one.private?.state === 'open' && labelKey(one.private.name) === key);
    return byName.length === 1 && byName[0]?.private?.kind === 'private' ? byName[0] : undefined;
  }

  get(id: RoomId): Room | undefined {
    return this.#rooms.get(id);
  }

  /** The id of a known room, or of the public one by that name. */
  idOf(name: string): RoomId {
    return this.find(name)?.id ?? roomIdOf(name);
  }

  /** The id of a room that is open now. */
  activeId(name: string): RoomId {
    const room = this.find(name);
    if (room !== undefined && isOpen(room)) return room.id;
    if (room?.private !== undefined && room.private.state !== 'open')
      throw new ApiFault('room-closed', { room: room.label });
    throw new ApiFault('room-unknown', { room: name, joined: this.labelsJoined() });
  }

  /** As `activeId`, of the room that takes what is said to that one. */
  speakingId(name: string): RoomId {
    const id = this.activeId(name);
    const next = this.#rooms.get(id)?.private?.goesOnIn;
    return next !== undefined && this.isActive(next) ? next : id;
  }

  /** Clients know it. */
  isShown(id: RoomId): boolean {
    return this.#rooms.get(id)?.private?.isAnnounced !== false;
  }

  /** For people: which ones there are to choose from. */
  labelsJoined(): string {
    const joined = this.list().filter((one) => one.joined);
    return joined.length === 0 ? '-' : joined.map((one) => one.room).join(', ');
  }

  isActive(id: RoomId): boolean {
    const room = this.#rooms.get(id);
    return room !== undefined && isOpen(room);
  }

  label(id: RoomId): string {
    return this.#rooms.get(id)?.label ?? id;
  }

  info(room: Room): RoomInfo {
    const { store, selfId, groupRange } = this.#context;
    const next = this.#rooms.get(room.private?.goesOnIn ?? room.id);
    const isOver = next !== undefined && next !== room && next.private?.state === 'open';
    return {
      ...roomInfo(room, selfId, groupRange),
      ...(isOver ? { continuesIn: next.label } : {}),
      ...historyInfo(store, room.id),
    };
  }

  /** The lobby first, then by label. */
  list(): readonly RoomInfo[] {
    const rooms = this.all().filter((room) => room.private?.isAnnounced !== false);
    return rooms
      .map((room) => this.info(room))
      .toSorted((a, b) => Number(b.room === LOBBY) - Number(a.room === LOBBY) || (a.room < b.room ? -1 : 1));
  }

  all(): readonly Room[] {
    return [...this.#rooms.values()];
  }

  activeIds(): readonly RoomId[] {
    return this.all()
      .filter(isOpen)
      .map((room) => room.id);
  }

  isLabelTaken(key: string): boolean {
    return this.all().some((room) => labelKey(room.label) === key);
  }

  setMemberCount(id: RoomId, count: number): void {
    const room = this.#rooms.get(id);
    if (room !== undefined) room.memberCount = count;
  }

  /** A private room that the core has opened by itself, or is about to. */
  addPrivate(id: RoomId, label: string, part: PrivatePart): Room {
    const room = newRoom(id, label, true, part);
    room.active = true;
    this.#rooms.set(id, room);
    return room;
  }

  drop(id: RoomId): void {
    this.#rooms.delete(id);
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
    this.announceJoined(room);
    for (const { done } of this.#opening.get(id) ?? []) done();
    this.#opening.delete(id);
  }

  /** It cannot be opened: told to whoever waits for it, or to everybody. */
  onUnusable(id: RoomId, fault: ApiFault): void {
    const room = this.#rooms.get(id);
    if (room === undefined || !room.active) return;
    this.#deactivate(room);
    const waiting = this.#opening.get(id) ?? [];
    this.#opening.delete(id);
    for (const { fail } of waiting) fail(fault);
    if (waiting.length === 0) this.#context.events.problem(fault.code, fault.values);
  }

  /** What the engine opens a room with. */
  history(room: RoomId): RoomHistory {
    const { store, catchUp } = this.#context;
    const { history } = store;
    return {
      records: history.restored(room),
      floors: history.stretches(room),
      forgotten: history.forgotten(room),
      catchUp,
    };
  }

  announceJoined(room: Room): void {
    if (room.private?.isAnnounced === false) return;
    this.#context.events.emit({ type: 'room-joined', room: room.label, info: this.info(room) });
  }

  onQuit(id: RoomId): void {
    const room = this.#rooms.get(id);
    if (room !== undefined && !room.active && this.isShown(id)) {
      this.#context.events.emit({ type: 'room-quit', room: room.label, info: this.info(room) });
    }
  }

  #newPublic(name: string): Room {
    if (labelKey(name) === CLASSIC_LABEL) return newRoom(CLASSIC_ROOM, CLASSIC_LABEL, false);
    const label = checkRoomName(name);
    const id = roomIdOf(label);
    return this.#rooms.get(id) ?? newRoom(id, label, false);
  }

  #activate(room: Room): void {
    if (room.active || (room.private !== undefined && room.private.state !== 'open')) return;
    const { store, post, receives } = this.#context;
    if (room.id === CLASSIC_ROOM) {
      room.active = true;
      return post({ type: 'classic-join', receives });
    }
    const history = this.history(room.id);
    if (room.private === undefined) {
      room.active = true;
      return post({ type: 'join', room: room.id, history });
    }
    const chain = store.privateRooms.chain(room.id);
    if (chain === undefined) return undefined;
    room.active = true;
    return post({ type: 'open-room', room: room.id, history, chain });
  }

  /** The removal may be undone: then the core opens the room. */
  #watch(room: Room): void {
    const { store, post } = this.#context;
    const chain = store.privateRooms.chain(room.id);
    const history = this.history(room.id);
    if (chain !== undefined) post({ type: 'open-room', room: room.id, history, chain });
  }

  #deactivate(room: Room): void {
    room.active = false;
    room.joinedAt = 0;
    room.memberCount = 0;
  }

  async #whenOpen(room: Room): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new ApiFault('room-not-ready', { room: room.label })),
        COMMAND_MS_MAX,
      );
      const opening: Opening = {
        done: () => {
          clearTimeout(timer);
          resolve();
        },
        fail: (fault) => {
          clearTimeout(timer);
          reject(fault);
        },
      };
      this.#opening.set(room.id, [...(this.#opening.get(room.id) ?? []), opening]);
    });
  }

  #remember(room: Room, wanted: boolean): void {
    const { store } = this.#context;
    const part = room.private;
    const stored = store.attempt(() =>
      part === undefined
        ? store.rooms.remember(room.id, room.label, wanted)
        : store.privateRooms.save(keptRoom({ ...room, wanted }, part)),
    );
    if (!stored.ok) throw new ApiFault(stored.error.code, { ...stored.error });
    room.wanted = wanted;
  }

  #checkLimit(room: Room): void {
    const isPrivate = room.private !== undefined;
    const limit = isPrivate ? PRIVATE_ROOMS_MAX : ROOMS_MAX;
    const count = this.all().filter((one) => isOpen(one) && (one.private !== undefined) === isPrivate).length;
    if (count >= limit) throw new ApiFault('limit-reached', { detail: room.label, limit });
  }
}

/** What is read and kept of a room. Where the disk cannot be read there is nothing to tell of it. */
function historyInfo(store: Store, room: RoomId): Pick<RoomInfo, 'unread'> & Partial<RoomInfo> {
  const read = store.attempt(() => {
    const { history } = store;
    const place = history.readPlace(room);
    const marks = history.marks(room);
    const retentionDays = history.retentionDays(room);
    return {
      unread: history.unread(room),
      ...(place.depth === 0 ? {} : { readUpTo: encodeCursor(place) }),
      ...(marks.length === 0 ? {} : { readMarks: marks }),
      ...(retentionDays === undefined ? {} : { retentionDays }),
    };
  });
  return read.ok ? read.value : { unread: 0 };
}

/**
 * Private rooms as people use them: made, joined, changed, left. Who may do what the core decides; here is what rooms are
 * called, what is remembered of them, and what clients are told.
 */
import type { MemberId, RoomId } from '../base/ids.ts';
import type { History, Person, Role, RoomInfo } from '../contract/api.ts';
import type { PrivateRoomView } from '../core/api.ts';
import { PRIVATE_ROOMS_MAX } from '../core/limits.ts';
import type { EngineCommand } from '../io/engine-messages.ts';
import type { KeptRoom } from '../store/private-rooms.ts';
import type { Store } from '../store/store.ts';
import type { Commands } from './commands.ts';
import type { DirectRooms } from './direct-rooms.ts';
import type { Events } from './events.ts';
import { ApiFault } from './fault.ts';
import { isPrivate } from './kept-rooms.ts';
import type { KeptRooms, PrivateRoomEntry } from './kept-rooms.ts';
import { ARRIVAL_MS_MAX } from './limits.ts';
import type { Members } from './members.ts';
import { checkRoomName } from './names.ts';
import type { People } from './people.ts';
import type { StorePrivate } from './private-log.ts';
import { keptRoom, nameIn } from './room-entry.ts';
import type { PrivatePart, Room } from './room-entry.ts';
import { freeLabel } from './room-labels.ts';
import type { Rooms } from './rooms.ts';

export interface PrivateRoomsContext {
  readonly store: Store;
  readonly events: Events;
  readonly rooms: Rooms;
  readonly members: Members;
  readonly people: People;
  readonly commands: Commands;
  readonly kept: KeptRooms;
  readonly directs: DirectRooms;
  readonly post: (command: EngineCommand) => void;
}

const SINCE_JOINING: History = { kind: 'since-joining' };

export class PrivateRooms {
  readonly #context: PrivateRoomsContext;
  /** Told once we know our place in the room. */
  readonly #arrivals = new Map<RoomId, Set<() => void>>();

  constructor(context: PrivateRoomsContext) {
    this.#context = context;
  }

  // ---- use cases

  async create(text: string, history: History = SINCE_JOINING): Promise<RoomInfo> {
    const name = checkRoomName(text);
    this.checkSpace(name);
    const { commands } = this.#context;
    const room = await commands.run(
      (token) => ({ type: 'create-room', name, history, kind: 'private', token }),
      { room: name },
    );
    return this.#infoOf(room, name);
  }

  /** The room of us and that member alone: the one there is, or a new one. */
  async direct(text: string): Promise<RoomInfo> {
    const { members, rooms, commands, post, directs } = this.#context;
    const { id, name } = members.resolveAnywhere(text, directs.known());
    const room = directs.with(id);
    if (room !== undefined) {
      const info = await this.join(room);
      const { view } = room.private;
      // A crash may have come between making the room and letting the other in.
      if (view?.role !== undefined && view.members.length === 1)
        post({ type: 'add-member', room: room.id, member: id, role: 'member', token: 0 });
      return info;
    }
    directs.retire(id);
    this.checkSpace(name);
    let made = 0;
    try {
      const opened = await commands.run(
        (token) => {
          made = token;
          directs.making(token, { id, name });
          return { type: 'open-direct', member: id, token };
        },
        { member: name, room: `@${name}` },
      );
      const met = await directs.met(id);
      return met === undefined ? this.#infoOf(opened, name) : rooms.info(met);
    } finally {
      directs.made(made);
    }
  }

  /** Opens one that we know, and those beside it of two who opened several at once. */
  async join(room: Room, remember = true): Promise<RoomInfo> {
    const { rooms, directs } = this.#context;
    const info = await rooms.open(room, remember);
    for (const spare of directs.spares(room)) if (!spare.active) await rooms.open(spare, remember);
    return info;
  }

  /** Closes it until it is joined again. */
  quit(room: Room): RoomInfo {
    const { rooms, members, directs } = this.#context;
    for (const one of [...directs.spares(room), room]) {
      rooms.close(one);
      members.clear(one.id);
    }
    return rooms.info(room);
  }

  async add(label: string, text: string, role: Role = 'member'): Promise<Person> {
    const { members, commands } = this.#context;
    const room = this.open(label);
    const inside = room.private.view?.members ?? [];
    const { id, name } = members.resolveAnywhere(text, inside);
    if (inside.some((one) => one.id === id))
      throw new ApiFault('member-here', { member: name, room: room.label });
    await commands.run((token) => ({ type: 'add-member', room: room.id, member: id, role, token }), {
      member: name,
      room: room.label,
    });
    return { id, name };
  }

  async remove(label: string, text: string): Promise<Person> {
    const room = this.open(label);
    const { id, name, self } = this.#inside(room, text);
    if (self) throw new ApiFault('member-self', { member: text });
    const spares = this.#context.directs.spares(room);
    await this.#context.commands.run(
      (token) => ({ type: 'remove-from-room', room: room.id, member: id, token }),
      {
        member: name,
        room: room.label,
      },
    );
    // Whom we do not talk with in the one we do not in the others.
    this.#leaveAll(spares);
    return { id, name };
  }

  async setRole(label: string, text: string, role: Role): Promise<Person & { readonly role: Role }> {
    const room = this.open(label);
    const { id, name, role: now } = this.#inside(room, text);
    if (now !== role) {
      await this.#context.commands.run(
        (token) => ({ type: 'set-role', room: room.id, member: id, role, token }),
        {
          member: name,
          room: room.label,
        },
      );
    }
    return { id, name, role };
  }

  async setRoom(
    label: string,
    change: { name?: string | undefined; history?: History | undefined },
  ): Promise<RoomInfo> {
    const { rooms, commands } = this.#context;
    const room = this.open(label);
    const values = { room: room.label };
    const { history } = change;
    const name = change.name === undefined ? undefined : checkRoomName(change.name);
    if (name !== undefined)
      await commands.run((token) => ({ type: 'rename-room', room: room.id, name, token }), values);
    if (history !== undefined)
      await commands.run((token) => ({ type: 'set-history', room: room.id, history, token }), values);
    return rooms.info(room);
  }

  /** For good. Where the others never told us who is in it, it is simply closed. */
  async leave(label: string): Promise<RoomInfo> {
    const { rooms, commands, post, directs } = this.#context;
    const room = this.#private(label);
    if (room.private.state !== 'open') return rooms.info(room);
    const spares = directs.spares(room);
    if (!room.active) await this.join(room, false);
    try {
      await commands.run((token) => ({ type: 'leave-room', room: room.id, token }), { room: room.label });
    } catch (error) {
      if (room.private.view?.role !== undefined) throw error;
      post({ type: 'quit', room: room.id });
      this.onClosed(room.id, 'left', undefined);
    }
    this.#leaveAll(spares);
    return rooms.info(room);
  }

  forget(label: string): void {
    const room = this.#private(label);
    if (room.private.state === 'open') throw new ApiFault('room-not-closed', { room: room.label });
    this.#context.kept.retire(room);
  }

  /** The private room by that label, where we are a member and it is open now. */
  open(label: string): PrivateRoomEntry {
    const { rooms } = this.#context;
    const room = rooms.get(rooms.activeId(label));
    if (room === undefined || !isPrivate(room)) throw new ApiFault('room-not-private', { room: label });
    return room;
  }

  checkSpace(name: string): void {
    const count = this.#context.rooms
      .all()
      .filter((room) => room.private !== undefined && room.active).length;
    if (count >= PRIVATE_ROOMS_MAX)
      throw new ApiFault('limit-reached', { detail: name, limit: PRIVATE_ROOMS_MAX });
  }

  /** Returns once the others have told us who is in the room, or after a while. */
  async arrived(room: RoomId | undefined, name: string): Promise<RoomInfo> {
    const entry = room === undefined ? undefined : this.#context.rooms.get(room);
    if (room === undefined || entry === undefined) throw new ApiFault('room-not-ready', { room: name });
    if (entry.private?.view?.role === undefined) {
      await new Promise<void>((resolve) => {
        const waiting = this.#arrivals.get(room) ?? new Set();
        this.#arrivals.set(room, waiting.add(resolve));
        setTimeout(resolve, ARRIVAL_MS_MAX).unref();
      });
    }
    return this.#context.rooms.info(entry);
  }

  // ---- what the core says

  /** The row of a room that something is to be kept of; a room that we were let into just now is made. */
  rowOf({ room: id, kind, name, token, entries }: StorePrivate): KeptRoom | undefined {
    const { rooms } = this.#context;
    const known = rooms.get(id);
    if (known !== undefined) {
      if (!isPrivate(known)) return undefined;
      if (entries.some((entry) => entry.kind === 'genesis-secret')) this.#reopen(known);
      return keptRoom(known, known.private);
    }
    const other = this.#context.directs.madeFor(token);
    const isDirect = kind === 'direct';
    const called = isDirect ? (other?.name ?? id.slice(0, 8)) : name;
    const label = freeLabel(called, isDirect, (key) => rooms.isLabelTaken(key));
    const part: PrivatePart = {
      kind,
      name: isDirect ? called : name,
      state: 'open',
      other: other?.id,
      removedBy: undefined,
      view: undefined,
      isAnnounced: !isDirect || other !== undefined,
      isSpare: false,
      goesOnIn: undefined,
    };
    return keptRoom(rooms.addPrivate(id, label, part), part);
  }

  /** Also of a room that we had been removed from, where that was undone. */
  onJoined(id: RoomId): void {
    const room = this.#context.rooms.get(id);
    if (room === undefined || !isPrivate(room) || room.private.state === 'open') return;
    this.#reopen(room);
    this.#context.kept.save(room);
  }

  onChanged(id: RoomId, view: PrivateRoomView): void {
    const { rooms, events, people, members, directs } = this.#context;
    const room = rooms.get(id);
    if (room === undefined || !isPrivate(room) || !room.active) return;
    const part = room.private;
    part.view = view;
    for (const { id: member, name, publicKey, self } of view.members)
      if (!self && people.keyOf(member) === undefined) people.see({ id: member, name, publicKey });
    if (part.kind === 'direct') directs.onView(room, view);
    else if (view.name !== '' && view.name !== part.name) {
      part.name = view.name;
      this.#context.kept.save(room);
    }
    if (part.isAnnounced) events.emit({ type: 'room-changed', room: room.label, info: rooms.info(room) });
    members.changed(id);
    if (view.role === undefined) return;
    for (const arrived of this.#arrivals.get(id) ?? []) arrived();
    this.#arrivals.delete(id);
  }

  /** Whom we added does not want in. That it is no member any more comes with `room-changed`. */
  onDeclined(id: RoomId, member: MemberId): void {
    const { rooms, events, people } = this.#context;
    const room = rooms.get(id);
    if (room === undefined || !isPrivate(room)) return;
    const name = people.nameOf(member) ?? nameIn(room.private.view, member);
    events.emit({ type: 'member-declined', room: room.label, member: { id: member, name } });
  }

  onClosed(id: RoomId, reason: 'removed' | 'left', by: MemberId | undefined): void {
    const { rooms, events, members, store, directs } = this.#context;
    const room = rooms.get(id);
    if (room === undefined || !isPrivate(room)) return;
    const part = room.private;
    // It was so when we last ran, and the core says so again.
    if (part.state === reason && !room.active) return;
    part.state = reason;
    part.removedBy = by === undefined ? undefined : { id: by, name: nameIn(part.view, by) };
    room.active = false;
    room.wanted = false;
    room.joinedAt = 0;
    room.memberCount = 0;
    // Of a room that we left nothing is needed. A removal may be undone, and then the log of members is.
    const kept = store.attempt(() =>
      reason === 'left'
        ? store.closeRoom(keptRoom(room, part), Date.now())
        : store.privateRooms.save(keptRoom(room, part)),
    );
    if (!kept.ok) events.stand(kept.error.code, { ...kept.error });
    members.clear(id);
    directs.onClosed(room);
    if (!part.isAnnounced) return;
    events.emit({
      type: 'room-closed',
      room: room.label,
      reason,
      ...(part.removedBy === undefined ? {} : { by: part.removedBy }),
      info: rooms.info(room),
    });
  }

  // ---- inside

  #leaveAll(spares: readonly PrivateRoomEntry[]): void {
    for (const { id, active } of spares)
      if (active) this.#context.post({ type: 'leave-room', room: id, token: 0 });
  }

  #reopen(room: PrivateRoomEntry): void {
    const part = room.private;
    if (part.state === 'open' && room.active) return;
    part.state = 'open';
    part.removedBy = undefined;
    part.view = undefined;
    room.active = true;
    room.wanted = true;
  }

  #private(label: string): PrivateRoomEntry {
    const room = this.#context.rooms.find(label);
    if (room === undefined) {
      const joined = this.#context.rooms.list().map((one) => one.room);
      throw new ApiFault('room-unknown', { room: label, joined: joined.join(', ') });
    }
    if (!isPrivate(room)) throw new ApiFault('room-not-private', { room: label });
    return room;
  }

  #inside(room: PrivateRoomEntry, text: string) {
    const view = room.private.view?.members ?? [];
    const { people, members } = this.#context;
    const named = view.map((one) => ({ ...one, name: people.nameOf(one.id) ?? one.name }));
    return members.resolve(named, text, room.label);
  }

  #infoOf(id: RoomId | undefined, name: string): RoomInfo {
    const room = id === undefined ? undefined : this.#context.rooms.get(id);
    if (room === undefined) throw new ApiFault('room-not-ready', { room: name });
    return this.#context.rooms.info(room);
  }
}

/**
 * Rooms of two. Two who open one with each other at the same moment make one each. Both then talk in that of the lower id,
 * without being asked; the other one is a *spare*: joined like any other, for something may have been said in it, or
 * still is by who does not know better, and not shown while nothing is. What was said in it is shown as a room that goes
 * on in the first one, and whatever is said to it goes there.
 *
 * That a room is one of two is what whoever made it says, and an id can be ground: so one in which anybody else is or was
 * takes no part in this.
 */
import type { MemberId, RoomId } from '../base/ids.ts';
import type { Person } from '../contract/api.ts';
import type { PrivateRoomView } from '../core/api.ts';
import { LAST_PLACE } from '../store/history/order.ts';
import { isPrivate } from './kept-rooms.ts';
import type { KeptRooms, KeptRoomsContext, PrivateRoomEntry } from './kept-rooms.ts';
import { DIRECT_MEETING_MS_MAX } from './limits.ts';
import type { People } from './people.ts';
import { nameIn } from './room-entry.ts';
import type { Room } from './room-entry.ts';
import { DIRECT, freeLabel } from './room-labels.ts';

export interface DirectRoomsContext extends KeptRoomsContext {
  readonly people: People;
  readonly selfId: MemberId;
}

type Other = Person & { readonly id: MemberId };
type DirectRoom = PrivateRoomEntry & { readonly private: { readonly other: MemberId } };

export class DirectRooms {
  readonly #context: DirectRoomsContext;
  readonly #kept: KeptRooms;
  /** Whom a room in the making is with, by token. */
  readonly #making = new Map<number, Other>();

  constructor(context: DirectRoomsContext, kept: KeptRooms) {
    this.#context = context;
    this.#kept = kept;
    for (const room of this.#all()) if (room.private.state !== 'open' && wasHidden(room)) kept.retire(room);
    for (const other of new Set(this.#all().map((room) => room.private.other))) this.#settle(other);
  }

  // ---- which room

  /** Others that there is a room with. */
  known(): readonly Other[] {
    return this.#all().map(({ private: { other, name } }) => ({ id: other, name }));
  }

  /** The one that we and that member talk in; shown from now on. */
  with(other: MemberId): PrivateRoomEntry | undefined {
    const [first] = this.#pairs(other);
    if (first === undefined || !isShared(first)) return undefined;
    if (!first.private.isAnnounced) this.#show(first);
    return first;
  }

  /** That one, once the other is in it, or after a moment: by then we know of the one that the other opened meanwhile. */
  async met(other: MemberId): Promise<PrivateRoomEntry | undefined> {
    const { members } = this.#context;
    const end = performance.now() + DIRECT_MEETING_MS_MAX;
    for (;;) {
      const room = this.with(other);
      const leftMs = end - performance.now();
      if (room === undefined || leftMs <= 0 || members.view(room.id, other) !== undefined) return room;
      await members.nextArrival(other, leftMs);
    }
  }

  /** Those that one of the two has left, so that they serve nobody any more; their label is for a new one. */
  retire(other: MemberId): void {
    for (const room of this.#all())
      if (room.private.other === other && !isShared(room)) this.#kept.retire(room);
  }

  /** Those beside this one, where it is the one that the two talk in. */
  spares(of: Room): readonly PrivateRoomEntry[] {
    if (!isDirect(of)) return [];
    const [first, ...spares] = this.#pairs(of.private.other);
    return first === of ? spares : [];
  }

  /** The command with this token makes one, until `made`. */
  making(token: number, other: Other): void {
    this.#making.set(token, other);
  }
  made(token: number): void {
    this.#making.delete(token);
  }
  madeFor(token: number): Other | undefined {
    return this.#making.get(token);
  }

  // ---- what happens

  /** Who the other one is may be news: then the room has a label, and clients hear of it. */
  onView(room: PrivateRoomEntry, view: PrivateRoomView): void {
    const { people, selfId } = this.#context;
    const part = room.private;
    const other = view.members.find((one) => !one.self) ?? view.departed.find(({ id }) => id !== selfId);
    if (other === undefined) return;
    const name = people.nameOf(other.id) ?? nameIn(view, other.id);
    const former = part.other;
    const isNews = former !== other.id || part.name !== name;
    part.other = other.id;
    part.name = name;
    if (!part.isAnnounced && !part.isSpare && isShared(room as DirectRoom)) this.retire(other.id);
    this.#settle(other.id);
    if (former !== undefined && former !== other.id) this.#settle(former);
    if (isNews) this.#kept.save(room);
  }

  /** Something was said in these rooms: one that was not shown is, from now on. */
  onLines(ids: Iterable<RoomId>): void {
    for (const id of ids) {
      const room = this.#context.rooms.get(id);
      if (room !== undefined && isDirect(room) && !room.private.isAnnounced) this.#settle(room.private.other);
    }
  }

  onClosed(room: Room): void {
    if (isDirect(room)) this.#settle(room.private.other);
  }

  // ---- inside

  #settle(other: MemberId): void {
    for (const room of this.#all())
      if (room.private.other === other && !this.#isOfTwo(room)) this.#standAlone(room);
    const [first, ...spares] = this.#pairs(other);
    if (first === undefined) return;
    const { isAnnounced, isSpare, goesOnIn } = first.private;
    const former = spares.find(({ private: part }) => part.isAnnounced && part.goesOnIn === undefined);
    if (isAnnounced && goesOnIn === undefined) first.private.isSpare = false;
    else if (former !== undefined) this.#takeOver(first, former);
    // Where the other one closed the conversation, an empty room beside it is no news.
    else if (!isSpare || !this.#isEmpty(first)) this.#standAlone(first);
    for (const spare of spares) this.#putAside(spare, first);
  }

  /** Open ones, the one to talk in first. Until each of them is known, the one that was it stays it. */
  #pairs(other: MemberId): readonly DirectRoom[] {
    const open = this.#all().filter(
      (room) => room.private.other === other && room.private.state === 'open' && this.#isOfTwo(room),
    );
    const isKnown = open.every(({ private: { view } }) => view?.role !== undefined);
    return open.toSorted(
      (a, b) =>
        Number(isShared(b)) - Number(isShared(a)) || (isKnown ? byId(a, b) : byLabel(a, b) || byId(a, b)),
    );
  }

  /** The room of the lower id came later: it is the one by that label from now on. */
  #takeOver(first: DirectRoom, former: DirectRoom): void {
    const { events } = this.#context;
    if (first.private.isAnnounced) events.emit({ type: 'room-forgotten', room: first.label });
    const isOver = this.#isEmpty(former);
    const { label } = former;
    former.label = isOver ? hiddenLabel(former.id) : this.#labelFor(former);
    former.private.isAnnounced = !isOver;
    former.private.isSpare = true;
    former.private.goesOnIn = first.id;
    first.label = label;
    // Before the other, in the store as well as for clients: no two have one label.
    this.#kept.save(former);
    if (!isOver) this.#tell(former);
    first.private.goesOnIn = undefined;
    first.private.isSpare = false;
    this.#announce(first, label);
  }

  #putAside(spare: DirectRoom, first: DirectRoom): void {
    const { events, rooms } = this.#context;
    const part = spare.private;
    const { goesOnIn } = part;
    part.goesOnIn = first.id;
    part.isSpare = true;
    if (!this.#isEmpty(spare)) {
      if (!part.isAnnounced) this.#announce(spare, this.#labelFor(spare));
      else if (goesOnIn !== first.id)
        events.emit({ type: 'room-changed', room: spare.label, info: rooms.info(spare) });
      return;
    }
    if (part.isAnnounced) events.emit({ type: 'room-forgotten', room: spare.label });
    part.isAnnounced = false;
    if (wasHidden(spare)) return;
    spare.label = hiddenLabel(spare.id);
    this.#kept.save(spare);
  }

  /** It has nothing to do with any other room. */
  #standAlone(room: DirectRoom): void {
    const { events, rooms } = this.#context;
    const part = room.private;
    const wentOn = part.goesOnIn !== undefined;
    if (!part.isAnnounced) return this.#show(room);
    part.goesOnIn = undefined;
    part.isSpare = false;
    if (wentOn) events.emit({ type: 'room-changed', room: room.label, info: rooms.info(room) });
  }

  #show(room: DirectRoom): void {
    room.private.goesOnIn = undefined;
    room.private.isSpare = false;
    this.#announce(room, this.#labelFor(room));
  }

  #announce(room: DirectRoom, label: string): void {
    room.label = label;
    room.private.isAnnounced = true;
    this.#kept.save(room);
    this.#tell(room);
  }

  #tell(room: DirectRoom): void {
    const { rooms, members } = this.#context;
    if (room.joinedAt === 0) return;
    rooms.announceJoined(room);
    members.changed(room.id);
  }

  #labelFor(room: DirectRoom): string {
    const { rooms } = this.#context;
    return freeLabel(room.private.name, true, (key) => rooms.isLabelTaken(key));
  }

  /** What cannot be read may be something. */
  #isEmpty({ id }: DirectRoom): boolean {
    const { store } = this.#context;
    const lines = store.attempt(() => store.history.timeline.before(id, LAST_PLACE, 1));
    return lines.ok && lines.value.length === 0;
  }

  #isOfTwo({ private: { view, other } }: DirectRoom): boolean {
    const people = [...(view?.members ?? []), ...(view?.departed ?? [])];
    return people.every(({ id }) => id === other || id === this.#context.selfId);
  }

  #all(): readonly DirectRoom[] {
    return this.#context.rooms.all().filter(isDirect);
  }
}

function isDirect(room: Room): room is DirectRoom {
  return isPrivate(room) && room.private.kind === 'direct' && room.private.other !== undefined;
}

/** Neither of the two has left it, as far as we know. */
function isShared({ private: { state, other, view } }: DirectRoom): boolean {
  return state === 'open' && view?.departed.some(({ id }) => id === other) !== true;
}

/** Of a room that is not shown; it takes no label from others. */
const hiddenLabel = (room: RoomId): string => DIRECT + room.slice(0, HIDDEN_LABEL_DIGITS);
const HIDDEN_LABEL_DIGITS = 16;

/** In this run or the one before. */
const wasHidden = ({ id, label }: Room): boolean => label === hiddenLabel(id);

const byId = (a: Room, b: Room): number => (a.id < b.id ? -1 : 1);
/** What is shown, and of that the label without a number, was the one to talk in. */
const byLabel = (a: Room, b: Room): number =>
  Number(wasHidden(a)) - Number(wasHidden(b)) || a.label.length - b.label.length;

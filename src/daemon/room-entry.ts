/** One room as the daemon keeps it, and as clients see it. */
import { ID_BYTES } from '../base/ids.ts';
import type { MemberId, RoomId } from '../base/ids.ts';
import type { Person, RoomInfo } from '../contract/api.ts';
import type { PrivateKind, PrivateRoomView } from '../core/api.ts';
import { roomGroups } from '../core/room/groups.ts';
import { FILES, TALK } from '../io/classic/sockets.ts';
import type { KeptRoom, RoomState } from '../store/private-rooms.ts';

export const CLASSIC_LABEL = 'classic';
/** The room of the original tool: no hash, but its name and zeros. */
export const CLASSIC_ROOM = '636c6173736963'.padEnd(2 * ID_BYTES, '0') as RoomId;
const CLASSIC_GROUPS = [TALK.group, FILES.group];

/** What a private room has beside what every room has. */
export interface PrivatePart {
  readonly kind: PrivateKind;
  name: string;
  state: RoomState;
  /** The other one of a direct room. */
  other: MemberId | undefined;
  removedBy: { readonly id: MemberId; readonly name: string } | undefined;
  /** As the core saw it last, in this run of the daemon. */
  view: PrivateRoomView | undefined;
  /** Clients know it. A direct room that somebody else made has no label until we know who that is. */
  isAnnounced: boolean;
  /** A direct room beside the one that the two talk in: not shown while nothing was said in it. */
  isSpare: boolean;
  /** The one that they talk in. */
  goesOnIn: RoomId | undefined;
}

export interface Room {
  readonly id: RoomId;
  label: string;
  /** Remembered over restarts. */
  wanted: boolean;
  /** In this run. */
  active: boolean;
  joinedAt: number;
  memberCount: number;
  readonly private: PrivatePart | undefined;
}

export function newRoom(id: RoomId, label: string, wanted: boolean, part?: PrivatePart): Room {
  return { id, label, wanted, active: false, joinedAt: 0, memberCount: 0, private: part };
}

export function roomOfKept({ room, kind, label, name, other, joined, state, removedBy }: KeptRoom): Room {
  const news = { view: undefined, isAnnounced: true, isSpare: false, goesOnIn: undefined };
  return newRoom(room, label, joined, { kind, name, state, other, removedBy, ...news });
}

export function keptRoom({ id, label, wanted }: Room, part: PrivatePart): KeptRoom {
  const { kind, name, state, other, removedBy } = part;
  return {
    room: id,
    kind,
    label,
    name,
    joined: wanted,
    state,
    ...(other === undefined ? {} : { other }),
    ...(removedBy === undefined ? {} : { removedBy }),
  };
}

/** Is it open now, so that something can be said in it? */
export const isOpen = ({ active, private: part }: Room): boolean =>
  active && (part === undefined || part.state === 'open');

/** All but what the store knows of its history. */
export function roomInfo(room: Room, selfId: MemberId, groupRange: string): Omit<RoomInfo, 'unread'> {
  const { id, label, active, wanted, joinedAt, memberCount, private: part } = room;
  const state = part?.state ?? 'open';
  return {
    room: label,
    id,
    name: part?.name ?? label,
    kind: room.id === CLASSIC_ROOM ? 'classic' : part === undefined ? 'public' : shownKind(part),
    state,
    joined: state === 'open' && (active || wanted),
    memberCount,
    groups: groupsOf(room.id, groupRange),
    ...(active && joinedAt > 0 ? { joinedAt } : {}),
    ...(part === undefined ? {} : privateInfo(part, selfId)),
  };
}

function groupsOf(room: RoomId, groupRange: string): readonly string[] {
  if (room === CLASSIC_ROOM) return CLASSIC_GROUPS;
  const { control, bulk } = roomGroups(room, groupRange);
  return [control, ...bulk];
}

/** That a room is one of two is what whoever opened it said. Where its members are more, people must not read that it is. */
function shownKind({ kind, view }: PrivatePart): PrivateKind {
  return kind === 'direct' && (view?.members.length ?? 0) > DIRECT_MEMBERS_MAX ? 'private' : kind;
}

const DIRECT_MEMBERS_MAX = 2;

function privateInfo(
  { view, other, removedBy, state, name }: PrivatePart,
  selfId: MemberId,
): Partial<RoomInfo> {
  const shown = {
    ...(removedBy === undefined || state !== 'removed' ? {} : { removedBy }),
    ...(other === undefined ? {} : { with: { id: other, name } }),
  };
  if (view === undefined || state !== 'open') return shown;
  const person = (id: MemberId): Person => ({ id, name: nameIn(view, id) });
  return {
    ...shown,
    history: view.history,
    secured: view.secured,
    openInvites: view.openInvites.map(({ operation, by, expiresAt }) => ({
      id: operation,
      by: person(by),
      expiresAt,
    })),
    ...(view.role === undefined || !view.members.some(({ id }) => id === selfId) ? {} : { role: view.role }),
  };
}

/** What somebody was last called in the room, whether or not it is still a member. */
export function nameIn(view: PrivateRoomView | undefined, id: MemberId): string {
  const known = view?.members.find((one) => one.id === id) ?? view?.departed.find((one) => one.id === id);
  return known === undefined || known.name === '' ? id.slice(0, 8) : known.name;
}

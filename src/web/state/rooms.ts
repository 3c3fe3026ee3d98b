/** How rooms come, change, close, and lose what was cut by a removal. */
import type { DaemonEvent, RoomInfo } from '../../contract/api.ts';
import { LOBBY } from './state.ts';
import type { AppState } from './state.ts';
import { withHidden } from './timeline.ts';
import type { TimelineEntry } from './timeline.ts';
import { withCounted, withLine, withSeen } from './unread.ts';

/** The state with `info` as what is known of its room; nobody is shown in one that the user is not in. */
export function withRoom(before: AppState, info: RoomInfo): AppState {
  const state = withLabelOf(before, info);
  const known = state.rooms.some((room) => room.room === info.room);
  const rooms = known
    ? state.rooms.map((room) => (room.room === info.room ? info : room))
    : [...state.rooms, info];
  const counted = withCounted({ ...state, rooms }, info);
  if (info.joined) return counted;
  const { [info.room]: _emptied, ...members } = state.members;
  return { ...counted, members };
}

/** A label that is another room's from now on takes nothing of the former along; a room with a new label takes all of its own. */
function withLabelOf(state: AppState, { id, room: label }: RoomInfo): AppState {
  const former = state.rooms.find((room) => room.id === id)?.room;
  const isTaken = state.rooms.some((room) => room.room === label && room.id !== id);
  if (former === label || (former === undefined && !isTaken)) return state;
  const entries = former === undefined ? [] : (state.timelines[former] ?? []);
  const list = former === undefined ? undefined : state.members[former];
  const { room: shown } = state;
  const next = {
    ...withoutRoom(former === undefined ? state : withoutRoom(state, former), label),
    room: shown,
  };
  return {
    ...next,
    ...(list === undefined ? {} : { members: { ...next.members, [label]: list } }),
    timelines: { ...next.timelines, [label]: entries.map((entry) => relabelled(entry, label)) },
  };
}

function relabelled(entry: TimelineEntry, room: string): TimelineEntry {
  return entry.kind === 'message'
    ? { ...entry, message: { ...entry.message, room } }
    : { ...entry, transfer: { ...entry.transfer, room } };
}

/** The user is in a room, by whatever way: one that is not looked at yet says that it is new. */
export function withJoined(state: AppState, info: RoomInfo): AppState {
  const known = state.rooms.some(({ room, id }) => room === info.room || id === info.id);
  const next = withRoom(state, info);
  if (known || info.kind === 'public' || info.kind === 'classic' || info.room === state.room) return next;
  return { ...next, fresh: [...state.fresh, info.room] };
}

/** The state that shows `room`. */
export function withShown(state: AppState, room: string): AppState {
  const fresh = state.fresh.filter((label) => label !== room);
  if (room === state.room) return withSeen({ ...state, fresh });
  const next = { ...state, room, fresh, firstUnread: {}, following: true };
  const shown = withSeen(next);
  // Where a stretch of long ago is shown, the line waits further down.
  return shown === next ? withLine(next, state.unread[room] ?? 0) : shown;
}

/** The state without a room that was deleted, and without all that was in it. */
export function withoutRoom(state: AppState, room: string): AppState {
  const { [room]: _members, ...members } = state.members;
  const { [room]: _timeline, ...timelines } = state.timelines;
  const { [room]: _unread, ...unread } = state.unread;
  const rooms = state.rooms.filter((info) => info.room !== room);
  const fresh = state.fresh.filter((label) => label !== room);
  return {
    ...state,
    rooms,
    members,
    timelines,
    unread,
    fresh,
    room: state.room === room ? LOBBY : state.room,
  };
}

/** Messages that a removal has cut, which leave a note, or that the user does not want to see, which leave nothing. */
export function withCut(
  state: AppState,
  { room, ids, by }: Extract<DaemonEvent, { type: 'messages-hidden' }>,
): AppState {
  const timeline = state.timelines[room];
  if (timeline === undefined) return state;
  const cut = new Set(ids);
  const rest = by === 'us' ? timeline.filter(({ id }) => !cut.has(id)) : withHidden(timeline, cut);
  return { ...state, timelines: { ...state.timelines, [room]: rest } };
}

/** Somebody was verified, or is not any more: said at once, wherever it is listed. */
export function withVerified(state: AppState, id: string, verified: boolean): AppState {
  const lists = Object.entries(state.members).map(([room, list]) => {
    const members = list.members.map((member) => (member.id === id ? { ...member, verified } : member));
    return [room, { ...list, members }] as const;
  });
  return { ...state, members: Object.fromEntries(lists) };
}

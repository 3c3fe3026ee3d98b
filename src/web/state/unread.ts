/**
 * What the user has not seen yet. Live, it is counted as it comes; after a reload, what stands behind the last entry
 * that was seen in a room. Which that was outlives the page (`daemon/seen.ts`).
 */
import { isOwn } from './timeline.ts';
import type { TimelineEntry } from './timeline.ts';
import type { AppState, SeenMarks } from './state.ts';

/** The state after `entry` has come to `room`; `isNew` is false where it only replaces its older state. */
export function withUnread(state: AppState, room: string, entry: TimelineEntry, isNew: boolean): AppState {
  if (state.visible && room === state.room) return withSeen(state, room);
  if (!isNew || isOwn(entry)) return state;
  return { ...state, unread: { ...state.unread, [room]: (state.unread[room] ?? 0) + 1 } };
}

/** The user sees the end of `room`. */
export function withSeen(state: AppState, room: string): AppState {
  const id = state.rooms.find((info) => info.room === room)?.id;
  const last = state.timelines[room]?.at(-1)?.id;
  const { [room]: count = 0, ...unread } = state.unread;
  const rest = count > 0 ? withLine({ ...state, unread }, room, id) : state;
  if (id === undefined || last === undefined || state.seen[id] === last) return rest;
  return { ...rest, seen: { ...state.seen, [id]: last } };
}

/** A line above what was not seen yet. */
function withLine(state: AppState, room: string, id: string | undefined): AppState {
  const timeline = state.timelines[room] ?? [];
  const mark = id === undefined ? undefined : state.seen[id];
  const index = timeline.findLastIndex((entry) => entry.id === mark);
  const first = timeline.slice(index + 1).find((entry) => !isOwn(entry))?.id;
  return first === undefined ? state : { ...state, firstUnread: { ...state.firstUnread, [room]: first } };
}

/** Unread counts of all rooms from the marks, for a state whose timelines have just come whole. */
export function withUnreadFromMarks(state: AppState): AppState {
  const unread: Record<string, number> = {};
  const seen: Record<string, string> = {};
  // A browser that has never seen any of it begins with everything read; later a room without a mark is a new one.
  const first = Object.keys(state.seen).length === 0;
  for (const { room, id } of state.rooms) {
    const timeline = state.timelines[room] ?? [];
    const mark = first ? timeline.at(-1)?.id : state.seen[id];
    if (mark !== undefined) seen[id] = mark;
    const count = unreadAfter(timeline, mark);
    if (count > 0) unread[room] = count;
  }
  const counted = { ...state, unread, seen };
  return state.visible ? withSeen(counted, state.room) : counted;
}

/** Another tab of this browser has seen more: its marks count here, too. */
export function withMarksOfOtherTab(state: AppState, seen: SeenMarks): AppState {
  return withUnreadFromMarks({ ...state, seen: { ...state.seen, ...seen } });
}

/** Entries of others behind the one with the id `mark`; all of them where it is not there (any more). */
function unreadAfter(timeline: readonly TimelineEntry[], mark: string | undefined): number {
  const index = timeline.findLastIndex((entry) => entry.id === mark);
  return timeline.slice(index + 1).filter((entry) => !isOwn(entry)).length;
}

/** Unread entries in all rooms together. */
export function unreadSum(state: AppState): number {
  return Object.values(state.unread).reduce((sum, count) => sum + count, 0);
}

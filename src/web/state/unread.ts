/**
 * What the user has not seen yet. The daemon counts it, for all tabs and clients of the profile; between two of its counts
 * the page goes on by what comes. Where the unread began, a line stands until another room is shown.
 */
import type { RoomInfo } from '../../contract/api.ts';
import { isOwn } from './timeline.ts';
import type { TimelineEntry } from './timeline.ts';
import type { AppState } from './state.ts';

/** Does the user see what comes to `room` now? */
function sees(state: AppState, room: string): boolean {
  return state.visible && state.following && room === state.room && state.newer[room] === undefined;
}

/** The state after `entry` has come to `room`; `isNew` is false where it only replaces its older state. */
export function withUnread(state: AppState, room: string, entry: TimelineEntry, isNew: boolean): AppState {
  if (!isNew || isOwn(entry) || sees(state, room)) return state;
  return withCount(state, room, (state.unread[room] ?? 0) + 1);
}

/** The daemon has counted; what is in sight is read in a moment. */
export function withCounted(state: AppState, { room, unread }: RoomInfo): AppState {
  return withCount(state, room, sees(state, room) ? 0 : unread);
}

/** The user comes to see the end of the shown room. */
export function withSeen(state: AppState): AppState {
  const { room } = state;
  const count = state.unread[room] ?? 0;
  if (count === 0 || !sees(state, room)) return state;
  return withLine(withCount(state, room, 0), count);
}

function withCount(state: AppState, room: string, count: number): AppState {
  const { [room]: before = 0, ...others } = state.unread;
  if (before === count) return state;
  return { ...state, unread: count === 0 ? others : { ...others, [room]: count } };
}

/** A line above the last `count` entries of others in the shown room. */
export function withLine(state: AppState, count: number): AppState {
  const { room } = state;
  const others = (state.timelines[room] ?? []).filter((entry) => !isOwn(entry));
  const first = others.at(-Math.min(count, others.length))?.id;
  if (count === 0 || first === undefined) return state;
  return { ...state, firstUnread: { ...state.firstUnread, [room]: first } };
}

/** Unread entries in all rooms together. */
export function unreadSum(state: AppState): number {
  return Object.values(state.unread).reduce((sum, count) => sum + count, 0);
}

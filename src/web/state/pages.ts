/** Pages of a room's history: those before and behind what is here, and another stretch in place of it. */
import type { TimelinePage } from '../../contract/api.ts';
import { TIMELINE_ENTRIES_MAX } from '../limits.ts';
import type { AppState } from './state.ts';
import { NO_ENTRIES } from './state.ts';
import { beginningOf, entriesOf, withPage } from './timeline.ts';
import { withSeen } from './unread.ts';

/** What stands before what is here. A list that is full takes no more. */
export function withOlderPage(state: AppState, room: string, { entries, before }: TimelinePage): AppState {
  const timeline = withPage(state.timelines[room] ?? NO_ENTRIES, entries);
  const isFull = timeline.length >= TIMELINE_ENTRIES_MAX;
  return {
    ...state,
    timelines: { ...state.timelines, [room]: timeline.slice(-TIMELINE_ENTRIES_MAX) },
    older: { ...state.older, [room]: isFull ? null : (before ?? null) },
  };
}

/** What stands behind the stretch that is here; where the list is full, its beginning goes. */
export function withNewerPage(state: AppState, room: string, { entries, after }: TimelinePage): AppState {
  const whole = withPage(state.timelines[room] ?? NO_ENTRIES, entries);
  const timeline = whole.slice(-TIMELINE_ENTRIES_MAX);
  const cut = timeline.length < whole.length;
  return withSeen({
    ...state,
    timelines: { ...state.timelines, [room]: timeline },
    older: cut ? { ...state.older, [room]: beginningOf(timeline) ?? null } : state.older,
    newer: withCursor(state.newer, room, after),
  });
}

/** Another stretch in place of what is here; `id`: the entry that it is shown for. */
export function withStretch(
  state: AppState,
  room: string,
  { entries, before, after }: TimelinePage,
  id: string | undefined,
): AppState {
  const next = {
    ...state,
    timelines: { ...state.timelines, [room]: entriesOf(entries) },
    older: { ...state.older, [room]: before ?? null },
    newer: withCursor(state.newer, room, after),
    stretch: state.stretch + 1,
    following: after === undefined && id === undefined,
  };
  return id === undefined ? withSeen({ ...next, focus: undefined }) : withFocus(next, room, id);
}

/** `id` is brought into sight. */
export function withFocus(state: AppState, room: string, id: string): AppState {
  return { ...state, focus: { room, id, key: state.nextKey }, nextKey: state.nextKey + 1 };
}

function withCursor(
  cursors: Readonly<Record<string, string>>,
  room: string,
  cursor: string | undefined,
): Readonly<Record<string, string>> {
  const { [room]: _former, ...others } = cursors;
  return cursor === undefined ? others : { ...others, [room]: cursor };
}

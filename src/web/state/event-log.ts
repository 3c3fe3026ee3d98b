/** What happened on the network since the page was opened. */
import type { DaemonEvent } from '../../contract/api.ts';
import { EVENT_LOG_MAX } from '../limits.ts';
import type { AppState, LoggedEvent } from './state.ts';

/** Those that tell of the network, and not of what people say. */
const LOGGED: ReadonlySet<DaemonEvent['type']> = new Set([
  'member-joined',
  'member-left',
  'member-away',
  'member-back',
  'transfer-offered',
  'transfer-asked-again',
  'transfer-done',
  'transfer-failed',
  'network',
  'problem',
]);

/** `at`: Unix milliseconds. */
export function withLogged(state: AppState, event: DaemonEvent, at: number): AppState {
  if (!LOGGED.has(event.type)) return state;
  const logged: LoggedEvent = { key: state.nextKey, at, event };
  return {
    ...state,
    events: [...state.events.slice(-EVENT_LOG_MAX + 1), logged],
    nextKey: state.nextKey + 1,
  };
}

/** As JSON Lines: the events as the daemon told them, each with its time. */
export function eventLines(events: readonly LoggedEvent[]): string {
  return events
    .map(({ at, event }) => `${JSON.stringify({ at: new Date(at).toISOString(), ...event })}\n`)
    .join('');
}

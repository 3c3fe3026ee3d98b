/** Who is typing where. */
import { TYPING_MS, TYPING_SHOWN_MAX } from '../limits.ts';
import type { AppState } from './state.ts';

/** `member` types in `room`; whose time is over goes. Bounded: of a crowd the first ones are enough. */
export function withTyping(state: AppState, room: string, member: string, now: number): AppState {
  const others = Object.entries(state.typing[room] ?? {}).filter(
    ([id, until]) => id !== member && until > now,
  );
  const typing = Object.fromEntries([...others.slice(-TYPING_SHOWN_MAX), [member, now + TYPING_MS]]);
  return { ...state, typing: { ...state.typing, [room]: typing } };
}

/** Who has said what it was typing types no more. */
export function withoutTyping(state: AppState, room: string, member: string): AppState {
  const { [member]: until, ...typing } = state.typing[room] ?? {};
  return until === undefined ? state : { ...state, typing: { ...state.typing, [room]: typing } };
}

/** Ids of those who type at `now`, and when the first of them counts as typing no more. */
export function typingAt(
  until: Readonly<Record<string, number>> | undefined,
  now: number,
): { readonly ids: readonly string[]; readonly nextAt: number } {
  const live = Object.entries(until ?? {}).filter(([, end]) => end > now);
  return { ids: live.map(([id]) => id), nextAt: Math.min(...live.map(([, end]) => end)) };
}

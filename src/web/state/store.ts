/** The one store of the page: it holds the state, applies actions, and tells who listens. */
import { reduce } from './reducer.ts';
import type { Action } from './reducer.ts';
import { initialState } from './state.ts';
import type { AppState } from './state.ts';

export interface Store {
  getState(): AppState;
  dispatch(action: Action): void;
  /** Calls `listener` after each change, until the function that it returns is called. */
  subscribe(listener: () => void): () => void;
}

/** A store that begins with what the browser knows before the daemon has said anything. */
export function createStore(known: Pick<AppState, 'visible'>): Store {
  let state: AppState = { ...initialState, ...known };
  const listeners = new Set<() => void>();
  return {
    getState: () => state,
    dispatch(action) {
      const next = reduce(state, action);
      if (next === state) return;
      state = next;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

import type { Result } from '../base/result.ts';
import type { Method, Params, Results } from '../contract/api.ts';
import type { DaemonProblem } from './daemon/problem.ts';
import type { Store } from './state/store.ts';

/** What each group of actions is given: the state, and the daemon to ask. */
export interface ActionsHost {
  readonly store: Store;
  /** Undefined where it was refused, which the user has been told. */
  readonly ask: <M extends Method>(
    method: M,
    params: Params<M>,
    about?: { readonly act: 'say' },
  ) => Promise<Results[M] | undefined>;
  /** What was refused is the caller's to tell. */
  readonly attempt: <M extends Method>(
    method: M,
    params: Params<M>,
  ) => Promise<Result<Results[M], DaemonProblem>>;
}

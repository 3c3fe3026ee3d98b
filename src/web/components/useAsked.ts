import { useEffect, useEffectEvent, useState } from 'react';
import type { Method, Params, Results } from '../../contract/api.ts';
import { useActions } from '../context.tsx';
import type { DaemonProblem } from '../daemon/problem.ts';

export interface Asked<T> {
  /** Undefined until the daemon has answered. */
  readonly value: T | undefined;
  /** Why it did not answer, or refused what was asked last. */
  readonly problem: DaemonProblem | undefined;
  /** Asks for a change that is answered in the same way; false where it was refused. */
  readonly change: (answer: ReturnType<Ask<T>>) => Promise<boolean>;
}

type Ask<T> = () => Promise<
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: DaemonProblem }
>;

/** What a part of a dialog shows that only the daemon knows: asked for when it opens. */
export function useAsked<M extends Method>(method: M, params: Params<M>): Asked<Results[M]> {
  const actions = useActions();
  const [value, setValue] = useState<Results[M]>();
  const [problem, setProblem] = useState<DaemonProblem>();
  const change = async (asked: ReturnType<Ask<Results[M]>>): Promise<boolean> => {
    const answer = await asked;
    if (answer.ok) setValue(answer.value);
    setProblem(answer.ok ? undefined : answer.error);
    return answer.ok;
  };
  const first = useEffectEvent(() => void change(actions.attempt(method, params)));
  useEffect(() => first(), []);
  return { value, problem, change };
}

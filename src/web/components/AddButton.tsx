import { Check } from 'lucide-react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useWords } from '../context.tsx';
import type { DaemonProblem } from '../daemon/problem.ts';
import { ProblemLine } from './ProblemLine.tsx';

interface AddButtonProps {
  readonly label: string;
  /** What stands there instead, once it is done. */
  readonly done: string | undefined;
  /** Why it can't be done now. */
  readonly unavailable: string | undefined;
  readonly add: () => Promise<DaemonProblem | undefined>;
}

/** Adds somebody to a room, and says what became of it. */
export function AddButton({ label, done, unavailable, add }: AddButtonProps): ReactNode {
  const words = useWords();
  const [busy, setBusy] = useState(false);
  const [added, setAdded] = useState(false);
  const [problem, setProblem] = useState<DaemonProblem>();
  const act = async (): Promise<void> => {
    setBusy(true);
    const refused = await add();
    setProblem(refused);
    setAdded(refused === undefined);
    setBusy(false);
  };
  return (
    <>
      <span className="pick-act" role="status">
        {added || done !== undefined ? (
          <span className="done-line">
            <Check size={16} aria-hidden="true" />
            {added ? words.added : done}
          </span>
        ) : unavailable === undefined ? null : (
          <small className="quiet">{unavailable}</small>
        )}
      </span>
      {added || done !== undefined || unavailable !== undefined ? null : (
        <button
          type="button"
          className="button small"
          aria-label={label}
          disabled={busy}
          onClick={() => void act()}
        >
          {words.add}
        </button>
      )}
      <ProblemLine problem={problem} />
    </>
  );
}

import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { useWording } from '../context.tsx';
import type { DaemonProblem } from '../daemon/problem.ts';
import { problemText } from '../text/notice.ts';

/** Why something that was asked for in a dialog was refused, where it was asked for. */
export function ProblemLine({ problem }: { readonly problem: DaemonProblem | undefined }): ReactNode {
  const { language } = useWording();
  const said = problem === undefined ? undefined : problemText(problem, language);
  return (
    <div className="problem-place" role="alert">
      {said === undefined ? null : (
        <div className="problem-line">
          <TriangleAlert size={16} aria-hidden="true" />
          <p dir="auto">
            <strong>{said.title}</strong> {said.text}
          </p>
        </div>
      )}
    </div>
  );
}

import { useState } from 'react';
import type { ReactNode } from 'react';
import type { RoomInfo } from '../../contract/api.ts';
import { useActions, useWording } from '../context.tsx';
import type { DaemonProblem } from '../daemon/problem.ts';
import { formatUntil } from '../text/format.ts';
import { shownName } from '../text/names.ts';
import { ProblemLine } from './ProblemLine.tsx';

/** Invites to a room that are open still, for those who may take them back. */
export function OpenInvites({ info }: { readonly info: RoomInfo }): ReactNode {
  const { words, locale } = useWording();
  const actions = useActions();
  const [problem, setProblem] = useState<DaemonProblem>();
  const open = info.openInvites ?? [];
  if (open.length === 0) return <ProblemLine problem={problem} />;
  return (
    <section>
      <h3>{words.openInvites}</h3>
      <ul className="pick-list">
        {open.map(({ id, by, expiresAt }) => (
          <li key={id} className="pick">
            <span className="pick-text" dir="auto">
              {words.openInviteBy(shownName(by.name), formatUntil(expiresAt, Date.now(), locale))}
            </span>
            <button
              type="button"
              className="button small"
              aria-label={words.revokeInviteOf(shownName(by.name))}
              onClick={() => void actions.revokeInvite(info.room, id).then(setProblem)}
            >
              {words.revokeInvite}
            </button>
          </li>
        ))}
      </ul>
      <ProblemLine problem={problem} />
    </section>
  );
}

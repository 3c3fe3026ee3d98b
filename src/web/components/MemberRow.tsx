import { EarOff } from 'lucide-react';
import type { ReactNode } from 'react';
import type { MemberInfo } from '../../contract/api.ts';
import { useActions, useApp, useWords } from '../context.tsx';
import { formatAge } from '../text/format.ts';
import { shownName } from '../text/names.ts';
import { Badge } from './Badge.tsx';
import { PersonName } from './PersonName.tsx';

interface MemberRowProps {
  readonly member: MemberInfo;
  readonly silentMs: number;
  /** Another member has the same name, so that the id has to tell them apart. */
  readonly ambiguous: boolean;
}

export function MemberRow({ member, silentMs, ambiguous }: MemberRowProps): ReactNode {
  const words = useWords();
  const { id, name, address, self, away, removed } = member;
  const age = formatAge(silentMs, words);
  const heard = away ? words.awaySince(age) : words.heard(age);
  return (
    <li className="member" data-away={away} data-removed={removed}>
      <Badge id={id} name={name} {...(!removed && { presence: away ? 'away' : 'here' })} />
      <div className="member-text">
        <p className="member-name">
          <PersonName name={name} />
          {ambiguous ? <code className="member-id">{id.slice(0, 6)}</code> : null}
          {self ? <span className="mark">{words.youMark}</span> : null}
        </p>
        <p className="member-detail">
          <span>{address}</span>
          {self || removed ? null : <span>{heard}</span>}
        </p>
        {member.hearsUs === false && !removed ? (
          <p className="member-warning" title={words.oneWayHelp}>
            <EarOff size={14} aria-hidden="true" />
            {words.oneWay}
          </p>
        ) : null}
      </div>
      {self ? null : <MemberAction id={id} name={name} removed={removed} />}
    </li>
  );
}

/** *Remove*, or for who is removed, *Restore*. */
function MemberAction({ id, name, removed }: Pick<MemberInfo, 'id' | 'name' | 'removed'>): ReactNode {
  const words = useWords();
  const actions = useActions();
  const room = useApp((state) => state.room);
  const label = removed ? words.restoreMember(shownName(name)) : words.removeMember(shownName(name));
  const act = (): void =>
    void (removed ? actions.restoreMember(room, id) : actions.removeMember(room, id, name));
  return (
    <button
      type="button"
      className="button small quiet-button"
      aria-label={label}
      title={label}
      onClick={act}
    >
      {removed ? words.restore : words.remove}
    </button>
  );
}

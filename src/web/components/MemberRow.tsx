import { EarOff, MessageCircle, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { MemberInfo, RoomInfo } from '../../contract/api.ts';
import { useActions, useApp, useWords } from '../context.tsx';
import { isPrivate } from '../state/people.ts';
import { shownRoom } from '../state/state.ts';
import { formatAge } from '../text/format.ts';
import { shownName } from '../text/names.ts';
import { Badge } from './Badge.tsx';
import { MemberMenu } from './MemberMenu.tsx';
import { PersonName } from './PersonName.tsx';
import { VerifiedMark } from './VerifiedMark.tsx';

interface MemberRowProps {
  readonly member: MemberInfo;
  readonly silentMs: number;
  /** Another member has the same name, so that the id has to tell them apart. */
  readonly ambiguous: boolean;
}

/** One member: who, as what, how one hears from it, what to be careful about, and what can be done. */
export function MemberRow({ member, silentMs, ambiguous }: MemberRowProps): ReactNode {
  const words = useWords();
  const info = useApp(shownRoom);
  const { id, name, self, away, removed, present, verified } = member;
  const presence = removed ? {} : ({ presence: present && !away ? 'here' : 'away' } as const);
  return (
    <li className="member" data-away={away || !present} data-removed={removed}>
      <Badge id={id} name={name} {...presence} />
      <div className="member-text">
        <p className="member-name">
          <PersonName name={name} />
          {verified && !self ? <VerifiedMark /> : null}
          {ambiguous ? <code className="member-id">{id.slice(0, 6)}</code> : null}
          {self ? <span className="mark">{words.youMark}</span> : null}
        </p>
        <MemberDetail member={member} silentMs={silentMs} info={info} />
        <MemberWarnings member={member} />
      </div>
      {self || info?.kind === 'direct' || removed || !member.canBeReached ? null : (
        <MessageButton member={member} />
      )}
      {info === undefined ? null : <MemberMenu member={member} info={info} />}
    </li>
  );
}

interface MemberDetailProps {
  readonly member: MemberInfo;
  readonly silentMs: number;
  readonly info: RoomInfo | undefined;
}

function MemberDetail({ member, silentMs, info }: MemberDetailProps): ReactNode {
  const words = useWords();
  const { self, away, removed, present, role, address } = member;
  const age = formatAge(silentMs, words);
  const heard = away ? words.awaySince(age) : words.heard(age);
  const ranked = info?.kind === 'private' && role !== undefined && role !== 'member';
  return (
    <p className="member-detail">
      {ranked ? <span className="role">{words.roles[role]}</span> : null}
      {isPrivate(info) ? null : <span>{address}</span>}
      {self || removed || !present ? null : <span>{heard}</span>}
      {self || present ? null : <span>{words.absent}</span>}
    </p>
  );
}

/** A name that may deceive, and a member that cannot hear us. */
function MemberWarnings({ member }: { readonly member: MemberInfo }): ReactNode {
  const words = useWords();
  const actions = useActions();
  const { warning } = member;
  return (
    <>
      {warning === undefined ? null : (
        <button
          type="button"
          className="member-warning warning-button"
          title={words.warningLook}
          onClick={() => actions.openDialog({ kind: 'warning', member, warning })}
        >
          <TriangleAlert size={14} aria-hidden="true" />
          {words.warnings[warning.kind]}
        </button>
      )}
      {member.hearsUs === false && !member.removed ? (
        <p className="member-warning" title={words.oneWayHelp}>
          <EarOff size={14} aria-hidden="true" />
          {words.oneWay}
        </p>
      ) : null}
    </>
  );
}

function MessageButton({ member }: { readonly member: MemberInfo }): ReactNode {
  const words = useWords();
  const actions = useActions();
  const label = words.messagePerson(shownName(member.name));
  return (
    <button
      type="button"
      className="button icon small message-button"
      aria-label={label}
      title={label}
      onClick={() => void actions.message(member.id)}
    >
      <MessageCircle size={18} aria-hidden="true" />
    </button>
  );
}

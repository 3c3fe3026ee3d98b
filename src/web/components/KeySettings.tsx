import { useState } from 'react';
import type { ReactNode } from 'react';
import type { KnownMember } from '../../contract/api.ts';
import { useActions, useApp, useWording } from '../context.tsx';
import { KNOWN_SHOWN_MAX } from '../limits.ts';
import { formatDate } from '../text/format.ts';
import { foundKnown } from '../text/known.ts';
import { shownName } from '../text/names.ts';
import { Badge } from './Badge.tsx';
import { CopyButton } from './CopyButton.tsx';
import { PickName } from './PickName.tsx';
import { ProblemLine } from './ProblemLine.tsx';
import { useAsked } from './useAsked.ts';

/** The own id, and everybody whose key is remembered. */
export function KeySettings(): ReactNode {
  const { words } = useWording();
  const id = useApp((state) => state.self?.id ?? '');
  return (
    <>
      <div className="own-id">
        <h4>{words.identityLabel}</h4>
        <p className="copy-line">
          <code>{id}</code>
          <CopyButton text={id} quiet />
        </p>
        <p className="quiet">{words.identityText}</p>
      </div>
      <KnownPeople />
    </>
  );
}

function KnownPeople(): ReactNode {
  const { words } = useWording();
  const { value, problem } = useAsked('known-members', {});
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const [filter, setFilter] = useState('');
  if (value === undefined) return <ProblemLine problem={problem} />;
  const found = foundKnown(value, filter).filter(({ id }) => !gone.has(id));
  const shown = found.slice(0, KNOWN_SHOWN_MAX);
  return (
    <section className="known">
      <h4>{words.knownTitle}</h4>
      {value.length === 0 ? <p className="quiet">{words.knownNone}</p> : null}
      {value.length < 8 ? null : (
        <label className="field">
          <span>{words.knownFilter}</span>
          <input type="search" value={filter} onChange={(event) => setFilter(event.target.value)} />
        </label>
      )}
      <ul className="pick-list">
        {shown.map((member) => (
          <KnownRow
            key={member.id}
            member={member}
            onForgotten={() => setGone(new Set([...gone, member.id]))}
          />
        ))}
      </ul>
      {found.length > shown.length ? (
        <p className="quiet">{words.knownMore(found.length - shown.length)}</p>
      ) : null}
    </section>
  );
}

interface KnownRowProps {
  readonly member: KnownMember;
  readonly onForgotten: () => void;
}

function KnownRow({ member, onForgotten }: KnownRowProps): ReactNode {
  const { words, locale } = useWording();
  const actions = useActions();
  const { id, name, firstSeenAt, verified } = member;
  const [isSure, setSure] = useState(false);
  const forget = async (): Promise<void> => {
    const answer = await actions.attempt('forget-member', { member: id });
    if (answer.ok) onForgotten();
  };
  return (
    <li className="pick">
      <Badge id={id} name={name} />
      <div className="pick-text">
        <PickName id={id} name={name} verified={verified} />
        <small className="quiet">
          {isSure ? words.forgetPersonText : words.knownSince(formatDate(firstSeenAt, locale))}
        </small>
      </div>
      <span className="pick-acts">
        <button
          type="button"
          className="button small"
          aria-label={words.knownVerify(shownName(name))}
          onClick={() => actions.openDialog({ kind: 'verify', member: { id, name } })}
        >
          {words.verify}
        </button>
        <button
          type="button"
          className={isSure ? 'button small danger' : 'button small'}
          aria-label={isSure ? words.forgetSure : words.knownForget(shownName(name))}
          onBlur={() => setSure(false)}
          onClick={() => (isSure ? void forget() : setSure(true))}
        >
          {isSure ? words.forgetSure : words.forgetPerson}
        </button>
      </span>
    </li>
  );
}

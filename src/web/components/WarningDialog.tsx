import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { IdentityWarning, Person } from '../../contract/api.ts';
import { useActions, useWords } from '../context.tsx';
import { compareNames } from '../text/difference.ts';
import { Badge } from './Badge.tsx';
import { Dialog } from './Dialog.tsx';

interface WarningDialogProps {
  readonly member: Person;
  readonly warning: IdentityWarning;
}

/** Two members, or a member and a remembered one, that could be taken for one another: what tells them apart. */
export function WarningDialog({ member, warning }: WarningDialogProps): ReactNode {
  const words = useWords();
  const actions = useActions();
  const { kind, other } = warning;
  const otherTitle = kind === 'name-changed-key' ? words.warningEarlier : words.warningOther;
  return (
    <Dialog title={words.warningTitles[kind]}>
      <p className="warning-line">
        <TriangleAlert size={18} aria-hidden="true" />
        {words.warningTexts[kind]}
      </p>
      <div className="compared">
        <ComparedPerson title={words.warningNow} person={member} otherName={other?.name ?? ''} />
        {other === undefined ? null : (
          <ComparedPerson
            title={other.self ? words.you : otherTitle}
            person={other}
            otherName={member.name}
          />
        )}
      </div>
      <div className="dialog-acts">
        <button type="button" className="button" onClick={() => actions.closeDialog()}>
          {words.close}
        </button>
        <button
          type="button"
          className="button primary"
          data-focus-first
          onClick={() => actions.openDialog({ kind: 'verify', member: { id: member.id, name: member.name } })}
        >
          {words.verify}
        </button>
      </div>
    </Dialog>
  );
}

interface ComparedPersonProps {
  readonly title: string;
  readonly person: Person;
  readonly otherName: string;
}

/** A name letter by letter: what the other name does not have stands in a frame, with its number. */
function ComparedPerson({ title, person, otherName }: ComparedPersonProps): ReactNode {
  const words = useWords();
  return (
    <section>
      <h3>{title}</h3>
      <div className="compared-person">
        <Badge id={person.id} name={person.name} />
        <p className="compared-name" dir="ltr">
          {compareNames(person.name, otherName).map(({ text, code }, index) =>
            code === undefined ? (
              <bdi key={index}>{text}</bdi>
            ) : (
              <mark key={index} title={words.character(code)}>
                {text === '' ? null : <bdi>{text}</bdi>}
                <small>{code}</small>
              </mark>
            ),
          )}
        </p>
      </div>
      <p className="quiet">
        {words.warningId} <code>{person.id}</code>
      </p>
    </section>
  );
}

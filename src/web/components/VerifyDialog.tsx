import { BadgeCheck } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import type { Person, Verification } from '../../contract/api.ts';
import { useActions, useApp, useWords } from '../context.tsx';
import type { DaemonProblem } from '../daemon/problem.ts';
import { memberById } from '../state/people.ts';
import { shownName } from '../text/names.ts';
import { Dialog } from './Dialog.tsx';
import { EmojiCompare } from './EmojiCompare.tsx';
import { ProblemLine } from './ProblemLine.tsx';
import { QrCode } from './QrCode.tsx';

/** Makes sure that a member is who it seems to be: by seven pictures, or by a number. */
export function VerifyDialog({ member }: { readonly member: Person }): ReactNode {
  const words = useWords();
  const actions = useActions();
  const name = shownName(member.name);
  const [verification, setVerification] = useState<Verification>();
  const [problem, setProblem] = useState<DaemonProblem>();
  useEffect(() => {
    void actions.attempt('verification', { member: member.id }).then((answer) => {
      if (answer.ok) setVerification(answer.value);
      else setProblem(answer.error);
    });
  }, [actions, member.id]);

  const mark = async (verified: boolean): Promise<void> => {
    const refused = await actions.setVerified(member.id, verified);
    setProblem(refused);
    if (refused === undefined) setVerification((before) => before && { ...before, verified });
  };
  const listed = useApp((state) => memberById(state, member.id)?.verified);
  const verified = listed ?? verification?.verified === true;
  return (
    <Dialog title={words.verifyTitle(name)} wide onClosed={() => actions.endEmoji(member.id)}>
      <div role="status">
        {verified ? (
          <p className="verified-line">
            <BadgeCheck size={20} aria-hidden="true" />
            {words.verifiedText(name)}
          </p>
        ) : (
          <p className="quiet">{words.verifyText}</p>
        )}
      </div>
      <EmojiCompare member={member} />
      <section className="numbers">
        <h3>{words.numbersTitle}</h3>
        <p className="quiet">{words.numbersText(name)}</p>
        {verification === undefined ? (
          <p className="quiet">{words.loading}</p>
        ) : (
          <Numbers {...verification} />
        )}
      </section>
      <ProblemLine problem={problem} />
      <div className="dialog-acts">
        {verified ? (
          <button type="button" className="button" onClick={() => void mark(false)}>
            {words.unmarkVerified}
          </button>
        ) : (
          <button
            type="button"
            className="button primary"
            disabled={verification === undefined}
            onClick={() => void mark(true)}
          >
            <BadgeCheck size={16} aria-hidden="true" />
            {words.markVerified}
          </button>
        )}
      </div>
    </Dialog>
  );
}

/** 60 digits in twelve groups, and the code that says the same to a camera. */
function Numbers({ safetyNumber, qr }: Verification): ReactNode {
  const words = useWords();
  return (
    <div className="safety">
      <ol className="safety-number" aria-label={words.safetyNumber}>
        {safetyNumber.map((group, index) => (
          <li key={`${index} ${group}`}>{group}</li>
        ))}
      </ol>
      <QrCode rows={qr} label={words.safetyQr} />
    </div>
  );
}

import { useState } from 'react';
import type { ReactNode } from 'react';
import type { InviteInfo } from '../../contract/api.ts';
import { useActions, useApp, useWording, useWords } from '../context.tsx';
import type { DaemonProblem } from '../daemon/problem.ts';
import { formatUntil } from '../text/format.ts';
import { shownName } from '../text/names.ts';
import { CopyButton } from './CopyButton.tsx';
import { Dialog } from './Dialog.tsx';
import { ProblemLine } from './ProblemLine.tsx';
import { QrCode } from './QrCode.tsx';

type Form = 'link' | 'words';

/** Makes an invite, and shows it once: as a link with its code, or as six words. */
export function InviteDialog({ room }: { readonly room: string }): ReactNode {
  const words = useWords();
  const actions = useActions();
  const name = useApp((state) => state.rooms.find((info) => info.room === room)?.name ?? room);
  const [form, setForm] = useState<Form>('link');
  const [invite, setInvite] = useState<InviteInfo>();
  const [problem, setProblem] = useState<DaemonProblem>();
  const [busy, setBusy] = useState(false);

  const make = async (): Promise<void> => {
    setBusy(true);
    const made = await actions.attempt('invite', { room, form });
    setBusy(false);
    setProblem(made.ok ? undefined : made.error);
    if (made.ok) setInvite(made.value);
  };
  return (
    <Dialog title={words.inviteTitle(shownName(name))}>
      <p className="quiet">{words.inviteText}</p>
      {invite === undefined ? <FormChoice form={form} onChoose={setForm} /> : <ReadyInvite invite={invite} />}
      <ProblemLine problem={problem} />
      <div className="dialog-acts">
        {invite === undefined ? (
          <button type="button" className="button primary" disabled={busy} onClick={() => void make()}>
            {busy ? words.makingInvite : words.makeInvite}
          </button>
        ) : (
          <button type="button" className="button" onClick={() => setInvite(undefined)}>
            {words.anotherInvite}
          </button>
        )}
      </div>
    </Dialog>
  );
}

function FormChoice({ form, onChoose }: { readonly form: Form; onChoose(form: Form): void }): ReactNode {
  const words = useWords();
  const choices = [
    ['link', words.inviteLink, words.inviteLinkHint],
    ['words', words.inviteWords, words.inviteWordsHint],
  ] as const;
  return (
    <fieldset className="choices cards">
      <legend className="unseen">{words.inviteForm}</legend>
      {choices.map(([kind, title, hint]) => (
        <label key={kind} className="choice card">
          <input type="radio" name="invite-form" checked={form === kind} onChange={() => onChoose(kind)} />
          <strong>{title}</strong>
          <small>{hint}</small>
        </label>
      ))}
    </fieldset>
  );
}

function ReadyInvite({ invite }: { readonly invite: InviteInfo }): ReactNode {
  const { words, locale } = useWording();
  const six = invite.words;
  return (
    <div className="invite-ready">
      {six === undefined ? (
        <>
          <QrCode rows={invite.qr} label={words.qrLabel} />
          <code className="invite-text">{invite.invite}</code>
        </>
      ) : (
        <ol className="six-words" lang="en">
          {six.map((word, index) => (
            <li key={`${index} ${word}`}>{word}</li>
          ))}
        </ol>
      )}
      <div className="copy-line">
        <CopyButton text={invite.invite} />
      </div>
      <p className="quiet">{words.worksOnce(formatUntil(invite.expiresAt, Date.now(), locale))}</p>
    </div>
  );
}

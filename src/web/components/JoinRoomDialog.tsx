import { LoaderCircle } from 'lucide-react';
import { useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { ROOM_NAME_BYTES_MAX } from '../../contract/api.ts';
import { useActions, useApp, useWords } from '../context.tsx';
import type { DaemonProblem } from '../daemon/problem.ts';
import { inviteForm } from '../text/invite.ts';
import { nameFault, shownName } from '../text/names.ts';
import { Dialog } from './Dialog.tsx';
import { ProblemLine } from './ProblemLine.tsx';
import { RoomNameField } from './RoomNameField.tsx';

/** An invite that was handed over, or the name of a public room. */
export function JoinRoomDialog(): ReactNode {
  const words = useWords();
  const actions = useActions();
  return (
    <Dialog title={words.joinTitle} onClosed={() => actions.cancelJoin()}>
      <InviteForm />
      <h3 className="dialog-part">{words.joinPublicTitle}</h3>
      <PublicRoomForm />
    </Dialog>
  );
}

function InviteForm(): ReactNode {
  const words = useWords();
  const actions = useActions();
  const [invite, setInvite] = useState('');
  const [complaint, setComplaint] = useState(false);
  const [problem, setProblem] = useState<DaemonProblem>();
  const [busy, setBusy] = useState(false);

  const join = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setProblem(undefined);
    if (inviteForm(invite) === undefined) setComplaint(true);
    else if (!busy) {
      setBusy(true);
      setProblem(await actions.joinByInvite(invite.trim()));
      setBusy(false);
    }
  };

  return (
    <form className="dialog-form" onSubmit={(event) => void join(event)}>
      <p className="quiet">{words.joinText}</p>
      <label className="field">
        <span>{words.inviteLabel}</span>
        <textarea
          className="invite-input"
          value={invite}
          rows={2}
          data-focus-first
          autoComplete="off"
          spellCheck={false}
          placeholder={words.invitePlaceholder}
          aria-invalid={complaint}
          aria-describedby="invite-hint"
          onChange={(event) => {
            setInvite(event.target.value);
            setComplaint(false);
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
            event.preventDefault();
            event.currentTarget.form?.requestSubmit();
          }}
        />
        <small id="invite-hint" role={complaint ? 'alert' : undefined}>
          {complaint ? words.inviteNotOne : words.inviteNeedsSponsor}
        </small>
      </label>
      <ProblemLine problem={problem} />
      <JoinProgress busy={busy} words={inviteForm(invite) === 'words'} />
      <div className="dialog-acts">
        {busy ? (
          <button type="button" className="button" onClick={() => actions.cancelJoin()}>
            {words.cancel}
          </button>
        ) : null}
        <button type="submit" className="button primary" disabled={busy || invite.trim() === ''}>
          {words.joinByInvite}
        </button>
      </div>
    </form>
  );
}

/** How far the join is, in words; it mostly takes less than a second, six words some more. */
function JoinProgress({
  busy,
  words: byWords,
}: {
  readonly busy: boolean;
  readonly words: boolean;
}): ReactNode {
  const words = useWords();
  const joining = useApp((state) => state.joining);
  const stage = joining?.stage ?? (byWords ? 'stretching' : 'asking');
  const said = {
    stretching: words.joinStretching,
    asking: words.joinAsking,
    answered: words.joinAnswered(shownName(joining?.name ?? '')),
  };
  return (
    <div role="status">
      {busy ? (
        <p className="progress-line">
          <LoaderCircle className="spinner" size={16} aria-hidden="true" />
          <span>{said[stage]}</span>
        </p>
      ) : null}
    </div>
  );
}

function PublicRoomForm(): ReactNode {
  const words = useWords();
  const actions = useActions();
  const [name, setName] = useState('');
  const [problem, setProblem] = useState<DaemonProblem>();
  const usable = nameFault(name, ROOM_NAME_BYTES_MAX) === undefined;
  const open = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (usable) setProblem(await actions.openPublicRoom(name.trim()));
  };
  return (
    <form className="dialog-form" onSubmit={(event) => void open(event)}>
      <p className="quiet">{words.joinPublicText}</p>
      <div className="name-field">
        <RoomNameField label={words.publicNameLabel} name={name} onChange={setName} />
        <button type="submit" className="button" disabled={!usable}>
          {words.openPublic}
        </button>
      </div>
      <ProblemLine problem={problem} />
    </form>
  );
}

import { useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { ROOM_NAME_BYTES_MAX } from '../../contract/api.ts';
import { useActions, useWords } from '../context.tsx';
import type { DaemonProblem } from '../daemon/problem.ts';
import { draftOf, historyOf } from '../text/history.ts';
import { nameFault } from '../text/names.ts';
import { Dialog } from './Dialog.tsx';
import { HistoryChoice } from './HistoryChoice.tsx';
import { ProblemLine } from './ProblemLine.tsx';
import { RoomNameField } from './RoomNameField.tsx';

/** Name and history of a new private room. Who creates it is shown the room, where inviting comes next. */
export function CreateRoomDialog(): ReactNode {
  const words = useWords();
  const actions = useActions();
  const [name, setName] = useState('');
  const [draft, setDraft] = useState(draftOf({ kind: 'since-joining' }));
  const [complaint, setComplaint] = useState<string>();
  const [problem, setProblem] = useState<DaemonProblem>();
  const [busy, setBusy] = useState(false);
  const history = historyOf(draft);

  const create = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const fault = nameFault(name, ROOM_NAME_BYTES_MAX);
    if (fault !== undefined) setComplaint(fault === 'empty' ? words.roomNameEmpty : words.roomNameTooLong);
    if (fault !== undefined || history === undefined || busy) return;
    setBusy(true);
    setProblem(await actions.createRoom(name.trim(), history));
    setBusy(false);
  };

  return (
    <Dialog title={words.createTitle}>
      <form className="dialog-form" onSubmit={(event) => void create(event)}>
        <p className="quiet">{words.createText}</p>
        <RoomNameField
          label={words.roomNameLabel}
          name={name}
          complaint={complaint}
          hint={words.roomNameHint}
          first
          onChange={(text) => {
            setName(text);
            setComplaint(undefined);
          }}
        />
        <HistoryChoice draft={draft} onChange={setDraft} />
        <ProblemLine problem={problem} />
        <div className="dialog-acts">
          <button type="button" className="button" onClick={() => actions.closeDialog()}>
            {words.cancel}
          </button>
          <button type="submit" className="button primary" disabled={busy || history === undefined}>
            {busy ? words.creating : words.create}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

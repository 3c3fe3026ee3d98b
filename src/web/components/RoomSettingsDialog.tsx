import { useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import type { RoomInfo } from '../../contract/api.ts';
import { ROOM_NAME_BYTES_MAX } from '../../contract/api.ts';
import { useActions, useApp, useWords } from '../context.tsx';
import type { DaemonProblem } from '../daemon/problem.ts';
import { isAdmin, isClosed, isPrivate } from '../state/people.ts';
import { draftOf, historyOf, historyText } from '../text/history.ts';
import { nameFault, roomNameOf } from '../text/names.ts';
import { Dialog } from './Dialog.tsx';
import { HistoryChoice } from './HistoryChoice.tsx';
import { KeptHistory } from './KeptHistory.tsx';
import { OpenInvites } from './OpenInvites.tsx';
import { ProblemLine } from './ProblemLine.tsx';
import { RoomNameField } from './RoomNameField.tsx';

/**
 * Name and history of a private room, for those who may change them; what this computer keeps of any room; and the way out of a
 * private one, for everybody.
 */
export function RoomSettingsDialog({ room }: { readonly room: string }): ReactNode {
  const words = useWords();
  const actions = useActions();
  const info = useApp((state) => state.rooms.find((known) => known.room === room));
  if (info === undefined) return null;
  const leave = { kind: 'confirm', confirmation: { act: 'leave', room: info.room } } as const;
  return (
    <Dialog title={words.roomSettingsTitle(roomNameOf(info, words))}>
      {isAdmin(info) ? <RoomForm info={info} /> : info.kind === 'private' ? <RoomFacts info={info} /> : null}
      {isAdmin(info) ? <OpenInvites info={info} /> : null}
      <KeptHistory info={info} />
      {isPrivate(info) && !isClosed(info) ? (
        <div className="dialog-acts leave-line">
          <button type="button" className="button danger" onClick={() => actions.openDialog(leave)}>
            {words.leaveRoom}
          </button>
        </div>
      ) : null}
    </Dialog>
  );
}

function RoomForm({ info }: { readonly info: RoomInfo }): ReactNode {
  const words = useWords();
  const actions = useActions();
  const [name, setName] = useState(info.name);
  const [draft, setDraft] = useState(draftOf(info.history ?? { kind: 'since-joining' }));
  const [outcome, setOutcome] = useState<DaemonProblem | 'saved'>();
  const fault = nameFault(name, ROOM_NAME_BYTES_MAX);
  const history = historyOf(draft);

  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (fault !== undefined || history === undefined) return;
    const renamed = name.trim() === info.name ? {} : { name: name.trim() };
    setOutcome((await actions.setRoom(info.room, { ...renamed, history })) ?? 'saved');
  };

  return (
    <form
      className="dialog-form"
      onSubmit={(event) => void save(event)}
      onChange={() => setOutcome(undefined)}
    >
      <RoomNameField
        label={words.roomNameLabel}
        name={name}
        complaint={
          fault === undefined ? undefined : fault === 'empty' ? words.roomNameEmpty : words.roomNameTooLong
        }
        first
        onChange={setName}
      />
      <HistoryChoice draft={draft} onChange={setDraft} />
      <ProblemLine problem={outcome === 'saved' ? undefined : outcome} />
      <div className="dialog-acts">
        <span className="quiet" role="status">
          {outcome === 'saved' ? words.saved : ''}
        </span>
        <button
          type="submit"
          className="button primary"
          disabled={fault !== undefined || history === undefined}
        >
          {words.save}
        </button>
      </div>
    </form>
  );
}

/** What a plain member may know, and not change. */
function RoomFacts({ info }: { readonly info: RoomInfo }): ReactNode {
  const words = useWords();
  return (
    <>
      <dl className="facts">
        <dt>{words.roomRoleLabel}</dt>
        <dd>{words.roles[info.role ?? 'member']}</dd>
        <dt>{words.roomHistoryNow}</dt>
        <dd>{info.history === undefined ? '' : historyText(info.history, words)}</dd>
      </dl>
      <p className="quiet">{words.roomSettingsMember}</p>
    </>
  );
}

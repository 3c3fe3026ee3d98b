import { useState } from 'react';
import type { ReactNode } from 'react';
import { useActions, useApp, useWords } from '../context.tsx';
import type { DaemonProblem } from '../daemon/problem.ts';
import type { WebWords } from '../../words/web.ts';
import { isLastOwner } from '../state/people.ts';
import type { Confirmation } from '../state/state.ts';
import { NO_MEMBERS } from '../state/state.ts';
import { shownName } from '../text/names.ts';
import { Dialog } from './Dialog.tsx';
import { ProblemLine } from './ProblemLine.tsx';

/** Asks once more before what cannot be undone. The focus is on the way back, not on the act. */
export function ConfirmDialog({ confirmation }: { readonly confirmation: Confirmation }): ReactNode {
  const words = useWords();
  const actions = useActions();
  const info = useApp((state) => state.rooms.find((known) => known.room === confirmation.room));
  const { members } = useApp((state) => state.members[confirmation.room] ?? NO_MEMBERS);
  const [problem, setProblem] = useState<DaemonProblem>();
  const [busy, setBusy] = useState(false);
  const room = shownName(info?.name ?? confirmation.room);
  const said = sayWhat(confirmation, room, info?.kind === 'direct', words);
  const orphaned =
    (confirmation.act === 'leave' || confirmation.act === 'step-down') &&
    info?.kind === 'private' &&
    isLastOwner(members);

  const act = async (): Promise<void> => {
    setBusy(true);
    setProblem(await actions.confirmed(confirmation));
    setBusy(false);
  };
  return (
    <Dialog title={said.title}>
      <p>{said.text}</p>
      {orphaned ? <p className="warning-line">{words.leaveLastOwner}</p> : null}
      <ProblemLine problem={problem} />
      <div className="dialog-acts">
        <button type="button" className="button" data-focus-first onClick={() => actions.closeDialog()}>
          {confirmation.act === 'leave' ? words.stay : words.cancel}
        </button>
        <button
          type="button"
          className={said.grave ? 'button danger filled' : 'button primary'}
          disabled={busy}
          onClick={() => void act()}
        >
          {said.act}
        </button>
      </div>
    </Dialog>
  );
}

interface Said {
  readonly title: string;
  readonly text: string;
  readonly act: string;
  readonly grave: boolean;
}

function sayWhat(confirmation: Confirmation, room: string, direct: boolean, words: WebWords): Said {
  switch (confirmation.act) {
    case 'remove': {
      const name = shownName(confirmation.member.name);
      const act = words.removeDo(name);
      return { title: words.removeTitle(name, room), text: words.removeText(name), act, grave: true };
    }
    case 'make-owner': {
      const name = shownName(confirmation.member.name);
      return { title: words.ownerTitle(name), text: words.ownerText(name), act: words.ownerDo, grave: false };
    }
    case 'step-down':
      return { title: words.stepDownTitle, text: words.stepDownText, act: words.stepDownDo, grave: true };
    case 'leave': {
      const text = direct ? words.leaveDirectText : words.leaveText;
      return { title: words.leaveTitle(room), text, act: words.leave, grave: true };
    }
    case 'forget':
      return { title: words.forgetTitle(room), text: words.forgetText, act: words.forgetDo, grave: true };
    case 'delete-message':
      return { title: words.deleteTitle, text: words.deleteText, act: words.deleteDo, grave: true };
    case 'hide-message':
      return { title: words.hideTitle, text: words.hideText, act: words.hideDo, grave: true };
  }
}

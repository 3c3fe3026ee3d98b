import { Fragment, useId } from 'react';
import type { ReactNode } from 'react';
import { useWords } from '../context.tsx';
import { isDaysText } from '../text/history.ts';
import type { HistoryDraft } from '../text/history.ts';

interface HistoryChoiceProps {
  readonly draft: HistoryDraft;
  readonly onChange: (draft: HistoryDraft) => void;
}

/** What somebody who joins later may read. */
export function HistoryChoice({ draft, onChange }: HistoryChoiceProps): ReactNode {
  const words = useWords();
  const name = useId();
  const choices = [
    ['since-joining', words.historyJoining],
    ['days', words.historyDays],
  ] as const;
  return (
    <fieldset className="choices">
      <legend>{words.historyLabel}</legend>
      {choices.map(([kind, text]) => (
        <Fragment key={kind}>
          <label className="choice">
            <input
              type="radio"
              name={name}
              checked={draft.kind === kind}
              onChange={() => onChange({ ...draft, kind })}
            />
            <span>{text}</span>
          </label>
          {kind === 'days' && draft.kind === 'days' ? <DaysField draft={draft} onChange={onChange} /> : null}
        </Fragment>
      ))}
    </fieldset>
  );
}

function DaysField({ draft, onChange }: HistoryChoiceProps): ReactNode {
  const words = useWords();
  const fault = !isDaysText(draft.days);
  return (
    <label className="field days-field">
      <span>{words.historyDaysLabel}</span>
      <input
        inputMode="numeric"
        value={draft.days}
        aria-invalid={fault}
        onChange={(event) => onChange({ ...draft, days: event.target.value })}
      />
      {fault ? <small role="alert">{words.historyDaysFault}</small> : null}
    </label>
  );
}

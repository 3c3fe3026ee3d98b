import { useState } from 'react';
import type { ReactNode } from 'react';
import type { RoomInfo } from '../../contract/api.ts';
import { useActions, useWords } from '../context.tsx';
import type { WebWords } from '../../words/web.ts';
import type { DaemonProblem } from '../daemon/problem.ts';
import { ProblemLine } from './ProblemLine.tsx';

/** Days that are offered; another number that was set elsewhere is offered as well. */
const DAYS = [1, 7, 30, 90, 365] as const;

/** How long this computer keeps what was said in a room, and all of it as a file. */
export function KeptHistory({ info }: { readonly info: RoomInfo }): ReactNode {
  const words = useWords();
  return (
    <section className="kept-history">
      <h3>{words.keepTitle}</h3>
      <Retention info={info} />
      <Export info={info} />
    </section>
  );
}

function Retention({ info }: { readonly info: RoomInfo }): ReactNode {
  const words = useWords();
  const actions = useActions();
  const present = info.retentionDays ?? null;
  const [wanted, setWanted] = useState<number | null>();
  const [said, setSaid] = useState('');
  const [problem, setProblem] = useState<DaemonProblem>();
  const days = [...new Set([...DAYS, ...(present === null ? [] : [present])])].toSorted((a, b) => a - b);
  // What deletes something is asked once more.
  const deletes = (choice: number | null): boolean =>
    choice !== null && (present === null || choice < present);
  const save = async (choice: number | null): Promise<void> => {
    const answer = await actions.messages.setRetention(info.room, choice);
    setWanted(undefined);
    setProblem(answer.ok ? undefined : answer.error);
    setSaid(answer.ok ? words.keepDropped(answer.value.dropped) : '');
  };
  const choose = (value: string): void => {
    const choice = value === '' ? null : Number(value);
    setSaid('');
    if (deletes(choice)) setWanted(choice);
    else void save(choice);
  };
  return (
    <>
      <label className="field">
        <span>{words.keepLabel}</span>
        <select
          value={String(wanted === undefined ? (present ?? '') : (wanted ?? ''))}
          onChange={(event) => choose(event.target.value)}
        >
          <option value="">{words.keepForever}</option>
          {days.map((count) => (
            <option key={count} value={count}>
              {keptFor(count, words)}
            </option>
          ))}
        </select>
      </label>
      {wanted === undefined ? null : (
        <div className="keep-question">
          <p className="warning-line" role="alert">
            {words.keepWarning}
          </p>
          <div className="dialog-acts">
            <button type="button" className="button" onClick={() => setWanted(undefined)}>
              {words.cancel}
            </button>
            <button type="button" className="button danger" onClick={() => void save(wanted)}>
              {words.keepDo}
            </button>
          </div>
        </div>
      )}
      <ProblemLine problem={problem} />
      <p className="quiet" role="status">
        {said}
      </p>
    </>
  );
}

const keptFor = (days: number, words: WebWords): string =>
  days === 365 ? words.keepYear : words.keepDays(days);

function Export({ info }: { readonly info: RoomInfo }): ReactNode {
  const words = useWords();
  const actions = useActions();
  const [done, setDone] = useState<{ readonly path: string; readonly entries: number }>();
  const [problem, setProblem] = useState<DaemonProblem>();
  const save = async (format: 'jsonl' | 'html'): Promise<void> => {
    const answer = await actions.messages.exportRoom(info.room, format);
    setProblem(answer.ok ? undefined : answer.error);
    setDone(answer.ok ? answer.value : undefined);
  };
  return (
    <div className="export">
      <p>{words.exportLabel}</p>
      <div className="export-acts">
        <button type="button" className="button" onClick={() => void save('html')}>
          {words.exportHtml}
        </button>
        <button type="button" className="button" onClick={() => void save('jsonl')}>
          {words.exportJson}
        </button>
      </div>
      <ProblemLine problem={problem} />
      <p className="quiet" role="status">
        {done === undefined ? '' : words.exportDone(done.entries)}{' '}
        {done === undefined ? null : <code>{done.path}</code>}
      </p>
    </div>
  );
}

import { useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { useActions, useApp, useWords } from '../context.tsx';
import type { DaemonProblem } from '../daemon/problem.ts';
import { FileRulesList } from './FileRulesList.tsx';
import { ProblemLine } from './ProblemLine.tsx';

/** Where files arrive, how fast they leave, and which are taken without asking. */
export function FileSettings(): ReactNode {
  return (
    <>
      <DownloadsField />
      <RateField />
      <FileRulesList />
    </>
  );
}

function DownloadsField(): ReactNode {
  const words = useWords();
  const actions = useActions();
  const present = useApp((state) => state.downloads);
  const [folder, setFolder] = useState(present);
  const [outcome, setOutcome] = useState<DaemonProblem | 'saved'>();
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const answer = await actions.attempt('set-downloads', { folder: folder.trim() });
    setOutcome(answer.ok ? 'saved' : answer.error);
    if (answer.ok) setFolder(answer.value.downloads);
  };
  return (
    <form className="saved-field" onSubmit={(event) => void save(event)}>
      <label className="field">
        <span>{words.downloadsLabel}</span>
        <input
          value={folder}
          spellCheck={false}
          autoComplete="off"
          aria-describedby="downloads-hint"
          onChange={(event) => {
            setFolder(event.target.value);
            setOutcome(undefined);
          }}
        />
      </label>
      <button type="submit" className="button" disabled={folder.trim() === '' || folder.trim() === present}>
        {words.save}
      </button>
      <small id="downloads-hint" role="status">
        {outcome === 'saved' ? words.downloadsSaved : words.downloadsHint}
      </small>
      <ProblemLine problem={outcome === 'saved' ? undefined : outcome} />
    </form>
  );
}

function RateField(): ReactNode {
  const words = useWords();
  const actions = useActions();
  const present = useApp((state) => state.settings.megabitsPerSecond);
  const shown = present === undefined ? '' : String(present);
  const [text, setText] = useState(shown);
  const rate = text.trim() === '' ? null : Number(text.trim().replace(',', '.'));
  const isValid = rate === null || (rate >= 1 && rate <= 100_000);
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (isValid) void actions.setSettings({ megabitsPerSecond: rate });
  };
  return (
    <form className="saved-field" onSubmit={save}>
      <label className="field">
        <span>
          {words.rateLabel} ({words.rateUnit})
        </span>
        <input
          value={text}
          inputMode="decimal"
          autoComplete="off"
          placeholder={words.rateNone}
          aria-invalid={!isValid}
          aria-describedby="rate-hint"
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <button type="submit" className="button" disabled={!isValid || text.trim() === shown}>
        {words.save}
      </button>
      <small id="rate-hint" role={isValid ? undefined : 'alert'}>
        {isValid ? words.rateHint : words.rateInvalid}
      </small>
    </form>
  );
}

import { useId, useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { CLASSIC_RATE_DEFAULT, CLASSIC_RATE_MAX, CLASSIC_RATE_MIN } from '../../contract/api.ts';
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
      <ClassicPace />
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
  return (
    <NumberField
      label={`${words.rateLabel} (${words.rateUnit})`}
      present={present}
      placeholder={words.rateNone}
      hint={words.rateHint}
      invalid={words.rateInvalid}
      isValid={(rate) => rate === undefined || (rate >= 1 && rate <= 100_000)}
      onSave={(rate) => void actions.setSettings({ megabitsPerSecond: rate ?? null })}
    />
  );
}

/** For whoever talks with the original tool; most people never open it. */
function ClassicPace(): ReactNode {
  const words = useWords();
  const actions = useActions();
  const present = useApp((state) => state.settings.classicKilobytesPerSecond);
  const bounds = { min: CLASSIC_RATE_MIN, max: CLASSIC_RATE_MAX };
  return (
    <details className="further">
      <summary>{words.classicTitle}</summary>
      <NumberField
        label={words.classicPaceLabel}
        present={present}
        hint={words.classicPaceHint(CLASSIC_RATE_DEFAULT)}
        invalid={words.classicPaceInvalid(bounds)}
        isValid={(rate) => Number.isInteger(rate) && rate! >= bounds.min && rate! <= bounds.max}
        onSave={(rate) => void actions.setSettings({ classicKilobytesPerSecond: rate })}
      />
    </details>
  );
}

interface NumberFieldProps {
  readonly label: string;
  readonly present: number | undefined;
  readonly placeholder?: string;
  readonly hint: string;
  readonly invalid: string;
  /** Undefined: nothing was typed. */
  readonly isValid: (value: number | undefined) => boolean;
  readonly onSave: (value: number | undefined) => void;
}

function NumberField(props: NumberFieldProps): ReactNode {
  const { label, present, placeholder, hint, invalid, onSave } = props;
  const words = useWords();
  const hintId = useId();
  const shown = present === undefined ? '' : String(present);
  const [text, setText] = useState(shown);
  const value = text.trim() === '' ? undefined : Number(text.trim().replace(',', '.'));
  const isValid = props.isValid(value);
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (isValid) onSave(value);
  };
  return (
    <form className="saved-field" onSubmit={save}>
      <label className="field">
        <span>{label}</span>
        <input
          value={text}
          inputMode="decimal"
          autoComplete="off"
          placeholder={placeholder}
          aria-invalid={!isValid}
          aria-describedby={hintId}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <button type="submit" className="button" disabled={!isValid || text.trim() === shown}>
        {words.save}
      </button>
      <small id={hintId} role={isValid ? undefined : 'alert'}>
        {isValid ? hint : invalid}
      </small>
    </form>
  );
}

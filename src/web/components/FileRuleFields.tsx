import { Trash2 } from 'lucide-react';
import { useId, useState } from 'react';
import type { ReactNode } from 'react';
import { parseSize } from '../../base/size.ts';
import type { FileRule, FileRuleSet } from '../../contract/api.ts';
import { useWording } from '../context.tsx';
import { formatBytes } from '../text/format.ts';

interface FileRuleFieldsProps {
  readonly label: string;
  readonly rule: FileRuleSet;
  /** What counts where a field is empty. */
  readonly usual: FileRule;
  readonly onChange: (rule: Partial<FileRuleSet>) => void;
  readonly onRemove?: () => void;
}

/** The three bounds of one rule. */
export function FileRuleFields({ label, rule, usual, onChange, onRemove }: FileRuleFieldsProps): ReactNode {
  const { words } = useWording();
  const fields = [
    ['acceptBytes', words.ruleAccept],
    ['onTheWayBytes', words.ruleOnTheWay],
    ['dayBytes', words.ruleDay],
  ] as const;
  return (
    <fieldset className="rule">
      <legend>
        <bdi>{label}</bdi>
      </legend>
      {fields.map(([which, text]) => (
        <SizeField
          key={`${which} ${rule[which]}`}
          label={text}
          bytes={rule[which]}
          usual={usual[which]}
          onChange={(bytes) => onChange({ [which]: bytes })}
        />
      ))}
      {onRemove === undefined ? null : (
        <button type="button" className="button small" onClick={onRemove}>
          <Trash2 size={16} aria-hidden="true" />
          {words.rulesRemove}
        </button>
      )}
    </fieldset>
  );
}

interface SizeFieldProps {
  readonly label: string;
  readonly bytes: number | null;
  readonly usual: number;
  readonly onChange: (bytes: number | null) => void;
}

/** A size as people write it. It counts once the field is left, or Enter is pressed. */
function SizeField({ label, bytes, usual, onChange }: SizeFieldProps): ReactNode {
  const { words, locale } = useWording();
  const hint = useId();
  const shown = bytes === null ? '' : formatBytes(bytes, locale);
  const [text, setText] = useState(shown);
  const size = text.trim() === '' ? null : parseSize(text);
  const commit = (): void => {
    if (size !== undefined && text !== shown) onChange(size);
  };
  return (
    <label className="field">
      <span>{label}</span>
      <input
        value={text}
        autoComplete="off"
        placeholder={formatBytes(usual, locale)}
        aria-invalid={size === undefined}
        aria-describedby={hint}
        onChange={(event) => setText(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit();
        }}
      />
      <small id={hint} role="alert">
        {size === undefined ? words.ruleInvalid : ''}
      </small>
    </label>
  );
}

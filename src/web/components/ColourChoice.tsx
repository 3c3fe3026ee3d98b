import { Check } from 'lucide-react';
import { useId } from 'react';
import type { CSSProperties, ReactNode } from 'react';
import { AVATAR_COLOURS } from '../../contract/people.ts';
import { useWords } from '../context.tsx';
import { hueOf, initialOf } from '../text/names.ts';

interface ColourChoiceProps {
  readonly id: string;
  readonly name: string;
  /** Undefined: the one that comes from the id. */
  readonly colour: number | undefined;
  readonly onChange: (colour: number | undefined) => void;
}

/** The badge in each of its colours, as radio buttons; a tick marks the one that is chosen. */
export function ColourChoice({ id, name, colour, onChange }: ColourChoiceProps): ReactNode {
  const words = useWords();
  const group = useId();
  const choices = [undefined, ...Array.from({ length: AVATAR_COLOURS }, (_, index) => index + 1)];
  return (
    <fieldset className="colours">
      <legend>{words.colourLabel}</legend>
      <div className="colours-row">
        {choices.map((choice) => {
          const label = choice === undefined ? words.colourAuto : (words.colourNames[choice - 1] ?? '');
          return (
            <label key={label} className="colour" title={label}>
              <input
                type="radio"
                name={group}
                aria-label={label}
                checked={choice === colour}
                onChange={() => onChange(choice)}
              />
              <span
                className="badge"
                style={{ '--hue': hueOf(id, choice) } as CSSProperties}
                aria-hidden="true"
              >
                {choice === colour ? <Check size={18} strokeWidth={3} /> : initialOf(name)}
              </span>
            </label>
          );
        })}
      </div>
      <small>{words.colourHint}</small>
    </fieldset>
  );
}

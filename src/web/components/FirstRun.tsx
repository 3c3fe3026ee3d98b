import { useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { NAME_BYTES_MAX } from '../../contract/api.ts';
import { useActions, useApp, useWords } from '../context.tsx';
import { LOBBY } from '../state/state.ts';
import { nameFault } from '../text/names.ts';
import { ColourChoice } from './ColourChoice.tsx';
import { Logo } from './Logo.tsx';

/** Asks for a name and a colour, once; JOIN leads straight into the lobby. */
export function FirstRun(): ReactNode {
  const words = useWords();
  const actions = useActions();
  const suggestion = useApp((state) => state.self?.name ?? '');
  const [name, setName] = useState(suggestion);
  const id = useApp((state) => state.self?.id ?? '');
  const [colour, setColour] = useState<number>();
  const [busy, setBusy] = useState(false);
  const [complaint, setComplaint] = useState<string>();

  const join = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const fault = nameFault(name, NAME_BYTES_MAX);
    if (fault !== undefined) {
      setComplaint(fault === 'empty' ? words.nameEmpty : words.nameTooLong);
      return;
    }
    setBusy(true);
    await actions.joinAs(name.trim(), LOBBY, colour);
    setBusy(false);
  };

  return (
    <main className="page">
      <form className="panel" onSubmit={(event) => void join(event)}>
        <Logo size={56} />
        <h1>{words.welcomeTitle}</h1>
        <p className="quiet">{words.welcomeText}</p>
        <label className="field">
          <span>{words.nameLabel}</span>
          <input
            value={name}
            onChange={(event) => {
              setName(event.target.value);
              setComplaint(undefined);
            }}
            autoFocus
            autoComplete="nickname"
            dir="auto"
            aria-invalid={complaint !== undefined}
            aria-describedby="name-hint"
          />
          <small id="name-hint" role={complaint === undefined ? undefined : 'alert'}>
            {complaint ?? words.nameHint}
          </small>
        </label>
        <ColourChoice id={id} name={name} colour={colour} onChange={setColour} />
        <button type="submit" className="button primary wide" disabled={busy}>
          {words.join}
        </button>
      </form>
    </main>
  );
}

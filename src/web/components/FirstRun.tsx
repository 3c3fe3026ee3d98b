import { useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { NAME_BYTES_MAX } from '../../contract/api.ts';
import { useActions, useApp, useWords } from '../context.tsx';
import { LOBBY } from '../state/state.ts';
import { nameFault } from '../text/names.ts';
import { Logo } from './Logo.tsx';

/** Asks for a name, once; JOIN leads straight into the lobby. */
export function FirstRun(): ReactNode {
  const words = useWords();
  const actions = useActions();
  const suggestion = useApp((state) => state.self?.name ?? '');
  const [name, setName] = useState(suggestion);
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
    await actions.joinAs(name.trim(), LOBBY);
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
        <button type="submit" className="button primary wide" disabled={busy}>
          {words.join}
        </button>
      </form>
    </main>
  );
}

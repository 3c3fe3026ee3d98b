import { useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { NAME_BYTES_MAX } from '../../contract/api.ts';
import { useActions, useApp, useWords } from '../context.tsx';
import { nameFault } from '../text/names.ts';

/** The own name, to be changed. */
export function NameField(): ReactNode {
  const words = useWords();
  const actions = useActions();
  const current = useApp((state) => state.self?.name ?? '');
  const [name, setName] = useState(current);
  const fault = nameFault(name, NAME_BYTES_MAX);
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (fault === undefined) void actions.setName(name.trim());
  };
  return (
    <form className="name-field" onSubmit={save}>
      <label className="field">
        <span>{words.nameLabel}</span>
        <input
          value={name}
          dir="auto"
          autoComplete="nickname"
          aria-invalid={fault !== undefined}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <button type="submit" className="button" disabled={fault !== undefined || name.trim() === current}>
        {words.save}
      </button>
      {fault === undefined ? null : (
        <small role="alert">{fault === 'empty' ? words.nameEmpty : words.nameTooLong}</small>
      )}
    </form>
  );
}

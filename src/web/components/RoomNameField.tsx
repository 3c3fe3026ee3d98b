import { useId } from 'react';
import type { ReactNode } from 'react';

interface RoomNameFieldProps {
  readonly label: string;
  readonly name: string;
  readonly onChange: (name: string) => void;
  /** What is wrong with the name; `hint` stands there otherwise. */
  readonly complaint?: string | undefined;
  readonly hint?: string | undefined;
  /** In a dialog that is about it, the field has the focus first. */
  readonly first?: boolean;
}

/** The name of a room, to be chosen or changed. */
export function RoomNameField({
  label,
  name,
  onChange,
  complaint,
  hint,
  first = false,
}: RoomNameFieldProps): ReactNode {
  const note = useId();
  const said = complaint ?? hint;
  return (
    <label className="field">
      <span>{label}</span>
      <input
        value={name}
        dir="auto"
        data-focus-first={first ? '' : undefined}
        autoComplete="off"
        aria-invalid={complaint !== undefined}
        aria-describedby={said === undefined ? undefined : note}
        onChange={(event) => onChange(event.target.value)}
      />
      {said === undefined ? null : (
        <small id={note} role={complaint === undefined ? undefined : 'alert'}>
          {said}
        </small>
      )}
    </label>
  );
}

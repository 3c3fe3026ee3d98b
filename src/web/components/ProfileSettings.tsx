import { useState } from 'react';
import type { ReactNode } from 'react';
import { useActions, useApp } from '../context.tsx';
import { ColourChoice } from './ColourChoice.tsx';
import { NameField } from './NameField.tsx';

/** Name and colour: what others see of the user. */
export function ProfileSettings(): ReactNode {
  const actions = useActions();
  const self = useApp((state) => state.self);
  /** What was chosen here counts at once; the daemon says so a moment later. */
  const [colour, setColour] = useState(self?.colour);
  if (self === undefined) return null;
  return (
    <>
      <NameField />
      <ColourChoice
        id={self.id}
        name={self.name}
        colour={colour}
        onChange={(chosen) => {
          setColour(chosen);
          void actions.setColour(chosen);
        }}
      />
    </>
  );
}

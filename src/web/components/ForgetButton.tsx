import type { ReactNode } from 'react';
import { useActions, useWords } from '../context.tsx';

/** Asks whether a room that one is out of is to be deleted from this computer. */
export function ForgetButton({ room }: { readonly room: string }): ReactNode {
  const words = useWords();
  const actions = useActions();
  return (
    <button
      type="button"
      className="button small"
      onClick={() => actions.openDialog({ kind: 'confirm', confirmation: { act: 'forget', room } })}
    >
      {words.forget}
    </button>
  );
}

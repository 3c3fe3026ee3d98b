import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { useActions } from '../context.tsx';
import type { OpenDialog } from '../state/state.ts';

interface DialogButtonProps {
  readonly Icon: LucideIcon;
  readonly label: string;
  readonly dialog: OpenDialog;
  /** As `aria-keyshortcuts` names them. */
  readonly shortcuts?: string;
}

/** A picture that opens a dialog. */
export function DialogButton({ Icon, label, dialog, shortcuts }: DialogButtonProps): ReactNode {
  const actions = useActions();
  return (
    <button
      type="button"
      className="button icon"
      aria-label={label}
      aria-keyshortcuts={shortcuts}
      title={label}
      onClick={() => actions.openDialog(dialog)}
    >
      <Icon size={20} aria-hidden="true" />
    </button>
  );
}

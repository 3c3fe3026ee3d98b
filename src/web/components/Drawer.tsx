import { X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';

interface DrawerProps {
  readonly id: 'rooms' | 'members';
  readonly as: 'nav' | 'aside';
  readonly label: string;
  readonly closeLabel: string;
  /** On a narrow screen the column covers the conversation, and only when asked for. */
  readonly shown: boolean;
  readonly onClose: () => void;
  /** What stands beside the button that closes it. */
  readonly head: ReactNode;
  readonly children: ReactNode;
}

/** A column beside the conversation; on a narrow screen it comes from the side, takes the focus, and goes by Escape or a click beside it. */
export function Drawer({
  id,
  as: Element,
  label,
  closeLabel,
  shown,
  onClose,
  head,
  children,
}: DrawerProps): ReactNode {
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (shown) close.current?.focus();
  }, [shown]);
  return (
    <>
      {shown ? <div className={`drawer-scrim ${id}-scrim`} onClick={onClose} aria-hidden="true" /> : null}
      <Element
        id={id}
        className={`drawer ${id}`}
        data-shown={shown}
        aria-label={label}
        onKeyDown={(event) => {
          if (shown && event.key === 'Escape') onClose();
        }}
      >
        <div className={`drawer-head ${id}-head`}>
          {head}
          <button
            ref={close}
            type="button"
            className="button icon drawer-close"
            aria-label={closeLabel}
            onClick={onClose}
          >
            <X size={20} aria-hidden="true" />
          </button>
        </div>
        {children}
      </Element>
    </>
  );
}

import { X } from 'lucide-react';
import { useEffectEvent, useId, useLayoutEffect, useRef } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import { useActions, useWords } from '../context.tsx';

interface DialogProps {
  readonly title: string;
  readonly wide?: boolean;
  /** Of a page of its own, more than of a question. */
  readonly size?: 'large';
  readonly children: ReactNode;
  /** What else to do when it is closed, by whatever means. */
  readonly onClosed?: () => void;
}

/**
 * A modal dialog: the browser keeps the focus inside, closes it by Escape, and gives the focus back to where it was.
 * The element with `data-focus-first` has the focus first; without one, the button that closes it.
 */
export function Dialog({ title, wide = false, size, children, onClosed }: DialogProps): ReactNode {
  const words = useWords();
  const actions = useActions();
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const closed = useEffectEvent(() => {
    actions.closeDialog();
  });
  const ended = useEffectEvent(() => onClosed?.());
  useLayoutEffect(() => {
    const element = dialog.current;
    if (element === null) return undefined;
    element.showModal();
    // React has no attribute for it, only a call, which comes before the dialog is open.
    element.querySelector<HTMLElement>('[data-focus-first]')?.focus();
    const onClose = (): void => closed();
    element.addEventListener('close', onClose);
    return () => {
      element.removeEventListener('close', onClose);
      // Closed before it goes, so that the browser gives the focus back.
      element.close();
      ended();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      className="dialog"
      data-wide={wide}
      data-size={size}
      aria-labelledby={heading}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current.close();
      }}
      onKeyDown={(event) => {
        if (isEscapeLost(event)) dialog.current?.close();
      }}
    >
      <div className="dialog-body">
        <div className="dialog-head">
          <h2 id={heading} dir="auto">
            {title}
          </h2>
          <button
            type="button"
            className="button icon"
            aria-label={words.close}
            onClick={() => dialog.current?.close()}
          >
            <X size={20} aria-hidden="true" />
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}

/** WebKit's search fields keep Escape for emptying themselves, also when there is nothing in them. */
function isEscapeLost({ key, target, nativeEvent }: KeyboardEvent): boolean {
  return (
    key === 'Escape' &&
    !nativeEvent.isComposing &&
    target instanceof HTMLInputElement &&
    target.type === 'search' &&
    target.value === ''
  );
}

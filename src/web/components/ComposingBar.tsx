import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useActions, useWords } from '../context.tsx';
import type { Composing } from '../state/state.ts';
import { shownName } from '../text/names.ts';

/** Above the input line: what is answered or changed, and the way out of it. */
export function ComposingBar({ composing }: { readonly composing: Composing }): ReactNode {
  const words = useWords();
  const actions = useActions();
  const { mode, message } = composing;
  const stop = mode === 'reply' ? words.stopReply : words.stopEdit;
  return (
    <div className="composing-bar">
      <p dir="auto">
        <b>{mode === 'reply' ? words.replyTo(shownName(message.from.name)) : words.editing}</b>
        <span>{message.text}</span>
      </p>
      <button
        type="button"
        className="button icon small"
        aria-label={stop}
        title={stop}
        onClick={() => actions.messages.compose(message.room, undefined)}
      >
        <X size={18} aria-hidden="true" />
      </button>
    </div>
  );
}

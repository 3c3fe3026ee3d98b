import { useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import type { MessageInfo } from '../../contract/api.ts';
import { useActions, useWords } from '../context.tsx';
import { isEmoji } from '../text/emoji.ts';
import { Dialog } from './Dialog.tsx';

/** Any emoji as a reaction: whatever the keyboard of the system gives. */
export function ReactDialog({ message }: { readonly message: MessageInfo }): ReactNode {
  const words = useWords();
  const actions = useActions();
  const [text, setText] = useState('');
  const emoji = text.trim();
  const wrong = emoji !== '' && !isEmoji(emoji);
  const react = (event: FormEvent): void => {
    event.preventDefault();
    if (!isEmoji(emoji)) return;
    void actions.messages.react(message.id, emoji, true);
    actions.closeDialog();
  };
  return (
    <Dialog title={words.reactTitle}>
      <form className="dialog-form" onSubmit={react}>
        <label className="field">
          <span>{words.reactLabel}</span>
          <input
            value={text}
            data-focus-first
            autoComplete="off"
            aria-invalid={wrong}
            onChange={(event) => setText(event.target.value)}
          />
          <small role={wrong ? 'alert' : undefined}>{wrong ? words.reactInvalid : words.reactHint}</small>
        </label>
        <div className="dialog-acts">
          <button type="submit" className="button primary" disabled={!isEmoji(emoji)}>
            {words.react}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

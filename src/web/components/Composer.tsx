import { SendHorizontal } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import { TEXT_BYTES_MAX } from '../../contract/api.ts';
import { useActions, useApp, useWords } from '../context.tsx';
import { isSendKey } from '../input/keys.ts';
import { isClosed } from '../state/people.ts';
import { canSend, isJoined, shownRoom } from '../state/state.ts';
import { utf8Length } from '../text/names.ts';
import { FileChooser } from './FileChooser.tsx';

/** The input line. It keeps its text until the daemon has taken it, and the focus whatever happens. */
export function Composer(): ReactNode {
  const words = useWords();
  const actions = useActions();
  const room = useApp((state) => state.room);
  const joined = useApp(isJoined);
  const closed = useApp((state) => isClosed(shownRoom(state)));
  const sendable = useApp(canSend);
  const [text, setText] = useState('');
  const input = useRef<HTMLTextAreaElement>(null);
  const bytes = utf8Length(text);
  const tooLong = bytes > TEXT_BYTES_MAX;
  const blank = text.trim() === '';

  // Who joins wants to write. A connection that comes back takes the focus from nothing.
  useEffect(() => {
    if (joined) input.current?.focus();
  }, [joined, room]);

  const send = async (): Promise<void> => {
    input.current?.focus();
    if (!sendable || blank || tooLong) return;
    setText('');
    const taken = await actions.say(room, text);
    if (!taken) setText((typed) => (typed === '' ? text : `${text}\n${typed}`));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    const { key, keyCode, shiftKey, altKey } = event;
    if (!isSendKey({ key, keyCode, shiftKey, altKey, isComposing: event.nativeEvent.isComposing })) return;
    event.preventDefault();
    void send();
  };

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <FileChooser
        disabled={!sendable}
        onFiles={(files) => {
          actions.sendFiles(room, files);
          input.current?.focus();
        }}
      />
      <div className="composer-input">
        <textarea
          ref={input}
          value={text}
          rows={1}
          dir="auto"
          aria-label={words.messageLabel}
          aria-describedby="composer-hint"
          aria-invalid={tooLong}
          placeholder={
            closed ? words.placeholderClosed : joined ? words.messagePlaceholder : words.messagePlaceholderOut
          }
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
        />
      </div>
      <button type="submit" className="button primary send" disabled={!sendable || blank || tooLong}>
        <SendHorizontal size={18} aria-hidden="true" />
        {words.send}
      </button>
      <p id="composer-hint" className="composer-hint" role={tooLong ? 'alert' : undefined}>
        {tooLong ? words.messageTooLong((bytes / 1024).toFixed(0)) : words.messageHint}
      </p>
    </form>
  );
}

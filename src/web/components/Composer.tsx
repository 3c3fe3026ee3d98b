import { SendHorizontal } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import { TEXT_BYTES_MAX } from '../../contract/api.ts';
import { useActions, useApp, useWords } from '../context.tsx';
import { isSendKey } from '../input/keys.ts';
import { isClosed } from '../state/people.ts';
import { canSpeak, isJoined, NO_ENTRIES, shownRoom } from '../state/state.ts';
import { lastOwnMessage } from '../state/timeline.ts';
import { utf8Length } from '../text/names.ts';
import { ComposingBar } from './ComposingBar.tsx';
import { FileChooser } from './FileChooser.tsx';
import { TypingLine } from './TypingLine.tsx';

/** The input line. It keeps its text until the daemon has taken it, and the focus whatever happens. */
export function Composer(): ReactNode {
  const words = useWords();
  const actions = useActions();
  const room = useApp((state) => state.room);
  const joined = useApp(isJoined);
  const closed = useApp((state) => isClosed(shownRoom(state)));
  const continued = useApp((state) => shownRoom(state)?.continuesIn !== undefined);
  const sendable = useApp(canSpeak);
  const composing = useApp((state) => state.composing[state.room]);
  const lastOwn = useApp((state) => lastOwnMessage(state.timelines[state.room] ?? NO_ENTRIES));
  const [text, setText] = useState('');
  const input = useRef<HTMLTextAreaElement>(null);
  const bytes = utf8Length(text);
  const tooLong = bytes > TEXT_BYTES_MAX;
  const blank = text.trim() === '';

  // Who joins wants to write. A connection that comes back takes the focus from nothing.
  useEffect(() => {
    if (joined) input.current?.focus();
  }, [joined, room]);

  // Who answers or changes something goes on typing; the words of what is changed stand in the line.
  useEffect(() => {
    if (composing === undefined) return;
    if (composing.mode === 'edit') setText(composing.message.text);
    input.current?.focus();
  }, [composing]);
  const stop = (): void => {
    if (composing?.mode === 'edit') setText('');
    actions.messages.compose(room, undefined);
  };

  const send = async (): Promise<void> => {
    input.current?.focus();
    if (!sendable || blank || tooLong) return;
    setText('');
    actions.messages.compose(room, undefined);
    const id = composing?.message.id;
    const taken =
      composing?.mode === 'edit'
        ? await actions.messages.edit(composing.message.id, text)
        : await actions.messages.say(room, text, id);
    if (taken) return;
    setText((typed) => (typed === '' ? text : `${text}\n${typed}`));
    actions.messages.compose(room, composing);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    const { key, keyCode, shiftKey, altKey } = event;
    if (key === 'Escape' && composing !== undefined) return stop();
    if (key === 'ArrowUp' && text === '' && composing === undefined && lastOwn !== undefined) {
      event.preventDefault();
      return actions.messages.compose(room, { mode: 'edit', message: lastOwn });
    }
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
      {composing === undefined ? <TypingLine /> : <ComposingBar composing={composing} />}
      <FileChooser
        disabled={!sendable}
        onFiles={(files) => {
          actions.files.send(room, files);
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
            closed
              ? words.placeholderClosed
              : continued
                ? words.placeholderContinued
                : joined
                  ? words.messagePlaceholder
                  : words.messagePlaceholderOut
          }
          onChange={(event) => {
            setText(event.target.value);
            if (sendable && event.target.value.trim() !== '' && composing?.mode !== 'edit')
              actions.messages.typing(room);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <button type="submit" className="button primary send" disabled={!sendable || blank || tooLong}>
        <SendHorizontal size={18} aria-hidden="true" />
        {composing?.mode === 'edit' ? words.saveEdit : words.send}
      </button>
      <p id="composer-hint" className="composer-hint" role={tooLong ? 'alert' : undefined}>
        {tooLong ? words.messageTooLong((bytes / 1024).toFixed(0)) : words.messageHint}
      </p>
    </form>
  );
}

import type { ReactNode } from 'react';
import type { MessageInfo } from '../../contract/api.ts';
import { useActions, useWords } from '../context.tsx';
import { shownName } from '../text/names.ts';

type Answered = NonNullable<MessageInfo['replyTo']>;

/** What a message answers; choosing it goes there, however long ago it was. */
export function ReplyQuote({
  room,
  answered,
}: {
  readonly room: string;
  readonly answered: Answered;
}): ReactNode {
  const words = useWords();
  const actions = useActions();
  const { id, from, text } = answered;
  const name = shownName(from.name);
  if (text === '') return <blockquote className="reply-quote">{words.replyGone}</blockquote>;
  const go = async (): Promise<void> => {
    if (!(await actions.messages.show(room, id)))
      actions.notify({ kind: 'problem', code: 'message-unknown', message: '', values: {} });
  };
  return (
    <blockquote className="reply-quote" dir="auto">
      <button
        type="button"
        title={words.jumpToAnswered(name)}
        aria-label={`${words.jumpToAnswered(name)}: ${text}`}
        onClick={() => void go()}
      >
        <b>{name}</b>
        <span>{text}</span>
      </button>
    </blockquote>
  );
}

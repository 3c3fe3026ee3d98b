import type { ReactNode } from 'react';
import type { MessageInfo } from '../../contract/api.ts';
import { useWording } from '../context.tsx';
import { formatFullTime } from '../text/format.ts';
import { shownName } from '../text/names.ts';
import { FoldedText } from './FoldedText.tsx';

/** What a message says: what it answers, its text as it stands now, and what others made of it. */
export function MessageBody({ message }: { readonly message: MessageInfo }): ReactNode {
  const { words, locale } = useWording();
  const { replyTo, deleted, text, editedAt, reactions } = message;
  if (deleted === true) return <p className="message-deleted">{words.messageDeleted}</p>;
  return (
    <>
      {replyTo === undefined ? null : (
        <blockquote className="reply-quote" dir="auto">
          {replyTo.from.name === '' ? null : <b>{shownName(replyTo.from.name)}</b>}
          <span>{replyTo.text === '' ? words.replyGone : replyTo.text}</span>
        </blockquote>
      )}
      <FoldedText text={text} />
      {editedAt === undefined ? null : (
        <p className="message-edited" title={formatFullTime(editedAt, locale)}>
          {words.messageEdited}
        </p>
      )}
      {reactions === undefined ? null : (
        <ul className="reactions">
          {reactions.map(({ emoji, people, own }) => {
            const names = people.map(({ name }) => shownName(name)).join(', ');
            return (
              <li key={emoji} data-own={own} title={names} aria-label={words.reactionOf(emoji, names)}>
                {emoji} {people.length}
              </li>
            );
          })}
        </ul>
      )}
    </>
  );
}

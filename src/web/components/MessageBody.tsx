import type { ReactNode } from 'react';
import type { MessageInfo } from '../../contract/api.ts';
import { useWording } from '../context.tsx';
import { formatFullTime } from '../text/format.ts';
import { FoldedText } from './FoldedText.tsx';
import { ReplyQuote } from './ReplyQuote.tsx';

/** What a message says: what it answers, and its text as it stands now. */
export function MessageBody({ message }: { readonly message: MessageInfo }): ReactNode {
  const { words, locale } = useWording();
  const { room, replyTo, deleted, text, editedAt } = message;
  if (deleted === true) return <p className="message-deleted">{words.messageDeleted}</p>;
  return (
    <>
      {replyTo === undefined ? null : <ReplyQuote room={room} answered={replyTo} />}
      <FoldedText text={text} />
      {editedAt === undefined ? null : (
        <p className="message-edited" title={formatFullTime(editedAt, locale)}>
          {words.messageEdited}
        </p>
      )}
    </>
  );
}

import { UserX } from 'lucide-react';
import { memo } from 'react';
import type { ReactNode } from 'react';
import { useWords } from '../context.tsx';
import { authorOf, isOwn } from '../state/timeline.ts';
import type { TimelineEntry } from '../state/timeline.ts';
import { shownName } from '../text/names.ts';
import { Badge } from './Badge.tsx';
import { Boundary } from './Boundary.tsx';
import { BrokenEntry } from './Broken.tsx';
import { EntryHead } from './EntryHead.tsx';
import { MessageActions } from './MessageActions.tsx';
import { MessageBody } from './MessageBody.tsx';
import { Reactions } from './Reactions.tsx';
import { Readers } from './Readers.tsx';
import { TransferCard } from './TransferCard.tsx';

interface EntryRowProps {
  readonly entry: TimelineEntry;
  /** Follows another entry of the same author closely: who it is from need not be shown again. */
  readonly continued: boolean;
  /** It was looked for, and stands out for a moment. */
  readonly focused: boolean;
}

/** One message or one file. Own ones stand on the other side and say so, so that colour is not the only sign. */
export const EntryRow = memo(function EntryRow({ entry, continued, focused }: EntryRowProps): ReactNode {
  const author = authorOf(entry);
  const own = isOwn(entry);
  return (
    <article
      className="entry"
      data-own={own}
      data-continued={continued}
      data-kind={entry.kind}
      data-hidden={entry.hidden === true}
      data-focus={focused}
      data-entry={entry.id}
    >
      {own || continued ? null : <Badge id={author.id} name={author.name} />}
      <EntryHead entry={entry} />
      <div className="bubble">
        <Boundary fallback={<BrokenEntry />}>
          {entry.hidden === true ? (
            <AfterRemoval name={author.name} />
          ) : entry.kind === 'message' ? (
            <MessageBody message={entry.message} />
          ) : (
            <TransferCard transfer={entry.transfer} />
          )}
        </Boundary>
      </div>
      {entry.kind === 'message' && entry.hidden !== true && entry.message.deleted !== true ? (
        <>
          <MessageActions message={entry.message} />
          <Reactions message={entry.message} />
        </>
      ) : null}
      <Readers room={entry.kind === 'message' ? entry.message.room : entry.transfer.room} id={entry.id} />
    </article>
  );
});

/** In place of what somebody wrote who had been removed by then. */
function AfterRemoval({ name }: { readonly name: string }): ReactNode {
  const words = useWords();
  return (
    <p className="after-removal" title={words.afterRemovalHelp(shownName(name))}>
      <UserX size={16} aria-hidden="true" />
      {words.afterRemoval}
    </p>
  );
}

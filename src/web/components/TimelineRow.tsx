import { memo } from 'react';
import type { ReactNode } from 'react';
import { authorOf, isOwn } from '../state/timeline.ts';
import type { TimelineEntry } from '../state/timeline.ts';
import { Badge } from './Badge.tsx';
import { EntryHead } from './EntryHead.tsx';
import { FoldedText } from './FoldedText.tsx';
import { TransferCard } from './TransferCard.tsx';

interface TimelineRowProps {
  readonly entry: TimelineEntry;
  /** Follows another entry of the same author closely: who it is from need not be shown again. */
  readonly continued: boolean;
}

/** One message or one file. Own ones stand on the other side and say so, so that colour is not the only sign. */
export const TimelineRow = memo(function TimelineRow({ entry, continued }: TimelineRowProps): ReactNode {
  const author = authorOf(entry);
  const own = isOwn(entry);
  return (
    <article className="entry" data-own={own} data-continued={continued} data-kind={entry.kind}>
      {own || continued ? null : <Badge id={author.id} name={author.name} />}
      <EntryHead entry={entry} />
      <div className="bubble">
        {entry.kind === 'message' ? (
          <FoldedText text={entry.message.text} />
        ) : (
          <TransferCard transfer={entry.transfer} />
        )}
      </div>
    </article>
  );
});

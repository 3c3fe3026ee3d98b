import type { ReactNode } from 'react';
import { useWording } from '../context.tsx';
import { authorOf, isOwn, timeOf } from '../state/timeline.ts';
import type { TimelineEntry } from '../state/timeline.ts';
import { formatFullTime, formatTime, isoTime } from '../text/format.ts';
import { PersonName } from './PersonName.tsx';

/** Who, and when. */
export function EntryHead({ entry }: { readonly entry: TimelineEntry }): ReactNode {
  const { words, locale } = useWording();
  const at = timeOf(entry);
  return (
    <p className="entry-head">
      {isOwn(entry) ? (
        <span className="person-name">{words.you}</span>
      ) : (
        <PersonName name={authorOf(entry).name} />
      )}
      <time dateTime={isoTime(at)} title={formatFullTime(at, locale)}>
        {formatTime(at, Date.now(), locale)}
      </time>
    </p>
  );
}

import type { ReactNode } from 'react';
import { useWording } from '../context.tsx';
import { authorOf, isOwn, timeOf } from '../state/timeline.ts';
import type { TimelineEntry } from '../state/timeline.ts';
import { formatFullTime, formatTime, isoTime } from '../text/format.ts';
import { PersonName } from './PersonName.tsx';

const isUnverified = (entry: TimelineEntry): boolean =>
  (entry.kind === 'message' ? entry.message : entry.transfer).unverified === true && !isOwn(entry);

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
      {isUnverified(entry) ? <span className="mark">{words.unverifiedMark}</span> : null}
      <time dateTime={isoTime(at)} title={formatFullTime(at, locale)}>
        {formatTime(at, Date.now(), locale)}
      </time>
    </p>
  );
}

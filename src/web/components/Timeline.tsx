import { ArrowDown } from 'lucide-react';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Virtualizer } from 'virtua';
import { useApp, useWording, useWords } from '../context.tsx';
import { TIMELINE_BUFFER_PIXELS } from '../limits.ts';
import { isClosed, isPrivate } from '../state/people.ts';
import { timelineRows } from '../state/rows.ts';
import type { TimelineRow } from '../state/rows.ts';
import { isJoined, NO_ENTRIES, NO_MEMBERS, shownRoom } from '../state/state.ts';
import { isOwn } from '../state/timeline.ts';
import type { TimelineEntry } from '../state/timeline.ts';
import { formatDay } from '../text/format.ts';
import { AloneHelp } from './AloneHelp.tsx';
import { DirectEmpty, LonelyRoom, TimelineEmpty, TimelineOut } from './TimelineEmpty.tsx';
import { EntryRow } from './EntryRow.tsx';
import { LatestMessage } from './LatestMessage.tsx';
import { UploadCard } from './UploadCard.tsx';
import { useTimelineScroll } from './useTimelineScroll.ts';

/** Messages and files of the shown room, newest at the end; only what is in sight is in the document. */
export function Timeline(): ReactNode {
  const words = useWords();
  const room = useApp((state) => state.room);
  const entries = useApp((state) => state.timelines[state.room] ?? NO_ENTRIES);
  const uploads = useApp((state) => state.uploads);
  const firstUnread = useApp((state) => state.firstUnread[state.room]);
  const scroller = useRef<HTMLDivElement>(null);
  const last = entries.at(-1);
  const scroll = useTimelineScroll(scroller, room, last !== undefined && isOwn(last) ? last.id : undefined);
  const unseen = useUnseen(entries, scroll.atEnd, room);
  const rows = useMemo(
    () =>
      timelineRows(
        entries,
        uploads.filter((upload) => upload.room === room),
        firstUnread,
        Date.now(),
      ),
    [entries, uploads, firstUnread, room],
  );
  return (
    <div className="timeline">
      {/* Rows also come by scrolling, so they are not read out as they come; `LatestMessage` says what is new. */}
      <div
        key={room}
        className="timeline-scroller"
        ref={scroller}
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={words.timelineLabel}
      >
        <div className="timeline-space" />
        <div className="timeline-rows">
          <Virtualizer data={rows} scrollRef={scroller} bufferSize={TIMELINE_BUFFER_PIXELS}>
            {(row) => <Row key={row.key} row={row} />}
          </Virtualizer>
        </div>
        <EndOfTimeline empty={rows.length === 0} />
      </div>
      {scroll.atEnd ? null : (
        <button type="button" className="button to-newest" onClick={scroll.toEnd}>
          <ArrowDown size={16} aria-hidden="true" />
          {unseen > 0 ? words.newMessages(unseen) : words.toNewest}
        </button>
      )}
      <LatestMessage />
    </div>
  );
}

function Row({ row }: { readonly row: TimelineRow }): ReactNode {
  const { words, locale } = useWording();
  switch (row.kind) {
    case 'day':
      return (
        <h2 className="timeline-line">
          <time>{formatDay(row.at, Date.now(), locale, words)}</time>
        </h2>
      );
    case 'unread':
      return (
        <h2 className="timeline-line" data-kind="unread">
          {words.unreadLine}
        </h2>
      );
    case 'entry':
      return <EntryRow entry={row.entry} continued={row.continued} />;
    case 'upload':
      return <UploadCard upload={row.upload} />;
  }
}

/** What stands below the last entry: why nothing more comes, or why there is none at all. */
function EndOfTimeline({ empty }: { readonly empty: boolean }): ReactNode {
  const joined = useApp(isJoined);
  const list = useApp((state) => state.members[state.room] ?? NO_MEMBERS);
  const info = useApp(shownRoom);
  // Of a room that is over the banner tells.
  if (isClosed(info)) return null;
  if (!joined) return <TimelineOut />;
  if (!empty) return null;
  if (info?.kind === 'direct') return <DirectEmpty info={info} />;
  if (info !== undefined && isPrivate(info) && list.members.length < 2) return <LonelyRoom info={info} />;
  return list.members.some((member) => !member.self && !member.removed) ? <TimelineEmpty /> : <AloneHelp />;
}

/** How many entries of others have come since the end was last in sight. */
function useUnseen(entries: readonly TimelineEntry[], atEnd: boolean, room: string): number {
  const seen = useRef<{ readonly room: string; readonly ids: ReadonlySet<string> }>(undefined);
  const [ids, setIds] = useState<ReadonlySet<string>>();
  useLayoutEffect(() => {
    if (atEnd) {
      seen.current = undefined;
      setIds(undefined);
    } else if (seen.current === undefined || seen.current.room !== room) {
      seen.current = { room, ids: new Set(entries.map((entry) => entry.id)) };
      setIds(seen.current.ids);
    }
  }, [atEnd, entries, room]);
  return useMemo(
    () => (ids === undefined ? 0 : entries.filter((entry) => !ids.has(entry.id) && !isOwn(entry)).length),
    [entries, ids],
  );
}

import { ArrowDown } from 'lucide-react';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode, RefObject } from 'react';
import { Virtualizer } from 'virtua';
import { useActions, useApp, useWording, useWords } from '../context.tsx';
import { OLDER_PAGE_PIXELS, TIMELINE_BUFFER_PIXELS } from '../limits.ts';
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
  useOlderPages(scroller, room, entries.length);
  const grewAbove = useGrewAbove(entries, room);
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
          <Virtualizer data={rows} scrollRef={scroller} bufferSize={TIMELINE_BUFFER_PIXELS} shift={grewAbove}>
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

/** Fetches what was said before when the beginning of what is here comes close. */
function useOlderPages(scroller: RefObject<HTMLElement | null>, room: string, count: number): void {
  const actions = useActions();
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const look = (): void => {
      if (element.scrollTop < OLDER_PAGE_PIXELS) void actions.loadOlder(room);
    };
    look();
    element.addEventListener('scroll', look, { passive: true });
    return () => element.removeEventListener('scroll', look);
  }, [actions, scroller, room, count]);
}

/** Were the last entries that came put in front of what was here? Then what is in sight stays where it is. */
function useGrewAbove(entries: readonly TimelineEntry[], room: string): boolean {
  const first = entries[0]?.id;
  const count = entries.length;
  const [last, setLast] = useState({ room, first, count, grewAbove: false });
  if (last.room === room && last.first === first && last.count === count) return last.grewAbove;
  const grewAbove = last.room === room && last.first !== undefined && last.first !== first;
  setLast({ room, first, count, grewAbove });
  return grewAbove;
}

/** How many entries of others have come behind what was the last one when the end was last in sight. */
function useUnseen(entries: readonly TimelineEntry[], atEnd: boolean, room: string): number {
  const seen = useRef<{ readonly room: string; readonly last: string | undefined }>(undefined);
  const [last, setLast] = useState<string>();
  useLayoutEffect(() => {
    if (atEnd) {
      seen.current = undefined;
      setLast(undefined);
    } else if (seen.current === undefined || seen.current.room !== room) {
      seen.current = { room, last: entries.at(-1)?.id };
      setLast(seen.current.last);
    }
  }, [atEnd, entries, room]);
  return useMemo(() => {
    const index = last === undefined ? -1 : entries.findLastIndex((entry) => entry.id === last);
    return index < 0 ? 0 : entries.slice(index + 1).filter((entry) => !isOwn(entry)).length;
  }, [entries, last]);
}

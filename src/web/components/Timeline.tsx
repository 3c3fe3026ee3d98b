import { ArrowDown } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode, RefObject } from 'react';
import { Virtualizer } from 'virtua';
import type { VirtualizerHandle } from 'virtua';
import { useActions, useApp, useWording, useWords } from '../context.tsx';
import { FOCUS_MS, OLDER_PAGE_PIXELS, READ_DELAY_MS, TIMELINE_BUFFER_PIXELS } from '../limits.ts';
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
  const live = useApp((state) => state.newer[state.room] === undefined);
  const stretch = useApp((state) => state.stretch);
  const actions = useActions();
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useRef<VirtualizerHandle>(null);
  const last = entries.at(-1);
  const ownId = last !== undefined && isOwn(last) ? last.id : undefined;
  const scroll = useTimelineScroll(scroller, room, ownId, live);
  const unseen = useApp((state) => state.unread[state.room] ?? 0);
  usePages(scroller, room, entries.length);
  useReading(room, last, scroll.atEnd && live);
  const grewAbove = useGrewAbove(entries, `${stretch} ${room}`);
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
  const focused = useFocus(rows, room, virtualizer, scroll.release);
  const toNewest = async (): Promise<void> => {
    await actions.messages.showNewest(room);
    scroll.toEnd();
  };
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
          <Virtualizer
            key={stretch}
            ref={virtualizer}
            data={rows}
            scrollRef={scroller}
            bufferSize={TIMELINE_BUFFER_PIXELS}
            shift={grewAbove}
          >
            {(row) => <Row key={row.key} row={row} focused={row.key === focused} />}
          </Virtualizer>
        </div>
        {live ? <EndOfTimeline empty={rows.length === 0} /> : null}
      </div>
      {scroll.atEnd && live ? null : (
        <button type="button" className="button to-newest" onClick={() => void toNewest()}>
          <ArrowDown size={16} aria-hidden="true" />
          {unseen > 0 ? words.newMessages(unseen) : words.toNewest}
        </button>
      )}
      <LatestMessage />
    </div>
  );
}

function Row({ row, focused }: { readonly row: TimelineRow; readonly focused: boolean }): ReactNode {
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
      return <EntryRow entry={row.entry} continued={row.continued} focused={focused} />;
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
  if (!joined) return <TimelineOut info={info} />;
  if (!empty) return null;
  if (info?.kind === 'direct') return <DirectEmpty info={info} />;
  if (info !== undefined && isPrivate(info) && list.members.length < 2) return <LonelyRoom info={info} />;
  return list.members.some((member) => !member.self && !member.removed) ? <TimelineEmpty /> : <AloneHelp />;
}

/** Fetches what was said before, or behind a stretch of long ago, when that end of what is here comes close. */
function usePages(scroller: RefObject<HTMLElement | null>, room: string, count: number): void {
  const actions = useActions();
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const look = (): void => {
      const { scrollTop, scrollHeight, clientHeight } = element;
      if (scrollTop < OLDER_PAGE_PIXELS) void actions.messages.loadOlder(room);
      if (scrollHeight - scrollTop - clientHeight < OLDER_PAGE_PIXELS) void actions.messages.loadNewer(room);
    };
    look();
    element.addEventListener('scroll', look, { passive: true });
    return () => element.removeEventListener('scroll', look);
  }, [actions, scroller, room, count]);
}

/** Tells the daemon what has been in sight: the end of the room, while the page is looked at. */
function useReading(room: string, last: TimelineEntry | undefined, atEnd: boolean): void {
  const actions = useActions();
  const visible = useApp((state) => state.visible);
  const joined = useApp(isJoined);
  const id = last === undefined || isOwn(last) ? undefined : last.id;
  useEffect(() => {
    actions.messages.setFollowing(atEnd);
  }, [actions, atEnd]);
  // One message more does not put it off, or what comes without a pause would never count as read.
  const due = useRef(0);
  useEffect(() => {
    if (!visible || !atEnd || !joined || id === undefined) return undefined;
    const now = performance.now();
    if (due.current <= now) due.current = now + READ_DELAY_MS;
    const timer = setTimeout(() => void actions.messages.markRead(room, id), due.current - now);
    return () => clearTimeout(timer);
  }, [actions, room, id, visible, atEnd, joined]);
}

/** Brings the entry that was looked for into sight; returns its key while it stands out. */
function useFocus(
  rows: readonly TimelineRow[],
  room: string,
  virtualizer: RefObject<VirtualizerHandle | null>,
  release: () => void,
): string | undefined {
  const actions = useActions();
  const focus = useApp((state) => state.focus);
  const index =
    focus?.room === room ? rows.findIndex((row) => row.kind === 'entry' && row.key === focus.id) : -1;
  useEffect(() => {
    if (index < 0) return undefined;
    release();
    virtualizer.current?.scrollToIndex(index, { align: 'center' });
    const timer = setTimeout(() => actions.messages.focused(), FOCUS_MS);
    return () => clearTimeout(timer);
    // Once for each time that something is looked for, wherever rows that come later move it.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [focus?.key, index < 0]);
  return index < 0 ? undefined : focus?.id;
}

/** Were the last entries that came put in front of what was here? Then what is in sight stays where it is. */
function useGrewAbove(entries: readonly TimelineEntry[], list: string): boolean {
  const first = entries[0]?.id;
  const count = entries.length;
  const [last, setLast] = useState({ list, first, count, grewAbove: false });
  if (last.list === list && last.first === first && last.count === count) return last.grewAbove;
  const grewAbove = last.list === list && last.first !== undefined && last.first !== first;
  setLast({ list, first, count, grewAbove });
  return grewAbove;
}

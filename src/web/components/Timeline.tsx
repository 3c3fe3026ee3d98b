import { ArrowDown } from 'lucide-react';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useApp, useWords } from '../context.tsx';
import { TIMELINE_ROWS_STEP } from '../limits.ts';
import { isClosed, isPrivate } from '../state/people.ts';
import { isJoined, NO_ENTRIES, NO_MEMBERS, shownRoom } from '../state/state.ts';
import { authorOf, isOwn, timeOf } from '../state/timeline.ts';
import type { TimelineEntry } from '../state/timeline.ts';
import { AloneHelp } from './AloneHelp.tsx';
import { DirectEmpty, LonelyRoom, TimelineEmpty, TimelineOut } from './TimelineEmpty.tsx';
import { TimelineRow } from './TimelineRow.tsx';
import { UploadCard } from './UploadCard.tsx';
import { useStickToEnd } from './useStickToEnd.ts';

/** Entries of one author closer than this are shown as one group. */
const GROUP_MS = 5 * 60_000;

/** Messages and files of the shown room, newest at the end. */
export function Timeline(): ReactNode {
  const words = useWords();
  const room = useApp((state) => state.room);
  const entries = useApp((state) => state.timelines[state.room] ?? NO_ENTRIES);
  const uploads = useApp((state) => state.uploads);
  const [rowsMax, setRowsMax] = useState(TIMELINE_ROWS_STEP);
  const scroller = useRef<HTMLDivElement>(null);
  const last = entries.at(-1);
  const stick = useStickToEnd(scroller, room, last !== undefined && isOwn(last) ? last.id : undefined);
  const unseen = useUnseen(entries, stick.atEnd, room);
  const showEarlier = useKeptPosition(scroller, rowsMax, () => setRowsMax(rowsMax + TIMELINE_ROWS_STEP));

  const first = Math.max(0, entries.length - rowsMax);
  const own = uploads.filter((upload) => upload.room === room);
  return (
    <div className="timeline">
      <div
        className="timeline-scroller"
        ref={scroller}
        tabIndex={0}
        aria-label={words.timelineLabel}
        role="group"
      >
        <div className="timeline-rows">
          {first > 0 ? (
            <button type="button" className="button small show-earlier" onClick={showEarlier}>
              {words.showEarlier}
            </button>
          ) : null}
          <div role="log" aria-live="polite" aria-relevant="additions" aria-label={words.timelineLabel}>
            {entries.slice(first).map((entry, index) => (
              <TimelineRow
                key={entry.id}
                entry={entry}
                continued={isContinued(entries[first + index - 1], entry)}
              />
            ))}
          </div>
          {own.map((upload) => (
            <UploadCard key={upload.key} upload={upload} />
          ))}
          <EndOfTimeline empty={entries.length === 0 && own.length === 0} />
        </div>
      </div>
      {stick.atEnd ? null : (
        <button type="button" className="button to-newest" onClick={stick.toEnd}>
          <ArrowDown size={16} aria-hidden="true" />
          {unseen > 0 ? words.newMessages(unseen) : words.toNewest}
        </button>
      )}
    </div>
  );
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

function isContinued(previous: TimelineEntry | undefined, entry: TimelineEntry): boolean {
  return (
    previous !== undefined &&
    authorOf(previous).id === authorOf(entry).id &&
    Math.abs(timeOf(entry) - timeOf(previous)) < GROUP_MS
  );
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

/** Keeps what is in sight where it is, while earlier rows appear above it. */
function useKeptPosition(
  scroller: { readonly current: HTMLDivElement | null },
  rowsMax: number,
  grow: () => void,
): () => void {
  const fromEnd = useRef<number>(undefined);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null || fromEnd.current === undefined) return;
    element.scrollTop = element.scrollHeight - fromEnd.current;
    fromEnd.current = undefined;
  }, [scroller, rowsMax]);
  return () => {
    const element = scroller.current;
    if (element !== null) fromEnd.current = element.scrollHeight - element.scrollTop;
    grow();
  };
}

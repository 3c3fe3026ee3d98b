import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { useApp, useWords } from '../context.tsx';
import { ANNOUNCED_CHARACTERS_MAX } from '../limits.ts';
import { authorOf, isOwn } from '../state/timeline.ts';
import type { TimelineEntry } from '../state/timeline.ts';
import { shownName } from '../text/names.ts';

/** Reads out what others have just written or sent, for those who do not see it come. */
export function LatestMessage(): ReactNode {
  const words = useWords();
  // Another room, or another stretch of it.
  const list = useApp((state) => `${state.stretch} ${state.newer[state.room] ?? ''} ${state.room}`);
  const last = useApp((state) => state.timelines[state.room]?.at(-1));
  const [seen, setSeen] = useState({ list, id: last?.id });
  const [news, setNews] = useState<TimelineEntry>();
  useEffect(() => {
    if (seen.list === list && seen.id === last?.id) return;
    setSeen({ list, id: last?.id });
    // What stands in a room that was just chosen is no news.
    setNews(seen.list === list && last !== undefined && !isOwn(last) ? last : undefined);
  }, [list, last, seen]);
  return (
    <p className="unseen" role="status">
      {news === undefined ? '' : words.said(shownName(authorOf(news).name), beginningOf(news))}
    </p>
  );
}

function beginningOf(entry: TimelineEntry): string {
  const text = entry.kind === 'message' ? entry.message.text : entry.transfer.file.name;
  return text.slice(0, ANNOUNCED_CHARACTERS_MAX);
}

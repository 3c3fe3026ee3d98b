/** Where the marks of what was seen are kept between two visits: in this origin's `localStorage`, ids only. */
import { SEEN_MARKS_MAX } from '../limits.ts';
import type { SeenMarks } from '../state/state.ts';

const STORAGE_KEY = 'starling.seen';

export function loadSeen(): SeenMarks {
  return parseSeen(localStorage.getItem(STORAGE_KEY));
}

export function saveSeen(seen: SeenMarks): void {
  localStorage.setItem(STORAGE_KEY, JSON.stringify(seen));
}

/** Calls `listener` when another tab of this browser has seen something. */
export function onSeenInOtherTab(listener: (seen: SeenMarks) => void): void {
  addEventListener('storage', (event) => {
    if (event.key === STORAGE_KEY) listener(parseSeen(event.newValue));
  });
}

/** Whatever stands there: what is no map of texts counts as nothing seen. */
export function parseSeen(text: string | null): SeenMarks {
  if (text === null) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return {};
    const marks = Object.entries(value).filter(
      (mark): mark is [string, string] => typeof mark[1] === 'string',
    );
    return Object.fromEntries(marks.slice(0, SEEN_MARKS_MAX));
  } catch {
    return {};
  }
}

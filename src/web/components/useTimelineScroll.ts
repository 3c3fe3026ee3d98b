import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { RefObject } from 'react';

/** Closer to the end than this counts as being there: about one line. */
const END_SLACK_PIXELS = 32;
/** A scroll that comes later than this after the last turn of the wheel or key is not the user's. */
const INTENT_MS_MAX = 1_000;
const SCROLL_KEYS: ReadonlySet<string> = new Set(['ArrowUp', 'PageUp', 'Home']);

export interface TimelineScroll {
  readonly atEnd: boolean;
  readonly toEnd: () => void;
  /** Something else is to be brought into sight: the list does not go to its end by itself any more. */
  readonly release: () => void;
}

/**
 * Keeps a scrolled list at its end while more is added, unless the user has scrolled up. What makes it go there all
 * the same: another `list`, and an own entry (`ownId`), because who writes wants to see it. Rows that are measured for
 * the first time move the list as well; only what follows a wheel, a touch, a key or the scroll bar counts as the user's.
 * A list whose end is not that of the room (`live` false) is kept nowhere.
 */
export function useTimelineScroll(
  scroller: RefObject<HTMLElement | null>,
  list: string,
  ownId: string | undefined,
  live: boolean,
): TimelineScroll {
  const [atEnd, setAtEnd] = useState(true);
  const sticking = useRef(true);

  const toEnd = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    element.scrollTop = element.scrollHeight;
    sticking.current = true;
    setAtEnd(true);
  }, [scroller]);

  const release = useCallback(() => {
    sticking.current = false;
    setAtEnd(false);
  }, []);

  const before = useRef<{
    readonly list: string;
    readonly ownId: string | undefined;
    readonly live: boolean;
  }>(undefined);
  useLayoutEffect(() => {
    const last = before.current;
    before.current = { list, ownId, live };
    if (!live) release();
    // An own entry is new only where the end was here before, too.
    else if (last?.list !== list || (last.live && ownId !== undefined && last.ownId !== ownId)) toEnd();
  }, [toEnd, release, list, ownId, live]);

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    let lastTop = element.scrollTop;
    let intentAt = -Infinity;
    const intent = (): void => {
      intentAt = performance.now();
    };
    const onKey = (event: KeyboardEvent): void => {
      if (SCROLL_KEYS.has(event.key)) intent();
    };
    const onScroll = (): void => {
      const distance = element.scrollHeight - element.scrollTop - element.clientHeight;
      const movedUp = element.scrollTop < lastTop;
      lastTop = element.scrollTop;
      if (distance < END_SLACK_PIXELS && live) sticking.current = true;
      else if (movedUp && performance.now() - intentAt < INTENT_MS_MAX) sticking.current = false;
      setAtEnd(sticking.current);
    };
    // Pictures, rows that are measured and the window's size change the height without any new entry.
    const observer = new ResizeObserver(() => {
      if (sticking.current) element.scrollTop = element.scrollHeight;
      else onScroll();
    });
    observer.observe(element);
    for (const child of element.children) observer.observe(child);
    const passive = { passive: true } as const;
    element.addEventListener('scroll', onScroll, passive);
    for (const type of ['wheel', 'touchmove', 'pointerdown'] as const)
      element.addEventListener(type, intent, passive);
    element.addEventListener('keydown', onKey);
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
      for (const type of ['wheel', 'touchmove', 'pointerdown'] as const)
        element.removeEventListener(type, intent);
      element.removeEventListener('keydown', onKey);
    };
  }, [scroller, list, live]);

  return { atEnd, toEnd, release };
}

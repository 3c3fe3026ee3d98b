import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { RefObject } from 'react';

/** Closer to the end than this counts as being there: about one line. */
const END_SLACK_PIXELS = 32;

export interface StickToEnd {
  readonly atEnd: boolean;
  readonly toEnd: () => void;
}

/**
 * Keeps a scrolled list at its end while more is added, unless the user has scrolled up. What makes it go there all
 * the same: another `list`, and an own entry (`ownId`), because who writes wants to see it.
 */
export function useStickToEnd(
  scroller: RefObject<HTMLElement | null>,
  list: string,
  ownId: string | undefined,
): StickToEnd {
  const [atEnd, setAtEnd] = useState(true);
  const sticking = useRef(true);

  const toEnd = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    element.scrollTop = element.scrollHeight;
    sticking.current = true;
    setAtEnd(true);
  }, [scroller]);

  useLayoutEffect(toEnd, [toEnd, list, ownId]);

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    let lastTop = element.scrollTop;
    const onScroll = (): void => {
      const distance = element.scrollHeight - element.scrollTop - element.clientHeight;
      // The event of our own scrolling may come after more was added below: only who moves up leaves the end.
      const movedUp = element.scrollTop < lastTop;
      lastTop = element.scrollTop;
      if (distance < END_SLACK_PIXELS) sticking.current = true;
      else if (movedUp) sticking.current = false;
      setAtEnd(sticking.current);
    };
    // Pictures and the window's size change the height without any new entry.
    const observer = new ResizeObserver(() => {
      if (sticking.current) element.scrollTop = element.scrollHeight;
      else onScroll();
    });
    observer.observe(element);
    for (const child of element.children) observer.observe(child);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, [scroller]);

  return { atEnd, toEnd };
}

import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { useApp, useWords } from '../context.tsx';
import type { WebWords } from '../../words/web.ts';
import { NO_MEMBERS } from '../state/state.ts';
import { typingAt } from '../state/typing.ts';
import { shownName } from '../text/names.ts';

/** Who is typing in the shown room; nothing where nobody is. It keeps its place, so that nothing moves. */
export function TypingLine(): ReactNode {
  const words = useWords();
  const until = useApp((state) => state.typing[state.room]);
  const { members } = useApp((state) => state.members[state.room] ?? NO_MEMBERS);
  const [now, setNow] = useState(0);
  const { ids, nextAt } = typingAt(until, Math.max(now, 0));
  useEffect(() => {
    const present = performance.now();
    setNow(present);
    const { nextAt: end } = typingAt(until, present);
    if (!Number.isFinite(end)) return undefined;
    const timer = setTimeout(() => setNow(performance.now()), end - present + 10);
    return () => clearTimeout(timer);
  }, [until, nextAt]);
  const names = ids.flatMap((id) => {
    const member = members.find((one) => one.id === id);
    return member === undefined || member.removed ? [] : [shownName(member.name)];
  });
  return (
    <p className="typing-line" role="status">
      <bdi>{typingText(names, words)}</bdi>
    </p>
  );
}

function typingText(names: readonly string[], words: WebWords): string {
  const [first, second] = names;
  if (first === undefined) return '';
  if (second === undefined) return words.typingOne(first);
  return names.length === 2 ? words.typingTwo(first, second) : words.typingMany;
}

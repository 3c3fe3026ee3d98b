import { useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { useWords } from '../context.tsx';
import { TEXT_FOLDED_CHARACTERS, TEXT_FOLDED_LINES } from '../limits.ts';
import { foldedText } from '../text/fold.ts';
import { parseMarkdown } from '../text/markdown.ts';
import { Markdown } from './Markdown.tsx';

/** A message's text; a very long one begins folded. */
export function FoldedText({ text }: { readonly text: string }): ReactNode {
  const words = useWords();
  const [open, setOpen] = useState(false);
  const folded = useMemo(() => foldedText(text, TEXT_FOLDED_CHARACTERS, TEXT_FOLDED_LINES), [text]);
  const shown = open || folded === undefined ? text : `${folded}…`;
  const blocks = useMemo(() => parseMarkdown(shown), [shown]);
  return (
    <>
      {blocks === undefined ? (
        <p className="message-text" dir="auto">
          {shown}
        </p>
      ) : (
        <div className="message-text markdown">
          <Markdown blocks={blocks} />
        </div>
      )}
      {folded === undefined ? null : (
        <button type="button" className="button small link-button" onClick={() => setOpen(!open)}>
          {open ? words.showLess : words.showAll}
        </button>
      )}
    </>
  );
}

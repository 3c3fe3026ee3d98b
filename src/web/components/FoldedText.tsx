import { useState } from 'react';
import type { ReactNode } from 'react';
import { useWords } from '../context.tsx';
import { TEXT_FOLDED_CHARACTERS, TEXT_FOLDED_LINES } from '../limits.ts';
import { foldedText } from '../text/fold.ts';

/** A message's text as it was written; a very long one begins folded. */
export function FoldedText({ text }: { readonly text: string }): ReactNode {
  const words = useWords();
  const [open, setOpen] = useState(false);
  const folded = foldedText(text, TEXT_FOLDED_CHARACTERS, TEXT_FOLDED_LINES);
  return (
    <>
      <p className="message-text" dir="auto">
        {open || folded === undefined ? text : `${folded}…`}
      </p>
      {folded === undefined ? null : (
        <button type="button" className="button small link-button" onClick={() => setOpen(!open)}>
          {open ? words.showLess : words.showAll}
        </button>
      )}
    </>
  );
}

/** Where words were found in a text, as the daemon says it: [start, end) in UTF-16 units, ascending. */
export type Highlights = readonly (readonly [number, number])[];

export interface Piece {
  readonly text: string;
  readonly found: boolean;
}

/**
 * The part of `text` around the first place, at most `charactersMax` long, in pieces that were found or not. Line breaks become
 * spaces; no piece begins or ends within a surrogate pair.
 */
export function excerptOf(text: string, highlights: Highlights, charactersMax: number): readonly Piece[] {
  const first = highlights[0]?.[0] ?? 0;
  // A third of it before the first word, so that one sees what it belongs to.
  const begin = text.length <= charactersMax ? 0 : wholeAt(text, Math.max(0, first - charactersMax / 3));
  const end = wholeAt(text, Math.min(text.length, begin + charactersMax));
  const pieces: Piece[] = [];
  const add = (from: number, to: number, found: boolean): void => {
    if (to > from) pieces.push({ text: text.slice(from, to).replaceAll(/\s+/g, ' '), found });
  };
  let at = begin;
  for (const [from, to] of highlights) {
    if (from < at || to > end) continue;
    add(at, from, false);
    add(from, to, true);
    at = to;
  }
  add(at, end, false);
  if (begin > 0) pieces.unshift({ text: '…', found: false });
  if (end < text.length) pieces.push({ text: '…', found: false });
  return pieces;
}

/** `index`, or one before it where it would cut a character in two. */
function wholeAt(text: string, index: number): number {
  const at = Math.floor(index);
  return /[\uDC00-\uDFFF]/.test(text[at] ?? '') ? at - 1 : at;
}

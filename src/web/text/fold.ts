/** The beginning of `text` that fits both bounds; undefined where all of it does. */
export function foldedText(text: string, charactersMax: number, linesMax: number): string | undefined {
  let end = Math.min(text.length, charactersMax);
  let lineStart = 0;
  for (let line = 0; line < linesMax; line++) {
    const lineEnd = text.indexOf('\n', lineStart);
    if (lineEnd < 0 || lineEnd >= end) return end < text.length ? wholeCharacters(text, end) : undefined;
    lineStart = lineEnd + 1;
  }
  end = Math.min(end, lineStart - 1);
  return wholeCharacters(text, end);
}

/** Never ends in the middle of a surrogate pair. */
function wholeCharacters(text: string, end: number): string {
  const last = text.charCodeAt(end - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? end - 1 : end);
}

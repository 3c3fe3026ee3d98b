/**
 * Text as it is searched. The tokenizer `unicode61` takes a run of Chinese, Japanese or Korean characters for one word, so
 * that a part of it is never found: with spaces around each such character, in what is searched and in what is asked
 * for alike, a word of two characters is a phrase of two tokens.
 */

/** Han, kana, hangul, bopomofo, and what is written among them. */
const CJK =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}々〆ー]/gu;

export function spaced(text: string): string {
  return text.replaceAll(CJK, ' $& ');
}

/** What the tokenizer drops around words. */
const EDGES = /^[^\p{L}\p{N}\p{Co}]+|[^\p{L}\p{N}\p{Co}]+$/gu;
/** Words of a query that are looked for; what comes after them is left out. */
export const QUERY_WORDS_MAX = 16;
/** Shorter beginnings of words would fit half of all that was ever said. */
const PREFIX_CHARACTERS_MIN = 3;

/** The words of a query, with what holds no letter or digit left out. */
export function queryWords(query: string): readonly string[] {
  const words = query.normalize('NFC').split(/\s+/u);
  return words
    .map((word) => word.replaceAll(EDGES, ''))
    .filter((word) => word !== '')
    .slice(0, QUERY_WORDS_MAX);
}

/** An FTS5 expression: every word, each as a phrase; the last one may be the beginning of a longer word. */
export function matchOf(words: readonly string[]): string {
  const phrases = words.map((word, index) => {
    const phrase = `"${spaced(word).replaceAll('"', '""').trim()}"`;
    const mayGoOn = index === words.length - 1 && word.length >= PREFIX_CHARACTERS_MIN && !CJK_END.test(word);
    return mayGoOn ? `${phrase} *` : phrase;
  });
  return phrases.join(' AND ');
}

const CJK_END = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]$/u;

/** Highlights of one text that are told. */
const HIGHLIGHTS_MAX = 64;

/** Where the words stand in a text: pairs of UTF-16 positions, ascending, not overlapping. */
export function highlights(text: string, words: readonly string[]): readonly (readonly [number, number])[] {
  const { folded, positions } = fold(text);
  const found: [number, number][] = [];
  for (const word of words) {
    const wanted = fold(word).folded;
    if (wanted === '') continue;
    for (let at = folded.indexOf(wanted); at >= 0; at = folded.indexOf(wanted, at + wanted.length)) {
      if (!beginsWord(folded, at)) continue;
      found.push([positions[at] ?? 0, positions[at + wanted.length] ?? text.length]);
      if (found.length >= HIGHLIGHTS_MAX * words.length) break;
    }
  }
  found.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  const merged: [number, number][] = [];
  for (const [from, to] of found) {
    const last = merged.at(-1);
    if (last !== undefined && from < last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged.slice(0, HIGHLIGHTS_MAX);
}

/** Without case and diacritics, with the place in the text of each unit of the result. */
function fold(text: string): { readonly folded: string; readonly positions: readonly number[] } {
  let folded = '';
  const positions: number[] = [];
  let at = 0;
  for (const character of text) {
    const plain = character.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
    for (let unit = 0; unit < plain.length; unit++) positions.push(at);
    folded += plain;
    at += character.length;
  }
  positions.push(at);
  return { folded, positions };
}

/** A Latin word counts from its beginning on; Chinese has none. */
function beginsWord(text: string, at: number): boolean {
  if (at === 0) return true;
  const before = text.slice(at - 1, at);
  const first = text.slice(at, at + 1);
  return !/[\p{L}\p{N}]/u.test(before) || before.search(CJK) >= 0 || first.search(CJK) >= 0;
}

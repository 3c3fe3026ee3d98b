/**
 * Names that people could take for each other. Two names are the same where nothing that is seen differs; they look
 * alike where their skeletons are equal, after Unicode's TR39 §4 (confusable detection): each name is folded and every
 * character replaced by the plainest one that looks like it. The table is a small part of Unicode's confusables.txt:
 * Greek, Cyrillic and a few others against Latin; full width, mathematical and ligature forms fall to NFKC. It errs
 * towards alike, because a warning costs less than an impostor.
 */
export type Likeness = 'same' | 'look-alike' | 'different';

export function likenessOf(a: string, b: string): Likeness {
  if (foldName(a) === foldName(b)) return 'same';
  return nameSkeleton(a) === nameSkeleton(b) ? 'look-alike' : 'different';
}

/** One text for all spellings of a name that cannot be told apart: NFKC, one case, nothing unseen, single spaces. */
export function foldName(name: string): string {
  return fold(name.replaceAll(UNSEEN, ''));
}

/** One text for all names that look like this one. Not for showing to anybody. */
export function nameSkeleton(name: string): string {
  // What is unseen goes again after NFKC, which makes soft hyphens and fillers out of other characters.
  const folded = fold(name.replaceAll(UNSEEN, '')).replaceAll(UNSEEN, '');
  let skeleton = '';
  for (const character of folded.normalize('NFD')) skeleton += LOOKS_LIKE.get(character) ?? character;
  for (const [pair, one] of PAIRS) skeleton = skeleton.replaceAll(pair, one);
  return skeleton.replaceAll(/[\s.,'`_-]/g, '');
}

/**
 * Both names with what differs between them shown as code points, `U+0430`, and what is unseen always. Where a name is
 * the beginning of the other one, the rest is what differs.
 */
export function showDifference(a: string, b: string): readonly [string, string] {
  const [left, right] = [Array.from(a), Array.from(b)];
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start++;
  let end = 0;
  const rest = Math.min(left.length, right.length) - start;
  while (end < rest && left.at(-1 - end) === right.at(-1 - end)) end++;
  const shown = (characters: readonly string[]): string =>
    characters
      .map((character, i) => {
        const isCommon = i < start || i >= characters.length - end;
        return isCommon && !isUnseen(character) ? character : codePoint(character);
      })
      .join('');
  return [shown(left), shown(right)];
}

/** `[U+0430]`. */
function codePoint(character: string): string {
  const digits = (character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0');
  return `[U+${digits}]`;
}

/**
 * What takes no room or changes only how others are shown: controls, format characters (zero width, bidirectional), lone
 * surrogates, private use, separators of lines, all that Unicode calls ignorable (variation selectors, Hangul fillers, the
 * grapheme joiner), and the blank Braille pattern.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;

const isUnseen = (character: string): boolean => character.replaceAll(UNSEEN, '') === '';

/** Upper case first: it takes ß to SS, dotless ı to I and final ς to Σ, so that lower case then is one for all. */
function fold(name: string): string {
  return name
    .normalize('NFKC')
    .toUpperCase()
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .normalize('NFKC')
    .replaceAll(/\s+/gu, ' ')
    .trim();
}

/** Plain Latin, and what looks like it in lower or upper case (folding loses which it was). */
const ALIKE: Readonly<Record<string, string>> = {
  a: 'аαɑ',
  b: 'вβьɓ',
  c: 'сϲⅽᴄ',
  d: 'ԁɗժ',
  e: 'еεєɛҽ℮',
  f: 'ƒғϝſ',
  g: 'ɡցɢ',
  h: 'һнηɦհ',
  j: 'јϳյ',
  k: 'кκқ',
  l: 'i1|ıіιɩӏӀǀ∣׀ⅼɪ!',
  m: 'мμ',
  n: 'пոռν',
  o: '0оοσօ๐໐〇○',
  p: 'рρթ',
  q: 'ԛգզ',
  r: 'гɍꭇ',
  s: 'ѕꜱԑ5$',
  t: 'тτ',
  u: 'υսʋ',
  v: 'ѵⅴ∨',
  w: 'ԝшωѡɯ',
  x: 'хχ×',
  y: 'уγүʏყ',
  z: 'ᴢζ',
  // What Chinese readers confuse: CJK strokes and their Latin or kana doubles.
  '-': '‐‑‒–',
  一: 'ー—―−',
  口: '囗ロ',
  工: 'エ',
  力: 'カ',
  八: 'ハ',
  二: 'ニ',
  夕: 'タ',
  卜: 'ト',
  才: 'オ',
  日: '曰',
  己: '已巳',
  未: '末',
  土: '士',
  人: '入',
};

const LOOKS_LIKE = new Map<string, string>(
  Object.entries(ALIKE).flatMap(([plain, others]) => Array.from(others, (other) => [other, plain] as const)),
);

/** Two letters that look like one; after single characters, so that `гn` counts as well. */
const PAIRS: readonly (readonly [string, string])[] = [
  ['rn', 'm'],
  ['vv', 'w'],
  ['uu', 'w'],
  ['cl', 'd'],
];

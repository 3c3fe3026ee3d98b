import { describe, expect, test } from 'vitest';
import { webWords } from '../../words/web.ts';
import { compareNames } from './difference.ts';
import { formatUntil } from './format.ts';
import { draftOf, historyOf, historyText } from './history.ts';
import { inviteForm } from './invite.ts';
import { qrPicture } from './qr.ts';

/** A compared name as one text: what differs in brackets. */
const told = (name: string, other: string): string =>
  compareNames(name, other)
    .map(({ text, code }) => (code === undefined ? text : `[${text}${code}]`))
    .join('');

describe('two names', () => {
  test.each([
    ['Heron', 'Heron', 'Heron'],
    ['Her\u043En', 'Heron', 'Her[\u043EU+043E]n'],
    ['Heron', 'Her\u043En', 'Her[oU+006F]n'],
    ['Her\u200Bon', 'Heron', 'Her[U+200B]on'],
    ['\u202Eevil', '\u202Eevil', '[U+202E]evil'],
    ['Heron', '', '[HU+0048][eU+0065][rU+0072][oU+006F][nU+006E]'],
    ['', 'Heron', ''],
    ['a\u{1F426}', 'a', 'a[\u{1F426}U+1F426]'],
    ['Mr Heron', 'Mr Heron', 'Mr Heron'],
    ['Heronn', 'Heron', 'Heron[nU+006E]'],
  ])('%j beside %j is told as %j', (name, other, text) => {
    expect(told(name, other)).toBe(text);
  });

  test('of any length are compared within bounds', () => {
    expect(compareNames('x'.repeat(100_000), 'y'.repeat(100_000)).length).toBeLessThan(100);
  });
});

describe('what is pasted as an invite', () => {
  test.each([
    ['STARLING:JOIN/7ZK2M4QX9TB3H8VD5WNC6RJP1FGS0YEA', 'link'],
    ['  <starling:join/7zk2-m4qx>. ', 'link'],
    ['anchor velvet marble island pepper cruise', 'words'],
    ['1. Anchor, 2. Velvet\n3. Marble 4. Island 5. Pepper 6. Cruise', 'words'],
    ['anchor velvet marble island pepper', undefined],
    ['lobby', undefined],
    ['https://example.org/', undefined],
    ['', undefined],
  ])('%j is %s', (pasted, form) => {
    expect(inviteForm(pasted)).toBe(form);
  });
});

describe('a code', () => {
  test('is drawn run by run, with its margin', () => {
    expect(qrPicture(['110', '000', '011'])).toEqual({
      size: 11,
      path: 'M4 4h2v1h-2zM5 6h2v1h-2z',
    });
  });

  test.each([[[]], [['10']], [['1x', '00']], [['"><', '000', '000']]])('is not drawn from %j', (rows) => {
    expect(qrPicture(rows)).toBeUndefined();
  });
});

describe('what newcomers may read', () => {
  test.each(['0', '', '1.5', '-3', '3651', '1e3'])('is not %j days', (days) => {
    expect(historyOf({ kind: 'days', days })).toBeUndefined();
  });

  test('is chosen and said', () => {
    expect(historyOf({ kind: 'days', days: ' 30 ' })).toEqual({ kind: 'days', days: 30 });
    expect(historyOf(draftOf({ kind: 'since-joining' }))).toEqual({ kind: 'since-joining' });
    expect(historyText({ kind: 'days', days: 30 }, webWords.en)).toContain('30 days');
  });
});

test('an invite’s end has a day only where it is not today', () => {
  const noon = new Date(2026, 10, 26, 12, 0).getTime();
  expect(formatUntil(noon + 3_600_000, noon, 'en-GB')).toBe('13:00');
  expect(formatUntil(noon + 86_400_000, noon, 'en-GB')).toBe('Fri 27 Nov, 12:00');
  expect(formatUntil(1e300, noon, 'en-GB')).toBe('');
});

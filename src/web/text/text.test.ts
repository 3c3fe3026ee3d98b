import { describe, expect, test } from 'vitest';
import { webWords } from '../../words/web.ts';
import { foldedText } from './fold.ts';
import { formatAge, formatBytes, formatTime, isoTime, shareDone } from './format.ts';
import { chooseLanguage } from './language.ts';
import { hueOf, initialOf, nameFault, shownName } from './names.ts';
import { noticeText } from './notice.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_400, '1.4 kB'],
  [999_499, '999 kB'],
  [999_500, '1 MB'],
  [20_000_000, '20 MB'],
  [5e15, '5,000 TB'],
])('%d bytes read as %s', (bytes, text) => {
  expect(formatBytes(bytes, 'en-GB')).toBe(text);
});

test.each([
  [0, 'just now'],
  [12_000, '12 s ago'],
  [59_600, '1 min ago'],
  [7_200_000, '2 h ago'],
])('%d ms ago reads as %s', (age, text) => {
  expect(formatAge(age, webWords.en)).toBe(text);
});

describe('a time', () => {
  const noon = new Date(2026, 10, 23, 12, 0).getTime();
  test('of today has no day', () => {
    expect(formatTime(new Date(2026, 10, 23, 9, 5).getTime(), noon, 'en-GB')).toBe('09:05');
  });
  test('of another day has one', () => {
    expect(formatTime(new Date(2026, 10, 22, 13, 5).getTime(), noon, 'en-GB')).toBe('22 Nov, 13:05');
  });
  test('that is no date is left out', () => {
    expect(formatTime(1e300, noon, 'en-GB')).toBe('');
    expect(isoTime(1e300)).toBeUndefined();
  });
});

test('a file without bytes is done at once, and no share leaves 0 to 1', () => {
  expect([shareDone(0, 0), shareDone(5, 10), shareDone(11, 10), shareDone(-1, 10)]).toEqual([1, 0.5, 1, 0]);
});

test.each([
  ['auto', ['fr-FR', 'zh-TW', 'en'], 'zh'],
  ['auto', ['fr', 'de'], 'en'],
  ['auto', [], 'en'],
  ['en', ['zh-CN'], 'en'],
] as const)('the setting %s with the browser at %j speaks %s', (setting, preferred, language) => {
  expect(chooseLanguage(setting, preferred)).toBe(language);
});

describe('names', () => {
  test.each([
    ['wren', 'W'],
    ['  王芳', '王'],
    ['🐦 finch', 'F'],
    ['🐦', '·'],
    ['', '·'],
    ['\u202eevil', 'E'],
  ])('%j has the initial %j', (name, initial) => {
    expect(initialOf(name)).toBe(initial);
  });

  test('a huge one is cut before it is rendered', () => {
    expect(shownName('x'.repeat(10_000)).length).toBeLessThan(250);
  });

  test('a hue is one whatever the id is', () => {
    expect(hueOf('ffff')).toBeLessThan(361);
    expect(hueOf('no hex')).toBe(0);
  });

  test('an own one is bounded in bytes, not in characters', () => {
    expect(nameFault(' \t', 64)).toBe('empty');
    expect(nameFault('鸟'.repeat(21), 64)).toBeUndefined();
    expect(nameFault('鸟'.repeat(22), 64)).toBe('too-long');
  });
});

describe('a long text is folded', () => {
  test('by characters', () => {
    expect(foldedText('x'.repeat(11), 10, 5)).toBe('x'.repeat(10));
    expect(foldedText('x'.repeat(10), 10, 5)).toBeUndefined();
  });
  test('by lines', () => {
    expect(foldedText('a\nb\nc\nd', 100, 3)).toBe('a\nb\nc');
    expect(foldedText('a\nb\nc', 100, 3)).toBeUndefined();
  });
  test('never within a surrogate pair', () => {
    expect(foldedText('aa🐦', 3, 5)).toBe('aa');
  });
});

describe('a notice', () => {
  const problem = { kind: 'problem', message: 'in the words of the daemon', values: {} } as const;
  test('of a code that this page does not know uses the daemon’s own words', () => {
    expect(noticeText({ ...problem, code: 'from-the-future' }, 'zh').title).toBe(problem.message);
  });
  test('of an upload names the file first', () => {
    const about = { act: 'upload', name: 'a.txt' } as const;
    const text = noticeText({ ...problem, code: 'upload-space', values: { name: 'a.txt' }, about }, 'en');
    expect(text.title).toBe('a.txt was not sent.');
    expect(text.text).toContain('does not fit');
  });
});

test('both languages have a word for every reason and problem', () => {
  expect(Object.keys(webWords.zh.reasons)).toEqual(Object.keys(webWords.en.reasons));
  expect(Object.keys(webWords.zh.problems)).toEqual(Object.keys(webWords.en.problems));
});

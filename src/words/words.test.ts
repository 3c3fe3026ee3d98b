import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fill, languageOf, localeFrom, PROBLEM_CODES, problemLine, problemWords } from './index.ts';

const names = (text: string): string[] =>
  [...text.matchAll(/\{([a-zA-Z]+)\}/g)].map((m) => m[1] ?? '').sort();

test('both languages of a problem use the same values', () => {
  for (const code of PROBLEM_CODES) {
    const en = Object.values(problemWords(code, {}, 'en')).join(' ');
    const zh = Object.values(problemWords(code, {}, 'zh')).join(' ');
    expect(new Set(names(zh)), code).toEqual(new Set(names(en)));
  }
});

test('Chinese has its own punctuation', () => {
  const files = readdirSync(import.meta.dirname).filter((name) => !name.includes('.test.'));
  const lines = files.flatMap((name) => readFileSync(join(import.meta.dirname, name), 'utf8').split('\n'));
  const han = String.raw`[\u4e00-\u9fff]`;
  const mixed = new RegExp(`${han}[,;:?!()]|[,;:?!()]${han}`, 'u');
  expect(lines.filter((line) => mixed.test(line))).toEqual([]);
});

test('an unknown code is named, not swallowed', () => {
  expect(problemLine('no-such-code', {}, 'en')).toContain('no-such-code');
});

test('values are put in once and never re-read', () => {
  expect(fill('{a} {b}', { a: '{b}', b: 'x' })).toBe('{b} x');
  expect(fill('{toString}', {})).toBe('{toString}');
});

test.each([
  ['zh_CN.UTF-8', 'zh'],
  ['zh', 'zh'],
  ['zh-Hant', 'zh'],
  ['zha', 'en'],
  ['en_US.UTF-8', 'en'],
  [undefined, 'en'],
])('the locale %s means %s', (locale, language) => {
  expect(languageOf(locale)).toBe(language);
});

test('LC_ALL wins over LANG, and an empty one counts for nothing', () => {
  expect(localeFrom({ LC_ALL: 'zh_CN', LANG: 'en_US' })).toBe('zh_CN');
  expect(localeFrom({ LC_ALL: '', LANG: 'en_US' })).toBe('en_US');
});

import { describe, expect, test } from 'vitest';
import { isEmoji } from './emoji.ts';
import { excerptOf } from './excerpt.ts';
import { exportPath } from './export-path.ts';
import { dayOf, isSearch, searchOf } from './search.ts';

const shown = (pieces: ReturnType<typeof excerptOf>): string =>
  pieces.map(({ text, found }) => (found ? `[${text}]` : text)).join('');

describe('an excerpt', () => {
  test('has the found words marked, and is around the first of them', () => {
    expect(
      shown(
        excerptOf(
          'the pump is a pump',
          [
            [4, 8],
            [14, 18],
          ],
          100,
        ),
      ),
    ).toBe('the [pump] is a [pump]');
    const far = `${'x '.repeat(500)}pump${' y'.repeat(500)}`;
    const excerpt = shown(excerptOf(far, [[1000, 1004]], 60));
    expect(excerpt).toMatch(/^….*\[pump\].*…$/);
    expect(excerpt.length).toBeLessThan(70);
  });

  test('breaks no line and cuts no character in two', () => {
    expect(shown(excerptOf('a\n\n\tb', [], 100))).toBe('a b');
    for (let length = 1; length < 12; length++) {
      const text = shown(excerptOf('👋👋👋👋👋👋', [[8, 10]], length));
      expect(/\p{Cs}/u.test(text), `${length}: ${text}`).toBe(false);
    }
  });

  test('bears places that are not in it', () => {
    expect(
      shown(
        excerptOf(
          'short',
          [
            [2, 3],
            [1, 2],
            [90, 95],
          ],
          100,
        ),
      ),
    ).toBe('sh[o]rt');
  });
});

describe('a search', () => {
  test('is one where anything is asked for', () => {
    expect(isSearch({ query: '  ', everywhere: false })).toBe(false);
    expect(isSearch({ query: '', everywhere: true, since: '' })).toBe(false);
    expect(isSearch({ query: '', everywhere: true, kind: 'file' })).toBe(true);
  });

  test('means whole days', () => {
    const { since, until } = searchOf(
      { query: '', everywhere: true, since: '2026-03-01', until: '2026-03-01' },
      'x',
    );
    expect((until ?? 0) - (since ?? 0)).toBe(86_399_999);
    expect(searchOf({ query: ' a ', everywhere: false }, 'plans')).toEqual({ query: 'a', room: 'plans' });
    expect(dayOf('yesterday')).toBeUndefined();
  });
});

test('an export has a name that every system takes, beside what was received', () => {
  const now = new Date(2026, 10, 26, 9, 5, 7);
  expect(exportPath('/home/a/Downloads/', 'lob/by: ../x', 'html', now)).toBe(
    '/home/a/Downloads/Starling lob_by_ ___x 2026-11-26 09-05-07.html',
  );
  expect(exportPath('C:\\Users\\a', '甲板', 'jsonl', now)).toBe(
    'C:\\Users\\a\\Starling 甲板 2026-11-26 09-05-07.jsonl',
  );
});

test.each([
  ['👍', true],
  ['👨‍👩‍👧‍👦', true],
  ['🇨🇭', true],
  ['3️⃣', true],
  ['', false],
  ['ok', false],
  ['👍👍', false],
  ['👍 ', false],
])('%j is one emoji: %s', (text, expected) => {
  expect(isEmoji(text)).toBe(expected);
});

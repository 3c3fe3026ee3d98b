import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldName, likenessOf, nameSkeleton, showDifference } from './look-alikes.ts';

const anyText = fc
  .array(fc.oneof(fc.nat(0x10ffff), fc.nat(0x24f)), { maxLength: 20 })
  .map((points) => String.fromCodePoint(...points));

describe('the same name', () => {
  test.each([
    ['Anna', 'anna'],
    ['Anna', ' Anna '],
    ['Anna', 'An\u200bna'],
    ['Anna', '\u202eAnna\u202c'],
    ['Anna', 'Ａｎｎａ'],
    ['Anna', 'An\u00adna'],
    ['José', 'Jose\u0301'],
    ['Straße', 'STRASSE'],
    ['ΟΔΟΣ', 'οδος'],
    ['Anna Li', 'anna\u00a0 li'],
    ['ﬁnch', 'finch'],
    ['李雷', '李\ufe0f雷'],
    ['⾦', '金'],
  ])('%s and %s', (a, b) => {
    expect(likenessOf(a, b)).toBe('same');
  });
});

describe('names that look alike', () => {
  test.each([
    ['Anna', 'Аnna'],
    ['paypal', 'рауpal'],
    ['Bill', 'BiIl'],
    ['Bill', 'B1ll'],
    ['Bob', 'B0b'],
    ['Martin', 'Rnartin'.replace('R', 'r')],
    ['NIKOS', 'ΝΙΚΟΣ'.replace('Σ', 'S')],
    ['Walter', 'VValter'],
    ['Anna', 'Anna.'],
    ['Anna Li', 'Anna_Li'],
    ['日本', '曰本'],
    ['王力', '王カ'],
    ['王一', '王—'],
    ['Anna-Li', 'Anna–Li'],
    ['admin', 'ɑdmin'],
    ['claus', 'daus'],
  ])('%s and %s', (a, b) => {
    expect(likenessOf(a, b)).toBe('look-alike');
  });
});

describe('different names', () => {
  test.each([
    ['Anna', 'Anne'],
    ['José', 'Jose'],
    ['李雷', '李蕾'],
    ['Finch', 'Wren'],
    ['Anna', 'Anna 2'],
    ['韩梅梅', '韩梅'],
    ['王一', '王'],
    ['', 'a'],
  ])('%s and %s', (a, b) => {
    expect(likenessOf(a, b)).toBe('different');
  });
});

test('likeness holds both ways, for itself, and through unseen characters; folding twice changes nothing', () => {
  fc.assert(
    fc.property(anyText, anyText, fc.nat(20), (a, b, at) => {
      expect(likenessOf(a, a)).toBe('same');
      expect(likenessOf(a, b)).toBe(likenessOf(b, a));
      expect(foldName(foldName(a))).toBe(foldName(a));
      const points = Array.from(a);
      const padded = [...points.slice(0, at), '\u2060', ...points.slice(at)].join('');
      expect(nameSkeleton(padded)).toBe(nameSkeleton(a));
      if (likenessOf(a, b) === 'same') expect(nameSkeleton(a)).toBe(nameSkeleton(b));
    }),
    { numRuns: 500 },
  );
});

test('the difference is shown as code points, and what is common as it is', () => {
  expect(showDifference('Anna', 'Аnna')).toEqual(['[U+0041]nna', '[U+0410]nna']);
  expect(showDifference('Anna', 'An\u200bna')).toEqual(['Anna', 'An[U+200B]na']);
  expect(showDifference('\u202eAnna', '\u202eAnnb')).toEqual(['[U+202E]Ann[U+0061]', '[U+202E]Ann[U+0062]']);
  expect(showDifference('Anna', 'Anna')).toEqual(['Anna', 'Anna']);
  expect(showDifference('aa', 'a')).toEqual(['a[U+0061]', 'a']);
  expect(showDifference('李雷', '李😀')).toEqual(['李[U+96F7]', '李[U+1F600]']);
  fc.assert(
    fc.property(anyText, anyText, (a, b) => {
      const [left, right] = showDifference(a, b);
      if (a !== b && !/[[\]U+]/.test(a + b)) expect(left).not.toBe(right);
    }),
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { collisionKey, nameFault, portableName, TakenNames } from './names.ts';

const runs = { numRuns: 10_000 };
const anyName = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: fc.constantFrom('.', ' ', '/', '\\', ':', 'a', 'e\u0301', '\u202e', '\u200d', '\0') }),
  fc.constantFrom('CON', 'nul.txt', 'COM¹', 'lpt9 .x', '..', '.', '', 'C:', '/etc', '.git'),
);

test('whatever a name is, the portable one may stand in a pack, and is its own portable one', () => {
  fc.assert(
    fc.property(anyName, (name) => {
      const portable = portableName(name);
      expect(nameFault(portable)).toBeUndefined();
      expect(new TextEncoder().encode(portable).length).toBeLessThanOrEqual(255);
      expect(portable).not.toMatch(/[/\\\0]/);
      expect(['', '.', '..']).not.toContain(portable);
    }),
    runs,
  );
});

test.each([
  ['..', 'path-leads-out'],
  ['.', 'path-leads-out'],
  ['../../.bashrc', 'path-leads-out'],
  ['a\\..\\b', 'path-leads-out'],
  ['/etc/passwd', 'path-absolute'],
  ['\\\\server\\share', 'path-absolute'],
  ['C:', 'path-absolute'],
  ['c:evil.exe', 'path-absolute'],
  ['CON', 'name-reserved'],
  ['aux.c', 'name-reserved'],
  ['LPT1 .txt', 'name-reserved'],
  ['', 'name-unsafe'],
  ['a/b', 'name-unsafe'],
  ['a\\b', 'name-unsafe'],
  ['trailing.', 'name-unsafe'],
  ['trailing ', 'name-unsafe'],
  [' leading', 'name-unsafe'],
  ['file.txt:stream', 'name-unsafe'],
  ['photo\u202egpj.exe', 'name-unsafe'],
  ['line\nbreak', 'name-unsafe'],
  ['e\u0301', 'name-unsafe'],
  ['\u200d', 'name-unsafe'],
])('%j is refused: %s', (name, fault) => expect(nameFault(name)).toBe(fault));

test.each(['.git', '.env', '...x', 'a b', '照片', '👩‍👩‍👧', 'console', 'a.b.c', '-rf', '~'])(
  '%j is taken as it is',
  (name) => {
    expect(nameFault(name)).toBeUndefined();
    expect(portableName(name)).toBe(name);
  },
);

test('names that are one name on some system have one key', () => {
  expect(collisionKey('README')).toBe(collisionKey('Readme'));
  expect(collisionKey('e\u0301')).toBe(collisionKey('\u00c9'));
  expect(collisionKey('.g\u200dit')).toBe(collisionKey('.git'));
  expect(collisionKey('ς')).toBe(collisionKey('Σ'));
  expect(collisionKey('a')).not.toBe(collisionKey('b'));
});

test('a taken name is numbered before its extension, however long it is', () => {
  const names = new TakenNames();
  expect(
    ['makefile', 'Makefile (2)', 'MAKEFILE', 'makefile', 'a.txt', 'A.txt', 'b'].map((one) => names.take(one)),
  ).toEqual(['makefile', 'Makefile (2)', 'MAKEFILE (3)', 'makefile (4)', 'a.txt', 'A (2).txt', 'b']);
  fc.assert(
    fc.property(fc.array(anyName, { maxLength: 6 }), (given) => {
      const names = new TakenNames();
      const keys = new Set<string>();
      for (const name of [...given, ...given]) {
        const taken = names.take(name);
        expect(nameFault(taken)).toBeUndefined();
        expect(keys.has(collisionKey(taken))).toBe(false);
        keys.add(collisionKey(taken));
      }
    }),
    { numRuns: 1000 },
  );
});

test('a hundred thousand of one name take no longer than as many of different ones', () => {
  const names = new TakenNames();
  for (let i = 0; i < 100_000; i++) names.take('\u200b');
  expect(names.take('_')).toBe('_ (100001)');
});

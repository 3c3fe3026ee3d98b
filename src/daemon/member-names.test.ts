import { expect, test } from 'vitest';
import { resolveMember } from './member-names.ts';

const finch = { id: 'abc0'.padEnd(32, '1'), name: 'Finch' };
const wren = { id: 'abd0'.padEnd(32, '2'), name: 'Wren' };
const other = { id: 'dead'.padEnd(32, '3'), name: 'Finch' };
const named = { id: '0123'.padEnd(32, '4'), name: 'abc' };

test('a name, a unique beginning of an id in either case, and a whole id', () => {
  expect(resolveMember([finch, wren], 'Wren')).toEqual({ ok: true, value: wren });
  expect(resolveMember([finch, wren], 'ABC')).toEqual({ ok: true, value: finch });
  expect(resolveMember([finch, other], other.id)).toEqual({ ok: true, value: other });
});

test('two of one name are ambiguous, and both ids are listed', () => {
  const found = resolveMember([finch, wren, other], 'Finch');
  expect(found).toEqual({
    ok: false,
    error: { code: 'member-ambiguous', ids: 'abc011111111 (Finch), dead33333333 (Finch)' },
  });
});

test('a name that is the beginning of an id of somebody else is ambiguous', () => {
  expect(resolveMember([finch, named], 'abc').ok).toBe(false);
});

test('an empty text, or nobody of that name, is nobody', () => {
  expect(resolveMember([finch], '')).toEqual({ ok: false, error: { code: 'member-unknown' } });
  expect(resolveMember([finch], 'Heron')).toEqual({ ok: false, error: { code: 'member-unknown' } });
});

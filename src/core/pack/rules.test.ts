import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FILE_BYTES_MAX } from '../limits.ts';
import type { PackRefusal } from './fault.ts';
import { decodeManifest, encodeManifest } from './manifest.ts';
import type { PackEntry } from './manifest.ts';
import { TakenNames } from './names.ts';
import { manifestFault, pathOf } from './rules.ts';

const folder = (name: string, parent = 0): PackEntry => ({ kind: 'folder', parent, name, modifiedAt: 0 });
const file = (name: string, parent = 0, size = 0): PackEntry => ({
  kind: 'file',
  parent,
  name,
  modifiedAt: 0,
  size,
  executable: false,
});
const link = (name: string, parent: number, target: number): PackEntry => ({
  kind: 'link',
  parent,
  name,
  target,
});
const faultOf = (entries: readonly PackEntry[], size?: number) => {
  const content = entries.reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.size : 0), 0);
  return manifestFault({ modifiedAt: 0, entries }, { size: size ?? content + 10, manifestBytes: 10 });
};
/** 41 of them and the separators between are 1024. */
const NAME = 'x'.repeat(24);
const nested = (depth: number, name: string): PackEntry[] =>
  Array.from({ length: depth }, (_, index) => folder(name, index));

describe('what is refused, and where', () => {
  test.each<[string, PackEntry[], PackRefusal, string]>([
    ['a way up', [folder('a'), file('..', 1)], 'path-leads-out', 'a/..'],
    ['a way up in a name', [file('../../x')], 'path-leads-out', '../../x'],
    ['an absolute path', [file('/etc/cron.d/x')], 'path-absolute', '/etc/cron.d/x'],
    ['a drive', [folder('C:')], 'path-absolute', 'C:'],
    ['a device', [folder('a'), file('nul.txt', 1)], 'name-reserved', 'a/nul.txt'],
    ['a name of many parts', [file('a/b')], 'name-unsafe', 'a/b'],
    ['the same name twice', [file('a'), file('a')], 'names-collide', 'a'],
    ['names that differ in case', [file('Readme'), file('README')], 'names-collide', 'README'],
    ['a file and a folder of one name', [file('a'), folder('A'), file('b', 2)], 'names-collide', 'A'],
    ['names that differ in invisible joiners', [file('a\u200db'), file('ab')], 'names-collide', 'ab'],
    ['a file in a file', [file('a'), file('b', 1)], 'parent-not-folder', 'a/b'],
    ['a file in a link', [folder('a'), link('b', 0, 1), file('c', 2)], 'parent-not-folder', 'b/c'],
    ['an entry before its folder', [file('a', 2), folder('b')], 'malformed', ''],
    ['a link to nothing', [link('a', 0, 2)], 'link-leads-out', 'a'],
    ['a link to itself', [link('a', 0, 1)], 'link-leads-out', 'a'],
    ['a link to a link', [file('f'), link('a', 0, 1), link('b', 0, 2)], 'link-leads-out', 'b'],
    ['65 folders deep', nested(65, 'd'), 'too-deep', Array(65).fill('d').join('/')],
    [
      'a path of 1025 bytes',
      [...nested(40, NAME), file(`${NAME}y`, 40)],
      'path-too-long',
      `${`${NAME}/`.repeat(40)}${NAME}y`,
    ],
    ['more bytes than any file has', [file('a', 0, FILE_BYTES_MAX), file('b', 0, 1)], 'size-mismatch', 'b'],
  ])('%s', (_, entries, reason, path) => expect(faultOf(entries)).toEqual({ reason, path }));

  test('sizes that lie', () => {
    const entries = [file('a', 0, 100), folder('b'), file('c', 2, 5)];
    expect(faultOf(entries, 115)).toBeUndefined();
    expect(faultOf(entries, 114)).toEqual({ reason: 'size-mismatch', path: '' });
    expect(faultOf(entries, 116)).toEqual({ reason: 'size-mismatch', path: '' });
  });

  test('up to the bounds all is well', () => {
    expect(faultOf(nested(64, 'd'))).toBeUndefined();
    expect(faultOf(nested(41, NAME))).toBeUndefined();
    expect(faultOf([folder('.git'), link('here', 1, 0), link('there', 1, 1), file('a', 1)])).toBeUndefined();
  });
});

test('no manifest that is let through has a path that leads out, or two that are one', () => {
  const name = fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom('..', 'a', 'A', '/', 'C:x', 'a/..'));
  const entry = fc.record({ name, parent: fc.nat(6), kind: fc.nat(2), target: fc.nat(8) });
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 8 }), (drafts) => {
      const entries = drafts.map(({ name, parent, kind, target }, index) => {
        const above = Math.min(parent, index);
        return kind === 0 ? folder(name, above) : kind === 1 ? file(name, above) : link(name, above, target);
      });
      const bytes = encodeManifest({ modifiedAt: 0, entries });
      const decoded = decodeManifest(bytes);
      expect(decoded.ok).toBe(true);
      if (faultOf(entries) !== undefined) return;
      const paths = entries.map((_, index) => pathOf(entries, index + 1));
      expect(new Set(paths.map((path) => path.toLowerCase())).size).toBe(paths.length);
      for (const path of paths)
        expect(path.split('/').some((part) => part === '' || part === '..')).toBe(false);
      for (const path of paths) expect(path).not.toMatch(/^([A-Za-z]:|[/\\])|\\/);
    }),
    { numRuns: 10_000 },
  );
});

test('what a sender makes of any names is let through', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 30 }), { maxLength: 20 }), (names) => {
      const taken = new TakenNames();
      const entries = names.map((name) => file(taken.take(name)));
      expect(faultOf(entries)).toBeUndefined();
    }),
    { numRuns: 2000 },
  );
});

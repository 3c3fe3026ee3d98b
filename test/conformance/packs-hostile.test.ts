/** Packs that somebody made to do harm: refused with a reason, and nothing of them is left. */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { err } from '../../src/base/result.ts';
import { encodeManifest } from '../../src/core/pack/manifest.ts';
import type { PackEntry } from '../../src/core/pack/manifest.ts';
import { closeScene, downloads, noise, openScene, receive, refused } from './pack-scene.ts';

beforeEach(openScene);
afterEach(closeScene);

describe('hostile packs', () => {
  const file = (name: string, parent = 0, size = 0, hash?: Uint8Array): PackEntry => ({
    kind: 'file',
    parent,
    name,
    modifiedAt: 0,
    size,
    executable: false,
    ...(hash === undefined ? {} : { hash }),
  });
  const packed = (entries: readonly PackEntry[], content = ''): Buffer =>
    Buffer.concat([encodeManifest({ modifiedAt: 0, entries }), Buffer.from(content)]);

  it.each<[string, PackEntry[], string, string]>([
    ['a way up', [file('..')], 'path-leads-out', '..'],
    ['a path of its own', [file('/etc/cron.d/evil')], 'path-absolute', '/etc/cron.d/evil'],
    ['case', [file('a'), file('A')], 'names-collide', 'A'],
    ['a file as a folder', [file('a'), file('b', 1)], 'parent-not-folder', 'a/b'],
    ['a link out', [{ kind: 'link', parent: 0, name: 'l', target: 9 }], 'link-leads-out', 'l'],
  ])('%s: refused at its manifest, and nothing is made', async (_, entries, reason, path) => {
    expect(await receive(packed(entries), entries.length)).toEqual(err('pack-refused'));
    expect(refused).toEqual([{ reason, path }]);
    expect(readdirSync(downloads)).toEqual([]);
  });

  it('sizes and counts that lie', async () => {
    const entries = [file('a', 0, 10)];
    expect(await receive(packed(entries, 'too short'), 1)).toEqual(err('pack-refused'));
    expect(await receive(packed(entries, 'much too long'), 1)).toEqual(err('pack-refused'));
    expect(await receive(packed(entries, '0123456789'), 2)).toEqual(err('pack-refused'));
    const longer = packed(entries, '0123456789');
    longer.writeUInt32BE(1_000_000, 1);
    expect(await receive(longer, 1)).toEqual(err('pack-refused'));
    expect(refused.map(({ reason }) => reason)).toEqual(Array(4).fill('size-mismatch'));
    expect(readdirSync(downloads)).toEqual([]);
  });

  it('a file that is not what the manifest says: nothing of the pack appears', async () => {
    const hash = new Uint8Array(createHash('sha256').update('good').digest());
    const entries = [file('a', 0, 4, hash), file('b', 0, 4, hash)];
    expect(await receive(packed(entries, 'goodevil'), 2)).toEqual(err('pack-refused'));
    expect(refused).toEqual([{ reason: 'hash-mismatch', path: 'b' }]);
    expect(readdirSync(downloads)).toEqual([]);
    expect((await receive(packed(entries, 'goodgood'), 2)).ok).toBe(true);
  });

  it('no bytes at all, or others', async () => {
    expect(await receive(Buffer.alloc(0), 0)).toEqual(err('pack-refused'));
    expect(await receive(Buffer.alloc(20), 0)).toEqual(err('pack-refused'));
    expect(await receive(noise(100, 'y'), 0)).toEqual(err('pack-refused'));
  });
});

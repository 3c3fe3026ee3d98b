import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../base/assert.ts';
import { PACK_ENTRIES_MAX } from '../limits.ts';
import { decodeManifest, decodePackHeader, encodeManifest, PACK_HEADER_BYTES } from './manifest.ts';
import type { Manifest, PackEntry } from './manifest.ts';

const runs = { numRuns: 10_000 };
const u48 = fc.nat(2 ** 48 - 1);
const name = fc
  .string({ unit: 'grapheme', maxLength: 60 })
  .filter((text) => new TextEncoder().encode(text).length <= 255);
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
const entry: fc.Arbitrary<PackEntry> = fc.oneof(
  fc.record({ kind: fc.constant('folder' as const), parent: fc.nat(4), name, modifiedAt: u48 }),
  fc.record(
    {
      kind: fc.constant('file' as const),
      parent: fc.nat(4),
      name,
      modifiedAt: u48,
      size: u48,
      executable: fc.boolean(),
      hash,
    },
    { requiredKeys: ['kind', 'parent', 'name', 'modifiedAt', 'size', 'executable'] },
  ),
  fc.record({ kind: fc.constant('link' as const), parent: fc.nat(4), name, target: fc.nat(2 ** 24 - 1) }),
);
const manifest: fc.Arbitrary<Manifest> = fc
  .record({ modifiedAt: u48, entries: fc.array(entry, { maxLength: 20 }) })
  .map(({ modifiedAt, entries }) => ({
    modifiedAt,
    entries: entries.map((one, index) => ({ ...one, parent: Math.min(one.parent, index) })),
  }));

describe('round trips', () => {
  test('every manifest comes back as it was', () => {
    fc.assert(
      fc.property(manifest, (value) => {
        const bytes = encodeManifest(value);
        expect(decodePackHeader(bytes)).toEqual({
          ok: true,
          value: { manifestBytes: bytes.length, entryCount: value.entries.length },
        });
        expect(decodeManifest(bytes)).toEqual({ ok: true, value });
      }),
      runs,
    );
  });
});

describe('hostile bytes', () => {
  test('any bytes make a value or a reason', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, isFramed) => {
        if (isFramed && bytes.length >= PACK_HEADER_BYTES) {
          bytes[0] = 1;
          new DataView(bytes.buffer).setUint32(1, bytes.length);
        }
        const decoded = decodeManifest(bytes);
        if (!decoded.ok) expect(decoded.error.reason).toMatch(/^[a-z-]+$/);
        decodePackHeader(bytes);
      }),
      runs,
    );
  });

  test('a manifest with a byte changed, cut or added is never taken for one with other bytes', () => {
    fc.assert(
      fc.property(manifest, fc.nat(), fc.integer({ min: 1, max: 255 }), (value, at, change) => {
        const bytes = encodeManifest(value);
        const changed = bytes.slice();
        changed[at % bytes.length]! ^= change;
        const decoded = decodeManifest(changed);
        // Whatever was understood is all that was there.
        if (decoded.ok) expect(encodeManifest(decoded.value)).toEqual(changed);
        expect(decodeManifest(bytes.subarray(0, at % bytes.length)).ok).toBe(false);
        expect(decodeManifest(Uint8Array.of(...bytes, 0)).ok).toBe(false);
      }),
      runs,
    );
  });

  test('a count that is not there costs nothing', () => {
    const bytes = new Uint8Array(PACK_HEADER_BYTES);
    const view = new DataView(bytes.buffer);
    bytes[0] = 1;
    view.setUint32(1, bytes.length);
    view.setUint16(5, PACK_ENTRIES_MAX >> 8);
    bytes[7] = PACK_ENTRIES_MAX & 255;
    expect(decodeManifest(bytes)).toEqual({ ok: false, error: { reason: 'malformed', path: '' } });
    bytes[7] = (PACK_ENTRIES_MAX & 255) + 1;
    expect(decodeManifest(bytes)).toEqual({ ok: false, error: { reason: 'too-many-entries', path: '' } });
    expect(decodePackHeader(bytes).ok).toBe(false);
    bytes[5] = 0;
    view.setUint32(1, 32 * 1024 * 1024 + 1);
    expect(decodePackHeader(bytes)).toMatchObject({ error: { reason: 'manifest-too-large' } });
    bytes[0] = 2;
    expect(decodePackHeader(bytes)).toMatchObject({ error: { reason: 'unknown-format' } });
  });

  test('one that would be too large is not made', () => {
    const folder = { kind: 'folder', parent: 0, name: 'x'.repeat(255), modifiedAt: 0 } as const;
    const many = (count: number): Manifest => ({
      modifiedAt: 0,
      entries: Array.from({ length: count }, () => folder),
    });
    expect(() => encodeManifest(many(PACK_ENTRIES_MAX + 1))).toThrow(UsageError);
    expect(() => encodeManifest(many(PACK_ENTRIES_MAX))).toThrow('manifest too large');
  });
});

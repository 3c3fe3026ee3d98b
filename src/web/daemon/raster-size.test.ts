import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rasterSize } from './raster-size.ts';

const bytes = (...parts: readonly (string | readonly number[])[]): Uint8Array =>
  Uint8Array.from(
    parts.flatMap((part) => (typeof part === 'string' ? Array.from(part, (c) => c.charCodeAt(0)) : part)),
  );

describe('the size of a picture', () => {
  test.each([
    ['PNG', bytes([0x89], 'PNG\r\n', [0x1a, 10, 0, 0, 0, 13], 'IHDR', [0, 0, 0x4e, 0x20, 0, 0, 0, 7])],
    ['GIF', bytes('GIF89a', [0x20, 0x4e, 7, 0])],
    ['BMP', bytes('BM', Array<number>(16).fill(0), [0x20, 0x4e, 0, 0, 0xf9, 0xff, 0xff, 0xff])],
    ['JPEG', bytes([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 1, 0xff, 0xff, 0xc2, 0, 17, 8, 0, 7, 0x4e, 0x20, 3])],
    ['WebP', bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8X', Array<number>(8).fill(0), [0x1f, 0x4e, 0, 6, 0, 0])],
    [
      'AVIF',
      bytes([0, 0, 0, 8], 'ftypavif', 'ispe', [0, 0, 0, 0, 0, 0, 0x4e, 0x20, 0, 0, 0, 7], [0, 0, 0, 0]),
    ],
  ])('is read from a %s file', (_, file) => {
    expect(rasterSize(file)).toEqual({ width: 20_000, height: 7 });
  });

  test('any bytes are taken, whole or cut off', () => {
    const starts = fc.constantFrom(
      '\x89PNG',
      'GIF89a',
      'BM',
      '\xff\xd8\xff\xc4',
      'RIFF0000WEBPVP8L',
      '0000ftyp',
      '',
    );
    fc.assert(
      fc.property(starts, fc.uint8Array({ maxLength: 60 }), (start, rest) => {
        const found = rasterSize(bytes(start, [...rest]));
        if (found !== undefined) expect(found.width * found.height).toBeGreaterThan(0);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../base/bytes.ts';
import { SNIFF_BYTES, sniffRaster } from './sniff.ts';

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const zeros = (count: number): Uint8Array => new Uint8Array(count);

describe('sniffRaster', () => {
  it.each([
    ['image/png', concatBytes(latin1('\x89PNG\r\n\x1a\n'), zeros(20))],
    ['image/jpeg', concatBytes(latin1('\xff\xd8\xff\xe0'), zeros(20))],
    ['image/gif', latin1('GIF89a\x01\x00\x01\x00')],
    ['image/gif', latin1('GIF87a')],
    ['image/webp', latin1('RIFF\x10\x00\x00\x00WEBPVP8 ')],
    ['image/avif', latin1('\x00\x00\x00\x1cftypavif\x00\x00\x00\x00mif1')],
    ['image/avif', latin1('\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00avif')],
    ['image/bmp', concatBytes(latin1('BM'), zeros(12), latin1('\x28\x00\x00\x00'))],
  ])('knows %s', (type, head) => {
    expect(sniffRaster(head)).toBe(type);
  });

  it.each([
    ['an SVG', latin1('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>')],
    ['HTML', latin1('<!doctype html>')],
    ['a text that begins with BM', latin1('BMW sold more cars than ever')],
    ['another ISO media file', latin1('\x00\x00\x00\x18ftypisom\x00\x00\x00\x00mp42')],
    ['avif only as a minor version', latin1('\x00\x00\x00\x10ftypisomavif')],
    ['a brand outside the box', latin1('\x00\x00\x00\x10ftypisom\x00\x00\x00\x00avif')],
    ['nothing', zeros(0)],
  ])('takes %s for no image', (_what, head) => {
    expect(sniffRaster(head)).toBeUndefined();
  });

  it('bears any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: SNIFF_BYTES }), (head) => {
        sniffRaster(head);
        sniffRaster(concatBytes(latin1('\x00\x00\x00\x1cftyp'), head));
      }),
      { numRuns: 10_000 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../base/bytes.ts';
import { SNIFF_BYTES, sniffMedia } from './sniff.ts';

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const zeros = (count: number): Uint8Array => new Uint8Array(count);

describe('sniffMedia', () => {
  it.each([
    ['image/png', concatBytes(latin1('\x89PNG\r\n\x1a\n'), zeros(20))],
    ['image/jpeg', concatBytes(latin1('\xff\xd8\xff\xe0'), zeros(20))],
    ['image/gif', latin1('GIF89a\x01\x00\x01\x00')],
    ['image/gif', latin1('GIF87a')],
    ['image/webp', latin1('RIFF\x10\x00\x00\x00WEBPVP8 ')],
    ['image/avif', latin1('\x00\x00\x00\x1cftypavif\x00\x00\x00\x00mif1')],
    ['image/avif', latin1('\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00avif')],
    ['image/bmp', concatBytes(latin1('BM'), zeros(12), latin1('\x28\x00\x00\x00'))],
    ['audio/wav', latin1('RIFF\x24\x00\x00\x00WAVEfmt ')],
    ['audio/flac', latin1('fLaC\x00\x00\x00\x22')],
    ['audio/ogg', concatBytes(latin1('OggS'), zeros(22), latin1('\x01\x13OpusHead'))],
    ['video/ogg', concatBytes(latin1('OggS'), zeros(22), latin1('\x01\x2a\x80theora'))],
    ['audio/mpeg', latin1('ID3\x04\x00')],
    ['audio/mpeg', latin1('\xff\xfb\x90\x64')],
    ['video/webm', latin1('\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm')],
    ['video/mp4', latin1('\x00\x00\x00\x18ftypisom\x00\x00\x00\x00mp42')],
    ['audio/mp4', latin1('\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00')],
  ])('knows %s', (type, head) => {
    expect(sniffMedia(head)).toBe(type);
  });

  it.each([
    ['an SVG', latin1('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>')],
    ['HTML', latin1('<!doctype html>')],
    ['a text that begins with BM', latin1('BMW sold more cars than ever')],
    ['another ISO media file', latin1('\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1')],
    ['a text in UTF-16', latin1('\xff\xfeh\x00i\x00')],
    ['Matroska, which browsers do not promise to play', latin1('\x1a\x45\xdf\xa3\xa3\x42\x82\x88matroska')],
    ['avif only as a minor version', latin1('\x00\x00\x00\x10ftypmif1avif')],
    ['a brand outside the box', latin1('\x00\x00\x00\x10ftypmif1\x00\x00\x00\x00avif')],
    ['nothing', zeros(0)],
  ])('takes %s for nothing that is shown', (_what, head) => {
    expect(sniffMedia(head)).toBeUndefined();
  });

  it('bears any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: SNIFF_BYTES }), (head) => {
        sniffMedia(head);
        sniffMedia(concatBytes(latin1('\x00\x00\x00\x1cftyp'), head));
      }),
      { numRuns: 10_000 },
    );
  });
});

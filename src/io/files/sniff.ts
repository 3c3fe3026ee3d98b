/**
 * Which raster image, sound or film a file begins like. Only these are ever shown inline: SVG, for one, can carry scripts.
 */
import type { Bytes } from '../../base/bytes.ts';

export const SNIFF_BYTES = 64;

/** What a page shows or plays by itself, by the first SNIFF_BYTES of the file; undefined for everything else. */
export function sniffMedia(head: Bytes): string | undefined {
  return sniffRaster(head) ?? sniffPlayable(head);
}

type RasterType = 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp' | 'image/avif' | 'image/bmp';

/** BITMAPCOREHEADER to BITMAPV5HEADER: with `BM` alone, many a text file would be an image. */
const BMP_HEADER_BYTES: ReadonlySet<number> = new Set([12, 40, 52, 56, 64, 108, 124]);

function sniffRaster(head: Bytes): RasterType | undefined {
  const ascii = (from: number, to: number): string => String.fromCharCode(...head.subarray(from, to));
  if (ascii(0, 8) === '\x89PNG\r\n\x1a\n') return 'image/png';
  if (ascii(0, 3) === '\xff\xd8\xff') return 'image/jpeg';
  if (ascii(0, 6) === 'GIF87a' || ascii(0, 6) === 'GIF89a') return 'image/gif';
  if (ascii(0, 4) === 'RIFF' && ascii(8, 12) === 'WEBP') return 'image/webp';
  if (isAvif(head, ascii)) return 'image/avif';
  if (ascii(0, 2) === 'BM' && head.length >= 18 && BMP_HEADER_BYTES.has(uint32LittleEndian(head, 14))) {
    return 'image/bmp';
  }
  return undefined;
}

/** The containers that browsers play; whether they can decode what is inside they find out by themselves. */
function sniffPlayable(head: Bytes): string | undefined {
  const ascii = (from: number, to: number): string => String.fromCharCode(...head.subarray(from, to));
  if (ascii(0, 4) === 'RIFF' && ascii(8, 12) === 'WAVE') return 'audio/wav';
  if (ascii(0, 4) === 'fLaC') return 'audio/flac';
  // The first page holds the head of the first stream only, behind a table of one segment (RFC 3533 §6).
  if (ascii(0, 4) === 'OggS') return ascii(28, 35) === '\x80theora' ? 'video/ogg' : 'audio/ogg';
  if (ascii(0, 4) === '\x1a\x45\xdf\xa3')
    return ascii(0, SNIFF_BYTES).includes('webm') ? 'video/webm' : undefined;
  if (ascii(4, 8) === 'ftyp') return PLAYABLE_BRANDS.get(ascii(8, 12));
  if (ascii(0, 3) === 'ID3' || isMp3Frame(head)) return 'audio/mpeg';
  return undefined;
}

const PLAYABLE_BRANDS: ReadonlyMap<string, string> = new Map([
  ...['isom', 'iso2', 'iso4', 'iso5', 'iso6', 'mp41', 'mp42', 'avc1', 'M4V ', 'dash'].map(
    (brand) => [brand, 'video/mp4'] as const,
  ),
  ...['M4A ', 'M4B '].map((brand) => [brand, 'audio/mp4'] as const),
]);

/** Eleven bits of sync, layer III, a bit rate and a sampling rate that exist (ISO/IEC 11172-3 §2.4.2.3). No UTF-16 begins so. */
function isMp3Frame(head: Bytes): boolean {
  const [first = 0, second = 0, third = 0] = head;
  const isSync = first === 0xff && (second & 0xe6) === 0xe2 && (second & 0x18) !== 0x08;
  return isSync && third >> 4 !== 0 && third >> 4 !== 15 && (third & 0x0c) !== 0x0c;
}

/** An ISO base media `ftyp` box whose major or compatible brands name AVIF. */
function isAvif(head: Bytes, ascii: (from: number, to: number) => string): boolean {
  if (ascii(4, 8) !== 'ftyp') return false;
  const end = Math.min(head.length, new DataView(head.buffer, head.byteOffset).getUint32(0));
  for (let at = 8; at + 4 <= end; at += 4) {
    // Bytes 12 to 15 are the minor version, which is no brand.
    const brand = at === 12 ? '' : ascii(at, at + 4);
    if (brand === 'avif' || brand === 'avis') return true;
  }
  return false;
}

function uint32LittleEndian(bytes: Bytes, offset: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(offset, true);
}

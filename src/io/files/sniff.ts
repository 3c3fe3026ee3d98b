/** Which raster image a file begins like. Only these are ever shown inline: SVG, for one, can carry scripts. */
import type { Bytes } from '../../base/bytes.ts';

export const SNIFF_BYTES = 64;

type RasterType = 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp' | 'image/avif' | 'image/bmp';

/** BITMAPCOREHEADER to BITMAPV5HEADER: with `BM` alone, many a text file would be an image. */
const BMP_HEADER_BYTES: ReadonlySet<number> = new Set([12, 40, 52, 56, 64, 108, 124]);

/** By the first SNIFF_BYTES of the file; undefined for everything else. */
export function sniffRaster(head: Bytes): RasterType | undefined {
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

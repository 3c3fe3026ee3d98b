/**
 * How many pixels a picture has, from the beginning of its bytes, before anything decodes it: a file of a few kilobytes can
 * ask a browser for gigabytes. Pure and total; undefined where the beginning does not say.
 */
export interface RasterSize {
  readonly width: number;
  readonly height: number;
}

/** JPEG: start of frame, but for those numbers that mean something else (ITU-T T.81, table B.1). */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

export function rasterSize(bytes: Uint8Array): RasterSize | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (view.getUint32(0) === 0x89504e47) return size(view.getUint32(16), view.getUint32(20));
    if (view.getUint32(0) === 0x47494638) return size(view.getUint16(6, true), view.getUint16(8, true));
    if (view.getUint16(0) === 0x424d)
      return size(Math.abs(view.getInt32(18, true)), Math.abs(view.getInt32(22, true)));
    if (view.getUint16(0) === 0xffd8) return jpegSize(view);
    if (view.getUint32(0) === 0x52494646 && view.getUint32(8) === 0x57454250) return webpSize(view);
    if (view.getUint32(4) === 0x66747970) return avifSize(view);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return undefined;
}

function size(width: number, height: number): RasterSize | undefined {
  return width > 0 && height > 0 ? { width, height } : undefined;
}

/** Segments, each with its length, until the one of the frame. */
function jpegSize(view: DataView): RasterSize | undefined {
  for (let at = 2; at + 9 <= view.byteLength;) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    if (isFrame(marker)) return size(view.getUint16(at + 7), view.getUint16(at + 5));
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2);
  }
  return undefined;
}

/** RFC 9649 §2.5–2.7. */
function webpSize(view: DataView): RasterSize | undefined {
  switch (view.getUint32(12)) {
    case 0x56503858: {
      const three = (at: number): number => view.getUint16(at, true) + view.getUint8(at + 2) * 0x1_00_00 + 1;
      return size(three(24), three(27));
    }
    case 0x56503820:
      return size(view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff);
    case 0x5650384c: {
      const bits = view.getUint32(21, true);
      return size((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
    }
    default:
      return undefined;
  }
}

/** The largest `ispe` box (ISO/IEC 23008-12 §6.5.3) in the header of the file. */
function avifSize(view: DataView): RasterSize | undefined {
  const end = Math.min(view.byteLength - 16, AVIF_HEADER_BYTES_MAX);
  let largest: RasterSize | undefined;
  for (let at = 8; at <= end; at++) {
    if (view.getUint32(at) !== 0x69737065) continue;
    const found = size(view.getUint32(at + 8), view.getUint32(at + 12));
    if (found !== undefined && found.width * found.height > (largest?.width ?? 0) * (largest?.height ?? 0))
      largest = found;
  }
  return largest;
}

/** Properties stand at the beginning; a few kB even where a colour profile is among them. */
const AVIF_HEADER_BYTES_MAX = 65_536;

/** A PNG file made here, so that the repository holds none that nobody can read. */
import { crc32, deflateSync } from 'node:zlib';

type Colour = readonly [red: number, green: number, blue: number];

/** An RGB picture whose pixels `paint` chooses (PNG, RFC 2083). */
export function pngOf(width: number, height: number, paint: (x: number, y: number) => Colour): Buffer {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) rows.set(paint(x, y), y * (width * 3 + 1) + 1 + x * 3);
  return png(width, height, [8, 2], rows);
}

/** A whole picture, black, of one bit for each pixel: kilobytes that ask a browser for a hundred thousand times as much. */
export function blackPng(width: number, height: number): Buffer {
  const rows = Buffer.alloc((Math.ceil(width / 8) + 1) * height);
  return png(width, height, [1, 0], rows);
}

/** Hills under an evening sky. */
export function landscape(width: number, height: number): Buffer {
  return pngOf(width, height, (x, y) => {
    const far = height * (0.5 + 0.1 * Math.sin((7 * x) / width) + 0.04 * Math.sin((23 * x) / width));
    const near = height * (0.72 + 0.08 * Math.sin((5 * x) / width + 2) + 0.02 * Math.sin((31 * x) / width));
    const depth = y / height;
    if (y > near) return [38, 62 - 20 * depth, 66 - 20 * depth];
    if (y > far) return [72, 92, 110 - 20 * depth];
    return [120 + 130 * depth, 130 + 70 * depth, 190 - 20 * depth];
  });
}

/** `form`: bits for each sample, and what the samples are. Each row begins with a byte for its filter. */
function png(width: number, height: number, form: readonly [number, number], rows: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set(form, 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8 + body.length);
  frame.writeUInt32BE(data.length, 0);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), 4 + body.length);
  return frame;
}

/** A second of a tone, as a WAV file of 8-bit samples. */
export function tone(samplesPerSecond = 8000): Buffer {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samplesPerSecond, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(samplesPerSecond, 24);
  head.writeUInt32LE(samplesPerSecond, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write('data', 36);
  head.writeUInt32LE(samplesPerSecond, 40);
  const wave = Uint8Array.from({ length: samplesPerSecond }, (_, at) => 128 + 60 * Math.sin(at / 3));
  return Buffer.concat([head, wave]);
}

import { PICTURE_PIXELS_MAX, PICTURES_KEPT_BYTES_MAX } from '../limits.ts';
import { rasterSize } from './raster-size.ts';
import type { RasterSize } from './raster-size.ts';

/** What a browser may decode inline: raster formats only, no document that could carry a script. */
const RASTER_TYPES: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'image/bmp',
]);

export function isRasterType(mediaType: string | undefined): boolean {
  return mediaType !== undefined && RASTER_TYPES.has(mediaType);
}

/** What the browser's own player may be given. */
export function playableKind(mediaType: string | undefined): 'audio' | 'video' | undefined {
  const [kind] = mediaType?.split('/', 1) ?? [];
  return kind === 'audio' || kind === 'video' ? kind : undefined;
}

export interface Picture extends RasterSize {
  /** Of its bytes, in this page alone. */
  readonly address: string;
}

/**
 * Verified pictures as `blob:` addresses, fetched by script so that their size is known before they are decoded. They are kept while
 * their rows come and go with scrolling; beyond a bound the one shown longest ago is given up.
 */
export class Pictures {
  readonly #kept = new Map<string, { readonly picture: Picture; readonly bytes: number }>();
  #bytes = 0;

  /** The picture of a transfer, whose address `link` asks for; undefined where there is none that may be decoded. */
  async get(
    transfer: string,
    link: () => Promise<string | undefined>,
    signal: AbortSignal,
  ): Promise<Picture | undefined> {
    const kept = this.#kept.get(transfer);
    if (kept !== undefined) {
      this.#kept.delete(transfer);
      this.#kept.set(transfer, kept);
      return kept.picture;
    }
    const address = await link();
    const blob = address === undefined ? undefined : await fetchRaster(address, signal);
    const size = blob && rasterSize(new Uint8Array(await blob.arrayBuffer()));
    if (blob === undefined || size === undefined || size.width * size.height > PICTURE_PIXELS_MAX)
      return undefined;
    const other = this.#kept.get(transfer);
    return other === undefined ? this.#keep(transfer, blob, size) : other.picture;
  }

  #keep(transfer: string, blob: Blob, size: RasterSize): Picture {
    const picture = { ...size, address: URL.createObjectURL(blob) };
    this.#kept.set(transfer, { picture, bytes: blob.size });
    this.#bytes += blob.size;
    for (const [oldest, { picture: given, bytes }] of this.#kept) {
      if (this.#bytes <= PICTURES_KEPT_BYTES_MAX || oldest === transfer) break;
      URL.revokeObjectURL(given.address);
      this.#kept.delete(oldest);
      this.#bytes -= bytes;
    }
    return picture;
  }
}

async function fetchRaster(address: string, signal: AbortSignal): Promise<Blob | undefined> {
  try {
    const response = await fetch(`${address}?inline=1`, { signal });
    const mediaType = response.headers.get('content-type')?.split(';', 1)[0]?.trim();
    return response.ok && isRasterType(mediaType) ? await response.blob() : undefined;
  } catch {
    return undefined;
  }
}

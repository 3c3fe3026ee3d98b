import { HTTP } from '../../contract/api.ts';

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

/**
 * The verified picture of a transfer as a `blob:` address, which the caller revokes; undefined where the daemon has
 * none. Fetched by script because an `<img>` cannot carry the token.
 */
export async function fetchPicture(
  transfer: string,
  token: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const response = await fetch(`${HTTP.files}${encodeURIComponent(transfer)}?inline=1`, {
      headers: { authorization: `Bearer ${token}` },
      signal,
    });
    const mediaType = response.headers.get('content-type')?.split(';', 1)[0]?.trim();
    if (!response.ok || !isRasterType(mediaType)) return undefined;
    return URL.createObjectURL(await response.blob());
  } catch {
    return undefined;
  }
}

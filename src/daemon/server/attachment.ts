/** A file as an answer: an attachment under its own name, or inline where it is a raster image. */
import { createReadStream, statSync } from 'node:fs';
import { Readable } from 'node:stream';

/** RFC 6266 §4.3 and RFC 8187: an ASCII stand-in for old readers, and the whole name, percent-encoded. */
export function contentDisposition(name: string, kind: 'attachment' | 'inline'): string {
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

/** `mediaType` is what the verified bytes begin like; without one nothing is ever shown inline. */
export function fileResponse(
  path: string,
  name: string,
  mediaType: string | undefined,
  wantInline: boolean,
): Response {
  const inline = wantInline && mediaType !== undefined;
  return new Response(Readable.toWeb(createReadStream(path)) as ReadableStream, {
    headers: {
      'Content-Type': inline ? mediaType : 'application/octet-stream',
      'Content-Length': String(statSync(path).size),
      'Content-Disposition': contentDisposition(name, inline ? 'inline' : 'attachment'),
      'Cache-Control': 'private, no-store',
    },
  });
}

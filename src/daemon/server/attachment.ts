/** A file as an answer: an attachment under its own name, or inline where it is a picture, a sound or a film. */
import { createReadStream, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { ServedFile } from '../api.ts';

/** RFC 6266 §4.3 and RFC 8187: an ASCII stand-in for old readers, and the whole name, percent-encoded. */
export function contentDisposition(name: string, kind: 'attachment' | 'inline'): string {
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

/**
 * The file, or the part of it that is asked for. `mediaType` is what the verified bytes begin like; without one nothing is ever
 * shown inline. `range`: as the header says it (RFC 9110 §14.1.2); one that is no single range of bytes is ignored.
 */
export function fileResponse(
  { path, fileName, mediaType }: ServedFile,
  { inline: wantInline, range }: { readonly inline: boolean; readonly range: string | undefined },
): Response {
  const inline = wantInline && mediaType !== undefined;
  const { size } = statSync(path);
  const part = partOf(range, size);
  const headers = {
    'Content-Type': inline ? mediaType : 'application/octet-stream',
    'Content-Disposition': contentDisposition(fileName, inline ? 'inline' : 'attachment'),
    'Accept-Ranges': 'bytes',
  };
  if (part === 'outside')
    return new Response(null, { status: 416, headers: { ...headers, 'Content-Range': `bytes */${size}` } });
  const { from, to } = part ?? { from: 0, to: size - 1 };
  const body =
    size === 0 ? null : (Readable.toWeb(createReadStream(path, { start: from, end: to })) as ReadableStream);
  const ranged = part === undefined ? {} : { 'Content-Range': `bytes ${from}-${to}/${size}` };
  return new Response(body, {
    status: part === undefined ? 200 : 206,
    headers: { ...headers, ...ranged, 'Content-Length': String(to - from + 1) },
  });
}

/** First and last byte that are asked for; undefined where all are. */
export function partOf(
  range: string | undefined,
  size: number,
): { readonly from: number; readonly to: number } | 'outside' | undefined {
  const asked = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range ?? '');
  const [, first = '', last = ''] = asked ?? [];
  if (asked === null || (first === '' && last === '')) return undefined;
  if (first === '') {
    const from = Math.max(0, size - Number(last));
    return from < size ? { from, to: size - 1 } : 'outside';
  }
  const from = Number(first);
  const to = last === '' ? size - 1 : Math.min(size - 1, Number(last));
  return from <= to ? { from, to } : last !== '' && Number(last) < from ? undefined : 'outside';
}

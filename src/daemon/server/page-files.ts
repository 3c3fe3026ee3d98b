/** The built page. Only files that are really below the folder are served, by a list made of names, not of paths. */
import { createReadStream, statSync } from 'node:fs';
import { readdirSync } from 'node:fs';
import { extname, join, sep } from 'node:path';
import { Readable } from 'node:stream';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};
const FILES_MAX = 1000;

export class PageFiles {
  readonly #files = new Map<string, string>();

  constructor(folder: string) {
    for (const path of listFiles(folder)) {
      this.#files.set(`/${path.split(sep).join('/')}`, join(folder, path));
    }
  }

  /** The file at an absolute URL path; `/` is the page itself. */
  respond(path: string): Response | undefined {
    const file = this.#files.get(path === '/' ? '/index.html' : path);
    const status = file === undefined ? undefined : statSync(file, { throwIfNoEntry: false });
    if (file === undefined || status === undefined) return undefined;
    const body = Readable.toWeb(createReadStream(file)) as ReadableStream;
    return new Response(body, {
      headers: {
        'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
        'Content-Length': String(status.size),
        // What Vite names by its hash never changes; the rest must be asked for every time.
        'Cache-Control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      },
    });
  }
}

function listFiles(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).slice(0, FILES_MAX);
    return files.map((entry) => join(entry.parentPath, entry.name).slice(join(folder, sep).length));
  } catch {
    return [];
  }
}

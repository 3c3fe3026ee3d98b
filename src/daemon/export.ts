/** A room's history as a file: JSON Lines for programs, or one HTML page that needs nothing else, for people. */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { RoomId } from '../base/ids.ts';
import type { TimelineEntry } from '../contract/api.ts';
import type { Line } from '../store/history/entries.ts';
import { FIRST_PLACE } from '../store/history/order.ts';
import type { Store } from '../store/store.ts';
import { ApiFault, detailOf } from './fault.ts';
import { EXPORT_PAGE_LINES } from './limits.ts';

export interface ExportWish {
  readonly room: RoomId;
  readonly title: string;
  readonly format: 'jsonl' | 'html';
  readonly path: string;
}

/** Returns how many entries were written. Never writes over a file that is there; removes nothing. */
export async function exportRoom(
  store: Store,
  { room, title, format, path }: ExportWish,
  entryOf: (line: Line) => TimelineEntry,
): Promise<number> {
  const file = await create(path);
  let count = 0;
  try {
    if (format === 'html') await file.write(headOf(title));
    let place: Line | undefined;
    for (;;) {
      const lines = store.history.timeline.after(room, place ?? FIRST_PLACE, EXPORT_PAGE_LINES);
      if (lines.length === 0) break;
      place = lines.at(-1);
      count += lines.length;
      const write = format === 'html' ? htmlOf : jsonOf;
      await file.write(lines.map((line) => write(entryOf(line))).join(''));
    }
    if (format === 'html') await file.write('</main></body></html>\n');
    await file.sync();
  } catch (error) {
    throw new ApiFault('export-failed', { path, detail: detailOf(error) });
  } finally {
    await file.close();
  }
  return count;
}

async function create(path: string): Promise<FileHandle> {
  try {
    // What was said is nobody else's on this machine.
    return await open(path, 'wx', 0o600);
  } catch (error) {
    throw new ApiFault('export-failed', { path, detail: detailOf(error) });
  }
}

/** As `history --json` prints it. */
function jsonOf(entry: TimelineEntry): string {
  const line =
    entry.kind === 'message' ? { type: 'message', ...entry.message } : { type: 'file', ...entry.transfer };
  return `${JSON.stringify(line)}\n`;
}

const STYLE = `body{font:16px/1.5 system-ui,"Noto Sans CJK SC",sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem;
color:#1b1f24;background:#fff}article{margin:.75rem 0;overflow-wrap:anywhere}header{color:#57606a;font-size:.875rem}
b{color:#1b1f24}p{margin:0;white-space:pre-wrap}blockquote{margin:.25rem 0;padding-left:.75rem;border-left:3px solid #d0d7de;
color:#57606a}small{color:#57606a}@media (prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}b{color:#e6edf3}}`;

function headOf(title: string): string {
  const safe = escaped(title);
  // Nothing is fetched and nothing runs, whatever somebody managed to say.
  const policy = "default-src 'none'; style-src 'unsafe-inline'";
  return `<!doctype html><html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width"><title>${safe}</title><style>${STYLE}</style></head><body><main>
<h1 dir="auto">${safe}</h1>
`;
}

function htmlOf(entry: TimelineEntry): string {
  const { from, at } = entry.kind === 'message' ? entry.message : entry.transfer;
  const time = timeOf(at);
  const head = `<header><b dir="auto">${escaped(from.name)}</b> <time datetime="${time}">${time}</time></header>`;
  return `<article>${head}${entry.kind === 'message' ? messageOf(entry.message) : fileOf(entry.transfer)}</article>\n`;
}

function messageOf(message: Extract<TimelineEntry, { kind: 'message' }>['message']): string {
  const { text, replyTo, reactions = [], editedAt, deleted } = message;
  const quote =
    replyTo?.text === undefined ? '' : `<blockquote dir="auto">${escaped(replyTo.text)}</blockquote>`;
  const said = deleted === true ? '<p>—</p>' : `<p dir="auto">${escaped(text)}</p>`;
  const marks = [
    ...(editedAt === undefined ? [] : ['✎']),
    ...reactions.map(({ emoji, people }) => `${escaped(emoji)} ${people.length}`),
  ];
  return `${quote}${said}${marks.length === 0 ? '' : `<small>${marks.join(' · ')}</small>`}`;
}

function fileOf({ file, folder }: Extract<TimelineEntry, { kind: 'file' }>['transfer']): string {
  const mark = folder === undefined ? '📄' : '📁';
  return `<p dir="auto">${mark} ${escaped(file.name)} <small>${file.size.toLocaleString('en')} B</small></p>`;
}

/** A clock of somebody else may say anything. */
function timeOf(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? '?' : date.toISOString().slice(0, 19).replace('T', ' ');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
function escaped(text: string): string {
  // Directions that a text opens would reach beyond it.
  const closed = /[\u202A-\u202E\u2066-\u2069]/u.test(text) ? `\u2068${text}\u2069` : text;
  return closed.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

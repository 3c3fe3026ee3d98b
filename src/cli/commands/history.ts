/** What was said: listed, searched, and written to a file. Needs nobody else, and no network. */
import { resolve } from 'node:path';
import type { Params, TimelineEntry } from '../../contract/api.ts';
import { SEARCH_HITS_MAX, TIMELINE_ENTRIES_MAX } from '../../contract/history.ts';
import { cliWords } from '../../words/cli.ts';
import { CommandFailure, EXIT_OK } from '../exit.ts';
import { Session } from '../session.ts';
import type { Context } from '../session.ts';
import { formatBytes, safeLine, safeText } from '../terminal-text.ts';

const ONLY_LOOKS = { life: 'brief', joinRemembered: 'never', receives: false, catchUp: false } as const;
const DAY_MS = 86_400_000;

/** Oldest first, the newest ones where there are more than asked for. `--room` narrows a search; a list is of one room. */
export async function history(context: Context): Promise<number> {
  const { invocation, output } = context;
  const { limit, search, from, since, until } = invocation;
  const session = await Session.open(context, ONLY_LOOKS);
  const isSearch = search !== undefined || from !== undefined || since !== undefined || until !== undefined;
  const entries = isSearch
    ? await searched(session, {
        ...(search === undefined ? {} : { query: search }),
        ...(from === undefined ? {} : { from }),
        ...(since === undefined ? {} : { since }),
        // The whole day is meant.
        ...(until === undefined ? {} : { until: until + DAY_MS - 1 }),
        ...(invocation.hasRoom ? { room: invocation.room } : {}),
        limit,
      })
    : await listed(session, invocation.room, limit);
  for (const entry of entries) print(context, entry);
  if (entries.length === 0) output.note(isSearch ? 'history.nothing-found' : 'history.empty');
  return EXIT_OK;
}

/** To a file that is not there yet. */
export async function exportRoom(context: Context): Promise<number> {
  const { invocation, output, language } = context;
  const [room = '', file] = invocation.args;
  if (file === undefined)
    throw new CommandFailure('usage', {
      detail: cliWords(language, 'usage.missing', { command: 'export', argument: 'FILE' }),
    });
  const format = invocation.format ?? (/\.html?$/i.test(file) ? 'html' : 'jsonl');
  const session = await Session.open(context, ONLY_LOOKS);
  const done = await session.connection.request('export', { room, format, path: resolve(file) });
  output.event({ type: 'exported', room, format, ...done });
  output.note('export.done', { count: done.entries, path: done.path });
  return EXIT_OK;
}

async function listed(session: Session, room: string, limit: number): Promise<readonly TimelineEntry[]> {
  const entries: TimelineEntry[] = [];
  let before: string | undefined;
  do {
    const page = await session.connection.request('timeline', {
      room,
      limit: Math.min(TIMELINE_ENTRIES_MAX, limit - entries.length),
      ...(before === undefined ? {} : { before }),
    });
    entries.unshift(...page.entries);
    before = page.before;
  } while (before !== undefined && entries.length < limit);
  return entries;
}

async function searched(
  session: Session,
  { limit, ...wish }: Params<'search'> & { readonly limit: number },
): Promise<readonly TimelineEntry[]> {
  const entries: TimelineEntry[] = [];
  let before: string | undefined;
  do {
    const page = await session.connection.request('search', {
      ...wish,
      limit: Math.min(SEARCH_HITS_MAX, limit - entries.length),
      ...(before === undefined ? {} : { before }),
    });
    entries.unshift(...page.hits.map(({ entry }) => entry).toReversed());
    before = page.before;
  } while (before !== undefined && entries.length < limit);
  return entries;
}

function print({ output, language }: Context, entry: TimelineEntry): void {
  if (entry.kind === 'message') {
    const { at, from, text, deleted, editedAt, room } = entry.message;
    output.event({ type: 'message', ...entry.message });
    const shown = deleted === true ? cliWords(language, 'history.deleted') : safeText(text);
    const mark = editedAt === undefined ? '' : ` (${cliWords(language, 'history.edited')})`;
    output.line(`${timeOf(at)}  ${safeLine(room)}  ${safeLine(from.name)}: ${shown}${mark}`);
    return;
  }
  const { at, from, file, room, state } = entry.transfer;
  output.event({ type: 'file', ...entry.transfer });
  const size = formatBytes(file.size);
  output.line(
    `${timeOf(at)}  ${safeLine(room)}  ${safeLine(from.name)}: [${safeLine(file.name)}, ${size}, ${state}]`,
  );
}

/** In this machine's time. A clock of somebody else may say anything. */
function timeOf(at: number): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return '?'.padEnd(16);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

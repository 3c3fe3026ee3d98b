/**
 * The timelines: a line for each message and file, as it stands now. What others said about a line (edits, reactions,
 * deletion) is kept beside it, of each author and kind the last in the one order, and counts whenever the line is there: so
 * everybody sees the same, in whatever order things came in.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { MemberId, RecordId, RoomId, TransferId } from '../../base/ids.ts';
import { REACTIONS_PER_AUTHOR_MAX } from '../limits.ts';
import type { Content, Entry, Line, Reaction } from './entries.ts';
import type { Place } from './order.ts';
import type { RoomNumbers } from './rooms.ts';
import type { SearchIndex } from './search-index.ts';

const COLUMNS = `serial, room, depth, author, sequence, id, kind, name, at, own, text, edited_at, deleted, reply_to, transfer,
  file_size, entries`;
const SHOWN = 'hidden = 0 AND cut = 0';

export class TimelineRows {
  readonly #rooms: RoomNumbers;
  readonly #search: SearchIndex;
  readonly #insert: StatementSync;
  readonly #byId: StatementSync;
  readonly #anywhere: StatementSync;
  readonly #bySerial: StatementSync;
  readonly #before: StatementSync;
  readonly #after: StatementSync;
  readonly #atTime: StatementSync;
  readonly #note: StatementSync;
  readonly #reactions: StatementSync;
  readonly #words: StatementSync;
  readonly #rewrite: StatementSync;
  readonly #hide: StatementSync;
  readonly #cutting: StatementSync;
  readonly #cut: StatementSync;
  readonly #unread: StatementSync;
  readonly #newest: StatementSync;

  constructor(database: DatabaseSync, rooms: RoomNumbers, search: SearchIndex) {
    this.#rooms = rooms;
    this.#search = search;
    const prepare = (sql: string): StatementSync => database.prepare(sql);
    this.#insert = prepare(
      `INSERT OR IGNORE INTO timeline
         (room, depth, author, sequence, id, kind, name, at, own, text, reply_to, transfer, file_size, entries)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING serial`,
    );
    this.#byId = prepare(`SELECT ${COLUMNS} FROM timeline WHERE room = ? AND id = ? AND ${SHOWN}`);
    this.#anywhere = prepare(`SELECT ${COLUMNS} FROM timeline WHERE id = ? AND ${SHOWN} LIMIT 1`);
    this.#bySerial = prepare(`SELECT ${COLUMNS} FROM timeline WHERE serial = ? AND ${SHOWN}`);
    const place = '(depth, author, sequence, id)';
    this.#before = prepare(
      `SELECT ${COLUMNS} FROM timeline WHERE room = ? AND ${place} < (?, ?, ?, ?) AND ${SHOWN}
       ORDER BY depth DESC, author DESC, sequence DESC, id DESC LIMIT ?`,
    );
    this.#after = prepare(
      `SELECT ${COLUMNS} FROM timeline WHERE room = ? AND ${place} > (?, ?, ?, ?) AND ${SHOWN}
       ORDER BY depth, author, sequence, id LIMIT ?`,
    );
    this.#atTime = prepare(
      `SELECT ${COLUMNS} FROM timeline WHERE room = ? AND at >= ? AND ${SHOWN} ORDER BY at LIMIT 1`,
    );
    this.#note = prepare(
      `INSERT INTO annotations (room, target, kind, author, emoji, depth, sequence, id, at, name, text, is_on)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (room, target, kind, author, emoji) DO UPDATE SET depth = excluded.depth,
         sequence = excluded.sequence, id = excluded.id, at = excluded.at, name = excluded.name,
         text = excluded.text, is_on = excluded.is_on
       WHERE (excluded.depth, excluded.sequence, excluded.id) > (depth, sequence, id)`,
    );
    this.#reactions = prepare(
      `SELECT target, author, emoji, name FROM annotations
       WHERE room = ? AND target IN (SELECT value FROM json_each(?)) AND kind = 'reaction' AND is_on = 1
       ORDER BY depth, author, sequence, id`,
    );
    this.#words = prepare(
      `SELECT kind, text, at FROM annotations
       WHERE room = ? AND target = ? AND author = ? AND kind IN ('edit', 'delete')`,
    );
    this.#rewrite = prepare('UPDATE timeline SET text = ?, edited_at = ?, deleted = ? WHERE serial = ?');
    this.#hide = prepare(
      `UPDATE timeline SET hidden = 1, text = '' WHERE room = ? AND id = ? RETURNING serial`,
    );
    this.#cutting = prepare(
      'SELECT id FROM timeline WHERE room = ? AND author = ? AND (sequence > ?) <> cut AND hidden = 0',
    );
    this.#cut = prepare(
      'UPDATE timeline SET cut = (sequence > ?3) WHERE room = ?1 AND author = ?2 AND (sequence > ?3) <> cut',
    );
    this.#unread = prepare(
      `SELECT count(*) AS count FROM (SELECT 1 FROM timeline WHERE room = ? AND ${place} > (?, ?, ?, ?)
         AND own = 0 AND deleted = 0 AND ${SHOWN} LIMIT ?)`,
    );
    this.#newest = prepare(
      `SELECT ${COLUMNS} FROM timeline WHERE room = ? AND ${SHOWN}
       ORDER BY depth DESC, author DESC, sequence DESC, id DESC LIMIT 1`,
    );
  }

  /** Takes what a record says; the line that is new or not what it was, if there is one. */
  take(entry: Entry, content: Content): { readonly line: Line; readonly isNew: boolean } | undefined {
    const room = this.#rooms.of(entry.room);
    if (content.kind === 'message' || content.kind === 'file') return this.#line(room, entry, content);
    if (content.kind === 'read') return undefined;
    const isReaction = content.kind === 'reaction';
    const { changes } = this.#note.run(
      room,
      content.target,
      content.kind,
      entry.author,
      isReaction ? content.emoji : '',
      entry.depth,
      entry.sequence,
      entry.id,
      entry.at,
      entry.name,
      content.kind === 'edit' ? content.text : '',
      isReaction ? Number(content.on) : 1,
    );
    const row = this.#byId.get(room, content.target) as unknown as Row | undefined;
    if (Number(changes) === 0 || row === undefined) return undefined;
    if (!isReaction && (row.author !== entry.author || !this.#settle(row))) return undefined;
    const line = this.get(entry.room, content.target);
    return line === undefined ? undefined : { line, isNew: false };
  }

  get(id: RoomId, record: RecordId): Line | undefined {
    const room = this.#rooms.find(id);
    const row = room === undefined ? undefined : this.#byId.get(room, record);
    return row === undefined ? undefined : this.#lines(room as number, [row as unknown as Row])[0];
  }

  /** In whatever room: the id is a hash of the room as well. */
  find(record: RecordId): Line | undefined {
    const row = this.#anywhere.get(record) as unknown as Row | undefined;
    return row === undefined ? undefined : this.#lines(row.room, [row])[0];
  }

  /** Older than a place, oldest first. */
  before(id: RoomId, place: Place, limit: number): readonly Line[] {
    return this.#page(id, this.#before, place, limit).toReversed();
  }

  /** Newer than a place, oldest first. */
  after(id: RoomId, place: Place, limit: number): readonly Line[] {
    return this.#page(id, this.#after, place, limit);
  }

  newest(id: RoomId): Line | undefined {
    const room = this.#rooms.find(id);
    const row = room === undefined ? undefined : this.#newest.get(room);
    return row === undefined ? undefined : this.#lines(room as number, [row as unknown as Row])[0];
  }

  /** The first line that was said at that time (Unix ms) or later. */
  atTime(id: RoomId, at: number): Line | undefined {
    const room = this.#rooms.find(id);
    const row = room === undefined ? undefined : this.#atTime.get(room, at);
    return row === undefined ? undefined : this.#lines(room as number, [row as unknown as Row])[0];
  }

  /** Lines by serial number, in the order given; those that are not shown are left out. */
  bySerials(serials: readonly number[]): readonly Line[] {
    const rows = serials.map((serial) => this.#bySerial.get(serial)).filter((row) => row !== undefined);
    return rows.flatMap((row) => this.#lines((row as unknown as Row).room, [row as unknown as Row]));
  }

  /** For us alone, and for good. */
  hide(id: RoomId, record: RecordId): boolean {
    const room = this.#rooms.find(id);
    const serial = room === undefined ? undefined : this.#hide.get(room, record)?.['serial'];
    if (serial === undefined) return false;
    this.#search.remove(serial as number);
    return true;
  }

  /** Of that author nothing above a sequence is shown, and all below is. Returns whose state changed. */
  cut(id: RoomId, author: MemberId, above: number): readonly RecordId[] {
    const room = this.#rooms.find(id);
    if (room === undefined) return [];
    const top = Math.min(above, Number.MAX_SAFE_INTEGER);
    const ids = this.#cutting.all(room, author, top).map((row) => row['id'] as RecordId);
    this.#cut.run(room, author, top);
    return ids;
  }

  /** Lines of others after a place, counted up to `max`. */
  unread(id: RoomId, { depth, author, sequence, id: record }: Place, max: number): number {
    const room = this.#rooms.find(id);
    if (room === undefined) return 0;
    return Number(this.#unread.get(room, depth, author, sequence, record, max)?.['count']);
  }

  #line(
    room: number,
    entry: Entry,
    content: Extract<Content, { kind: 'message' | 'file' }>,
  ): { readonly line: Line; readonly isNew: boolean } | undefined {
    const file = content.kind === 'file' ? content : undefined;
    const text = content.kind === 'file' ? content.fileName : content.text;
    const replyTo = content.kind === 'message' ? (content.replyTo ?? null) : null;
    const inserted = this.#insert.get(
      room,
      entry.depth,
      entry.author,
      entry.sequence,
      entry.id,
      content.kind,
      entry.name,
      entry.at,
      Number(entry.own),
      text,
      replyTo,
      file?.transfer ?? null,
      file?.size ?? null,
      file?.entries ?? null,
    );
    if (inserted === undefined) return undefined;
    const serial = inserted['serial'] as number;
    this.#search.add(serial, room, entry.author, entry.name, content.kind, text);
    const row = this.#byId.get(room, entry.id) as unknown as Row;
    // What was said about it may have come before it.
    this.#settle(row);
    const line = this.get(entry.room, entry.id);
    return line === undefined ? undefined : { line, isNew: true };
  }

  /** Lets the author's own corrections count. True where that changed the line. */
  #settle(row: Row): boolean {
    const said = this.#words.all(row.room, row.id, row.author) as unknown as {
      kind: 'edit' | 'delete';
      text: string;
      at: number;
    }[];
    // A file's name stands; the file can be taken back.
    const edit = row.kind === 'message' ? said.find(({ kind }) => kind === 'edit') : undefined;
    const isDeleted = said.some(({ kind }) => kind === 'delete');
    const text = isDeleted ? '' : (edit?.text ?? row.text);
    const editedAt = edit?.at ?? null;
    if (text === row.text && editedAt === row.edited_at && Number(isDeleted) === row.deleted) return false;
    this.#rewrite.run(text, editedAt, Number(isDeleted), row.serial);
    this.#search.remove(row.serial);
    if (!isDeleted) this.#search.add(row.serial, row.room, row.author, row.name, row.kind, text);
    return true;
  }

  #page(id: RoomId, statement: StatementSync, place: Place, limit: number): readonly Line[] {
    const room = this.#rooms.find(id);
    if (room === undefined) return [];
    const { depth, author, sequence, id: record } = place;
    return this.#lines(room, statement.all(room, depth, author, sequence, record, limit) as unknown as Row[]);
  }

  #lines(room: number, rows: readonly Row[]): readonly Line[] {
    if (rows.length === 0) return [];
    const reactions = this.#reactionsOf(room, rows);
    const id = this.#rooms.name(room);
    return rows.map((row) => lineOf(id, row, reactions.get(row.id) ?? []));
  }

  #reactionsOf(room: number, rows: readonly Row[]): ReadonlyMap<RecordId, readonly Reaction[]> {
    const found = new Map<RecordId, Reaction[]>();
    const ids = JSON.stringify(rows.map(({ id }) => id));
    for (const row of this.#reactions.all(room, ids)) {
      const target = row['target'] as RecordId;
      const list = found.get(target) ?? [];
      found.set(target, list);
      const author = row['author'] as MemberId;
      const ofAuthor = list.filter((one) => one.author === author).length;
      if (ofAuthor >= REACTIONS_PER_AUTHOR_MAX) continue;
      list.push({ emoji: row['emoji'] as string, author, name: row['name'] as string });
    }
    return found;
  }
}

interface Row extends Place {
  readonly serial: number;
  readonly room: number;
  readonly kind: 'message' | 'file';
  readonly name: string;
  readonly at: number;
  readonly own: number;
  readonly text: string;
  readonly edited_at: number | null;
  readonly deleted: number;
  readonly reply_to: RecordId | null;
  readonly transfer: TransferId | null;
  readonly file_size: number | null;
  readonly entries: number | null;
}

function lineOf(room: RoomId, row: Row, reactions: readonly Reaction[]): Line {
  const { serial, depth, author, sequence, id, kind, name, at, text } = row;
  return {
    serial,
    room,
    depth,
    author,
    sequence,
    id,
    kind,
    name,
    at,
    own: row.own === 1,
    text,
    ...(row.edited_at === null || row.deleted === 1 ? {} : { editedAt: row.edited_at }),
    deleted: row.deleted === 1,
    ...(row.reply_to === null ? {} : { replyTo: row.reply_to }),
    ...(row.transfer === null ? {} : { transfer: row.transfer }),
    ...(row.file_size === null ? {} : { size: row.file_size }),
    ...(row.entries === null ? {} : { entries: row.entries }),
    reactions: row.deleted === 1 ? [] : reactions,
  };
}

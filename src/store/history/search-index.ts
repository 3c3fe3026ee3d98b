/**
 * Full-text search over all timelines (FTS5, without a copy of the text). The author, the room and the kind are tokens of
 * their own, so that the index itself finds what fits all of them; results come newest arrival first, which the index gives
 * without sorting.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { MemberId } from '../../base/ids.ts';
import { matchOf, spaced } from './words.ts';

export interface SearchQuery {
  readonly words: readonly string[];
  readonly room?: number;
  readonly author?: MemberId;
  readonly kind?: 'message' | 'file';
  /** Unix milliseconds, both included. */
  readonly since?: number;
  readonly until?: number;
  /** Serial number below which to go on. */
  readonly before?: number;
  readonly limit: number;
}

export class SearchIndex {
  readonly #add: StatementSync;
  readonly #remove: StatementSync;
  readonly #removeRoom: StatementSync;
  readonly #find: StatementSync;
  readonly #span: StatementSync;
  readonly #list: StatementSync;

  constructor(database: DatabaseSync) {
    this.#add = database.prepare('INSERT INTO search (rowid, text, who, tags) VALUES (?, ?, ?, ?)');
    this.#remove = database.prepare('INSERT INTO unsearched (serial) VALUES (?)');
    this.#removeRoom = database.prepare(
      'INSERT INTO unsearched (serial) SELECT serial FROM timeline WHERE room = ?',
    );
    this.#find = database.prepare(
      `SELECT timeline.serial AS serial FROM search JOIN timeline ON timeline.serial = search.rowid
       WHERE search MATCH ?1 AND search.rowid BETWEEN ?2 AND ?3 AND timeline.at BETWEEN ?4 AND ?5
         AND timeline.hidden = 0 AND timeline.cut = 0
       ORDER BY search.rowid DESC LIMIT ?6`,
    );
    this.#span = database.prepare(
      'SELECT min(serial) AS low, max(serial) AS high FROM timeline WHERE at BETWEEN ? AND ?',
    );
    this.#list = database.prepare(
      `SELECT serial FROM timeline WHERE serial BETWEEN ?1 AND ?2 AND at BETWEEN ?3 AND ?4
         AND hidden = 0 AND cut = 0 AND deleted = 0 ORDER BY serial DESC LIMIT ?5`,
    );
  }

  add(
    serial: number,
    room: number,
    author: MemberId,
    name: string,
    kind: 'message' | 'file',
    text: string,
  ): void {
    this.#add.run(serial, spaced(text), spaced(name), `r${room} a${author} k${kind}`);
  }

  remove(serial: number): void {
    this.#remove.run(serial);
  }

  /** To be called before the room's lines go. */
  removeRoom(room: number): void {
    this.#removeRoom.run(room);
  }

  /** Serial numbers, newest first. */
  find(query: SearchQuery): readonly number[] {
    const since = query.since ?? 0;
    const until = query.until ?? Number.MAX_SAFE_INTEGER;
    let low = 0;
    let high = (query.before ?? Number.MAX_SAFE_INTEGER) - 1;
    if (query.since !== undefined || query.until !== undefined) {
      // Lines come in roughly as they were said: so the index looks at few that are out of the time asked for.
      const span = this.#span.get(since, until);
      if (span?.['low'] === null || span === undefined) return [];
      low = span['low'] as number;
      high = Math.min(high, span['high'] as number);
    }
    const match = expressionOf(query);
    const rows =
      match === ''
        ? this.#list.all(low, high, since, until, query.limit)
        : this.#find.all(match, low, high, since, until, query.limit);
    return rows.map((row) => row['serial'] as number);
  }
}

function expressionOf({ words, room, author, kind }: SearchQuery): string {
  const tags = [
    ...(room === undefined ? [] : [`r${room}`]),
    ...(author === undefined ? [] : [`a${author}`]),
    ...(kind === undefined ? [] : [`k${kind}`]),
  ];
  // Every word in the text or in the author's name.
  const said = words.length === 0 ? [] : [`({text who} : (${matchOf(words)}))`];
  return [...said, ...tags.map((tag) => `tags:"${tag}"`)].join(' AND ');
}

/**
 * Transfers as they were when the process ended, with all that it takes to go on: the signed offer, the signed hashes, which
 * blocks are on the disk, and where the bytes are. What is said here of blocks is a claim of what was there once; whoever
 * goes on with a part checks it.
 */
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { Bytes } from '../base/bytes.ts';
import type { MemberId, RecordId, RoomId, TransferId } from '../base/ids.ts';
import { isText, type Damage } from './damage.ts';
import { ENDED_TRANSFER_MS_MAX, KEPT_TRANSFERS_MAX } from './limits.ts';
import { inTransaction } from './transaction.ts';

export interface KeptMember {
  readonly id: MemberId;
  readonly name: string;
  readonly state: string;
  readonly bytesDone: number;
  readonly wanted: boolean;
  readonly reason?: string;
  readonly asks?: number;
  readonly askedAt?: number;
  readonly isAsked?: boolean;
}

export interface KeptTransfer {
  readonly transfer: TransferId;
  readonly room: RoomId;
  /** The record of the offer, and its bytes. */
  readonly message: RecordId;
  readonly offer: Bytes;
  readonly author: MemberId;
  readonly authorName: string;
  readonly own: boolean;
  /** As it was offered. */
  readonly fileName: string;
  readonly size: number;
  /** Of a pack. */
  readonly packEntries?: number | undefined;
  readonly at: number;
  readonly depth: number;
  readonly sequence: number;
  readonly state: string;
  readonly reason?: string | undefined;
  readonly bytesDone: number;
  readonly members: readonly KeptMember[];
  /** Where the part is, and where the file will be. */
  readonly folder?: string | undefined;
  /** The own source, or the file that arrived, and what it was then. */
  readonly path?: string | undefined;
  /** Of an own pack: all that it was made of. */
  readonly paths?: readonly string[] | undefined;
  readonly fileSize?: number | undefined;
  readonly fileVersion?: string | undefined;
  readonly spool?: string | undefined;
  readonly mediaType?: string | undefined;
  /** Unix milliseconds. */
  readonly acceptedAt?: number | undefined;
  /** How often its sender asked for it once more, and something came of it. */
  readonly asks: number;
  readonly changedAt: number;
}

function isKeptMember(item: unknown): item is KeptMember {
  if (typeof item !== 'object' || item === null) return false;
  const { id, name, state, bytesDone, wanted, reason, ...asked } = item as Record<keyof KeptMember, unknown>;
  const { asks = 0, askedAt = 0, isAsked = false } = asked;
  return (
    [id, name, state, reason ?? ''].every(isText) &&
    [bytesDone, asks, askedAt].every((value) => Number.isFinite(value)) &&
    [wanted, isAsked].every((value) => typeof value === 'boolean')
  );
}

/** What there is of a file's hashes and blocks. */
export interface KeptBlocks {
  readonly pages: readonly Bytes[];
  readonly root: Bytes | undefined;
  /** Block i is bit i % 8 of byte i >> 3. */
  readonly written: Bytes;
}

/** Where the signed root stands among the pages, which begin with block 0. */
const ROOT = -1;
const ENDED = "('done', 'failed', 'declined', 'cancelled')";
const COLUMNS =
  'transfer, room, message, author, author_name, own, file_name, size, pack_entries, at, depth, sequence, offer, state, reason, ' +
  'bytes_done, members, folder, path, paths, file_size, file_version, spool, media_type, accepted_at, asks, changed_at';

export class Transfers {
  readonly #database: DatabaseSync;
  readonly #damage: Damage;
  readonly #list: StatementSync;
  readonly #save: StatementSync;
  readonly #setWritten: StatementSync;
  readonly #written: StatementSync;
  readonly #addPage: StatementSync;
  readonly #pages: StatementSync;
  readonly #drop: StatementSync;
  readonly #dropPages: StatementSync;
  readonly #surplus: StatementSync;
  readonly #dropOrphans: StatementSync;
  readonly #bytesSince: StatementSync;

  constructor(database: DatabaseSync, damage: Damage) {
    this.#database = database;
    this.#damage = damage;
    const values = COLUMNS.split(', ')
      .map(() => '?')
      .join(', ');
    const changed = COLUMNS.split(', ')
      .slice(1)
      .map((column) => `${column} = excluded.${column}`);
    this.#list = database.prepare(`SELECT ${COLUMNS} FROM transfers ORDER BY serial`);
    this.#save = database.prepare(
      `INSERT INTO transfers (${COLUMNS}, written) VALUES (${values}, x'')
       ON CONFLICT (transfer) DO UPDATE SET ${changed.join(', ')}`,
    );
    this.#setWritten = database.prepare('UPDATE transfers SET written = ? WHERE transfer = ?');
    this.#written = database.prepare('SELECT written FROM transfers WHERE transfer = ?');
    this.#addPage = database.prepare(
      'INSERT OR IGNORE INTO transfer_pages (transfer, first, frame) VALUES (?, ?, ?)',
    );
    this.#pages = database.prepare(
      'SELECT first, frame FROM transfer_pages WHERE transfer = ? ORDER BY first',
    );
    this.#drop = database.prepare('DELETE FROM transfers WHERE transfer = ?');
    this.#dropPages = database.prepare('DELETE FROM transfer_pages WHERE transfer = ?');
    this.#surplus = database.prepare(
      `SELECT transfer FROM transfers ORDER BY state IN ${ENDED} DESC, serial
       LIMIT max(0, (SELECT count(*) FROM transfers) - ${KEPT_TRANSFERS_MAX})`,
    );
    this.#dropOrphans = database.prepare(
      'DELETE FROM transfer_pages WHERE transfer NOT IN (SELECT transfer FROM transfers)',
    );
    this.#bytesSince = database.prepare(
      'SELECT total(size) AS bytes FROM transfers WHERE author = ? AND own = 0 AND accepted_at >= ?',
    );
  }

  /** Several writes as one, durable when it returns. */
  together(write: () => void): void {
    inTransaction(this.#database, write);
  }

  /** In the order in which they came. */
  list(): readonly KeptTransfer[] {
    return this.#list.all().map((row) => keptTransfer(row, this.#damage));
  }

  save(one: KeptTransfer): void {
    this.#save.run(...columnsOf(one));
  }

  setWritten(transfer: TransferId, written: Bytes): void {
    this.#setWritten.run(written, transfer);
  }

  /** A page by its first block, or the root. The first one of each stands. */
  addPage(transfer: TransferId, first: number | 'root', frame: Bytes): void {
    this.#addPage.run(transfer, first === 'root' ? ROOT : first, frame);
  }

  blocks(transfer: TransferId): KeptBlocks {
    const rows = this.#pages.all(transfer);
    const bytes = (value: SQLOutputValue | undefined): Bytes => new Uint8Array((value ?? []) as Uint8Array);
    const root = rows.find((row) => row['first'] === ROOT);
    return {
      pages: rows.filter((row) => row !== root).map((row) => bytes(row['frame'])),
      root: root === undefined ? undefined : bytes(root['frame']),
      written: bytes(this.#written.get(transfer)?.['written']),
    };
  }

  drop(transfer: TransferId): void {
    this.#drop.run(transfer);
    this.#dropPages.run(transfer);
  }

  /**
   * Forgets what ended long ago, or was never answered, and has no file any more, which it returns; and what is more than are kept: the oldest,
   * those that ended before all others.
   */
  prune(at: number, isThere: (path: string) => boolean): readonly TransferId[] {
    const gone = this.list()
      .filter(({ state, changedAt, path }) => {
        const isOver = state === 'asking' || ENDED.includes(`'${state}'`);
        const isOld = isOver && at - changedAt > ENDED_TRANSFER_MS_MAX;
        return isOld && (path === undefined || !isThere(path));
      })
      .map(({ transfer }) => transfer);
    this.together(() => {
      gone.forEach((transfer) => this.drop(transfer));
      for (const row of this.#surplus.all()) this.drop(row['transfer'] as TransferId);
      this.#dropOrphans.run();
    });
    return gone;
  }

  /** What was accepted of a member since then. */
  bytesSince(author: MemberId, since: number): number {
    return Number(this.#bytesSince.get(author, since)?.['bytes'] ?? 0);
  }
}

function columnsOf(one: KeptTransfer): SQLInputValue[] {
  return [
    one.transfer,
    one.room,
    one.message,
    one.author,
    one.authorName,
    one.own ? 1 : 0,
    one.fileName,
    one.size,
    one.packEntries ?? null,
    one.at,
    one.depth,
    one.sequence,
    one.offer,
    one.state,
    one.reason ?? null,
    one.bytesDone,
    JSON.stringify(one.members),
    one.folder ?? null,
    one.path ?? null,
    one.paths === undefined ? null : JSON.stringify(one.paths),
    one.fileSize ?? null,
    one.fileVersion ?? null,
    one.spool ?? null,
    one.mediaType ?? null,
    one.acceptedAt ?? null,
    one.asks,
    one.changedAt,
  ];
}

function keptTransfer(row: Record<string, SQLOutputValue>, damage: Damage): KeptTransfer {
  const text = (column: string): string => row[column] as string;
  const number = (column: string): number => row[column] as number;
  const maybeText = (column: string): string | undefined => (row[column] ?? undefined) as string | undefined;
  const maybeNumber = (column: string): number | undefined =>
    (row[column] ?? undefined) as number | undefined;
  return {
    transfer: text('transfer') as TransferId,
    room: text('room') as RoomId,
    message: text('message') as RecordId,
    offer: new Uint8Array(row['offer'] as Uint8Array),
    author: text('author') as MemberId,
    authorName: text('author_name'),
    own: row['own'] === 1,
    fileName: text('file_name'),
    size: number('size'),
    packEntries: maybeNumber('pack_entries'),
    at: number('at'),
    depth: number('depth'),
    sequence: number('sequence'),
    state: text('state'),
    reason: maybeText('reason'),
    bytesDone: number('bytes_done'),
    members: damage.list(`transfers.members ${text('transfer')}`, row['members'], isKeptMember),
    folder: maybeText('folder'),
    path: maybeText('path'),
    paths:
      row['paths'] === null
        ? undefined
        : damage.list(`transfers.paths ${text('transfer')}`, row['paths'], isText),
    fileSize: maybeNumber('file_size'),
    fileVersion: maybeText('file_version'),
    spool: maybeText('spool'),
    mediaType: maybeText('media_type'),
    acceptedAt: maybeNumber('accepted_at'),
    asks: number('asks'),
    changedAt: number('changed_at'),
  };
}

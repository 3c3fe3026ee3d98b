/**
 * What a profile keeps of its private rooms: the secret that finds the others, the log of membership, the epochs that can
 * be opened, and the invites that wait. The core says what to keep in batches; each is one transaction.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { unreachable } from '../base/assert.ts';
import type { Bytes } from '../base/bytes.ts';
import type { MemberId, OperationId, RoomId } from '../base/ids.ts';
import type { PrivateChain, PrivateEntry, PrivateKind } from '../core/api.ts';
import { CLOSED_ROOMS_MAX } from './limits.ts';
import { inTransaction } from './transaction.ts';

export type RoomState = 'open' | 'left' | 'removed';

export interface KeptRoom {
  readonly room: RoomId;
  readonly kind: PrivateKind;
  /** What people call it by; never changed once it was told. */
  readonly label: string;
  /** As the room was last called; of a direct one, the other. */
  readonly name: string;
  /** The other one of a direct room. */
  readonly other?: MemberId;
  /** Opened at the next start. */
  readonly joined: boolean;
  readonly state: RoomState;
  readonly removedBy?: { readonly id: MemberId; readonly name: string };
}

export class PrivateRooms {
  readonly #database: DatabaseSync;
  readonly #statements: ReturnType<typeof prepareAll>;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#statements = prepareAll(database);
  }

  list(): readonly KeptRoom[] {
    return this.#statements.list.all().map((row) => ({
      room: row['room'] as RoomId,
      kind: row['kind'] as PrivateKind,
      label: row['label'] as string,
      name: row['name'] as string,
      ...(row['other'] === null ? {} : { other: row['other'] as MemberId }),
      joined: row['joined'] === 1,
      state: row['state'] as RoomState,
      ...(row['removed_by'] === null
        ? {}
        : { removedBy: { id: row['removed_by'] as MemberId, name: row['remover_name'] as string } }),
    }));
  }

  /** All of a batch or nothing; `room` makes it known, or says what is new about it. Durable when it returns. */
  apply(room: KeptRoom, entries: readonly PrivateEntry[]): void {
    inTransaction(this.#database, () => {
      this.#put(room);
      for (const entry of entries) this.#applyOne(room.room, entry);
    });
  }

  save(room: KeptRoom): void {
    inTransaction(this.#database, () => this.#put(room));
  }

  /** What the core opens the room with; undefined where its secret is not there any more. */
  chain(room: RoomId): PrivateChain | undefined {
    const { get, operations, epochs, audiences, invites } = this.#statements;
    const row = get.get(room);
    if (row === undefined || row['genesis_secret'] === null) return undefined;
    return {
      kind: row['kind'] as PrivateKind,
      genesisSecret: bytesOf(row['genesis_secret']),
      operations: operations.all(room).map((one) => bytesOf(one['bytes'])),
      epochs: epochs
        .all(room)
        .map((one) => ({ bytes: bytesOf(one['bytes']), secret: bytesOf(one['secret']) })),
      audiences: audiences.all(room).map((one) => ({
        id: one['id'] as string,
        members: (one['members'] as string).split(' ') as MemberId[],
      })),
      invites: invites.all(room).map((one) => ({
        operation: one['operation'] as OperationId,
        root: bytesOf(one['root']),
        expiresAt: Number(one['expires_at']),
      })),
    };
  }

  /**
   * We are no member any more: its keys go, what it was called stays. Returns rooms that were closed so long ago that nothing
   * is kept of them here any more.
   */
  close(room: KeptRoom, now: number): readonly RoomId[] {
    return inTransaction(this.#database, () => {
      this.#put(room);
      this.#dropContents(room.room);
      this.#statements.dropSecret.run(now, room.room);
      const surplus = this.#statements.surplus.all().map(({ room: oldest }) => oldest as RoomId);
      for (const oldest of surplus) this.#forget(oldest);
      return surplus;
    });
  }

  forget(room: RoomId): void {
    inTransaction(this.#database, () => this.#forget(room));
  }

  #forget(room: RoomId): void {
    this.#dropContents(room);
    this.#statements.drop.run(room);
  }

  #put({ room, kind, label, name, other, joined, state, removedBy }: KeptRoom): void {
    const by = [removedBy?.id ?? null, removedBy?.name ?? null] as const;
    this.#statements.put.run(room, kind, label, name, other ?? null, joined ? 1 : 0, state, ...by);
  }

  #applyOne(room: RoomId, entry: PrivateEntry): void {
    const { secret, operation, epoch, epochDropped, audience, invite, inviteDropped } = this.#statements;
    switch (entry.kind) {
      case 'genesis-secret':
        return void secret.run(entry.secret, room);
      case 'operation':
        return void operation.run(room, entry.id, entry.bytes);
      case 'epoch':
        return void epoch.run(room, entry.id, entry.bytes, entry.secret);
      case 'epoch-dropped':
        return void epochDropped.run(room, entry.id);
      case 'audience':
        return void audience.run(room, entry.id, entry.members.join(' '));
      case 'invite':
        return void invite.run(room, entry.operation, entry.root, entry.expiresAt);
      case 'invite-dropped':
        return void inviteDropped.run(room, entry.operation);
      default:
        return unreachable(entry);
    }
  }

  #dropContents(room: RoomId): void {
    const { dropOperations, dropEpochs, dropAudiences, dropInvites } = this.#statements;
    for (const drop of [dropOperations, dropEpochs, dropAudiences, dropInvites]) drop.run(room);
  }
}

function prepareAll(database: DatabaseSync) {
  const prepare = (sql: string): StatementSync => database.prepare(sql);
  return {
    list: prepare(
      'SELECT room, kind, label, name, other, joined, state, removed_by, remover_name FROM private_rooms ORDER BY label',
    ),
    get: prepare('SELECT kind, genesis_secret FROM private_rooms WHERE room = ?'),
    put: prepare(
      `INSERT INTO private_rooms (room, kind, label, name, other, joined, state, removed_by, remover_name)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (room) DO UPDATE SET label = excluded.label, name = excluded.name, other = excluded.other, joined = excluded.joined,
         state = excluded.state, removed_by = excluded.removed_by, remover_name = excluded.remover_name`,
    ),
    drop: prepare('DELETE FROM private_rooms WHERE room = ?'),
    dropSecret: prepare('UPDATE private_rooms SET genesis_secret = NULL, closed_at = ? WHERE room = ?'),
    surplus: prepare(
      `SELECT room FROM private_rooms WHERE state != 'open' ORDER BY closed_at DESC LIMIT -1 OFFSET ${CLOSED_ROOMS_MAX}`,
    ),
    secret: prepare('UPDATE private_rooms SET genesis_secret = ? WHERE room = ?'),
    operation: prepare('INSERT OR IGNORE INTO operations (room, id, bytes) VALUES (?, ?, ?)'),
    operations: prepare('SELECT bytes FROM operations WHERE room = ? ORDER BY serial'),
    dropOperations: prepare('DELETE FROM operations WHERE room = ?'),
    epoch: prepare('INSERT OR REPLACE INTO epochs (room, id, bytes, secret) VALUES (?, ?, ?, ?)'),
    epochs: prepare('SELECT bytes, secret FROM epochs WHERE room = ? ORDER BY serial'),
    epochDropped: prepare('DELETE FROM epochs WHERE room = ? AND id = ?'),
    dropEpochs: prepare('DELETE FROM epochs WHERE room = ?'),
    audience: prepare('INSERT OR IGNORE INTO audiences (room, id, members) VALUES (?, ?, ?)'),
    audiences: prepare('SELECT id, members FROM audiences WHERE room = ? ORDER BY serial'),
    dropAudiences: prepare('DELETE FROM audiences WHERE room = ?'),
    invite: prepare('INSERT OR REPLACE INTO invites (room, operation, root, expires_at) VALUES (?, ?, ?, ?)'),
    invites: prepare('SELECT operation, root, expires_at FROM invites WHERE room = ?'),
    inviteDropped: prepare('DELETE FROM invites WHERE room = ? AND operation = ?'),
    dropInvites: prepare('DELETE FROM invites WHERE room = ?'),
  };
}

const bytesOf = (value: unknown): Bytes => new Uint8Array(value as Uint8Array);

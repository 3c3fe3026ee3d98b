import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { MemberId, RoomId } from '../base/ids.ts';
import { REMOVED_MEMBERS_MAX } from './limits.ts';

export interface RemovedMember {
  readonly member: MemberId;
  /** The name it had when it was removed. */
  readonly name: string;
}

export class RemovedMembers {
  readonly #list: StatementSync;
  readonly #count: StatementSync;
  readonly #add: StatementSync;
  readonly #delete: StatementSync;

  constructor(database: DatabaseSync) {
    this.#list = database.prepare('SELECT member, name FROM removed_members WHERE room = ? ORDER BY name');
    this.#count = database.prepare('SELECT count(*) AS total FROM removed_members WHERE room = ?');
    this.#add = database.prepare(
      'INSERT OR REPLACE INTO removed_members (room, member, name) VALUES (?, ?, ?)',
    );
    this.#delete = database.prepare('DELETE FROM removed_members WHERE room = ? AND member = ?');
  }

  list(room: RoomId): readonly RemovedMember[] {
    return this.#list
      .all(room)
      .map((row) => ({ member: row['member'] as MemberId, name: row['name'] as string }));
  }

  /** False where the room already has as many as may be kept. */
  add(room: RoomId, member: MemberId, name: string): boolean {
    if (Number(this.#count.get(room)?.['total'] ?? 0) >= REMOVED_MEMBERS_MAX) return false;
    this.#add.run(room, member, name);
    return true;
  }

  delete(room: RoomId, member: MemberId): void {
    this.#delete.run(room, member);
  }
}

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { FILE_RULES_MAX } from './limits.ts';

export type RuleScope = 'everywhere' | 'room' | 'member';

/** null: no rule. */
export interface StoredFileRule {
  readonly acceptBytes: number | null;
  readonly onTheWayBytes: number | null;
  readonly dayBytes: number | null;
}

/** Which files are taken without a question: of everybody, in a room, of a member. */
export class FileRuleRows {
  readonly #list: StatementSync;
  readonly #set: StatementSync;
  readonly #delete: StatementSync;
  readonly #others: StatementSync;

  constructor(database: DatabaseSync) {
    this.#list = database.prepare('SELECT * FROM file_rules ORDER BY scope, subject');
    this.#set = database.prepare(
      `INSERT OR REPLACE INTO file_rules (scope, subject, accept_bytes, on_the_way_bytes, day_bytes)
       VALUES (?, ?, ?, ?, ?)`,
    );
    this.#delete = database.prepare('DELETE FROM file_rules WHERE scope = ? AND subject = ?');
    this.#others = database.prepare(
      'SELECT count(*) AS count FROM file_rules WHERE NOT (scope = ? AND subject = ?)',
    );
  }

  list(): readonly ({ readonly scope: RuleScope; readonly subject: string } & StoredFileRule)[] {
    return this.#list.all().map((row) => ({
      scope: row['scope'] as RuleScope,
      subject: row['subject'] as string,
      acceptBytes: row['accept_bytes'] as number | null,
      onTheWayBytes: row['on_the_way_bytes'] as number | null,
      dayBytes: row['day_bytes'] as number | null,
    }));
  }

  /** False where there are too many. A rule that says nothing is none. */
  set(scope: RuleScope, subject: string, rule: StoredFileRule): boolean {
    const { acceptBytes, onTheWayBytes, dayBytes } = rule;
    if (acceptBytes === null && onTheWayBytes === null && dayBytes === null) {
      this.#delete.run(scope, subject);
      return true;
    }
    if (Number(this.#others.get(scope, subject)?.['count']) >= FILE_RULES_MAX) return false;
    this.#set.run(scope, subject, acceptBytes, onTheWayBytes, dayBytes);
    return true;
  }
}

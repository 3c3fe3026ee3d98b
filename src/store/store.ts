/**
 * What a profile must not forget, in one SQLite file. Every write is on the disk when its method returns
 * (`synchronous = FULL`), because a message may leave only after its record is durable.
 */
import { chmodSync, closeSync, openSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { err, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { Damage } from './damage.ts';
import { storeFault } from './faults.ts';
import type { StoreFault } from './faults.ts';
import { History } from './history/history.ts';
import { Identity } from './identity.ts';
import { BUSY_TIMEOUT_MS, CHECKED_ALWAYS_BYTES_MAX, CHECK_EVERY_MS } from './limits.ts';
import { KnownMembers } from './known-members.ts';
import { Outcomes } from './outcomes.ts';
import { Prekeys } from './prekeys.ts';
import { PrivateRooms } from './private-rooms.ts';
import type { KeptRoom } from './private-rooms.ts';
import { RemovedMembers } from './removed-members.ts';
import { RoomMemory } from './room-memory.ts';
import { migrate, SCHEMA_VERSION, schemaVersion } from './schema.ts';
import { FileRuleRows } from './file-rules.ts';
import { SettingRows } from './setting-rows.ts';
import { Transfers } from './transfers.ts';

export class Store {
  readonly damage = new Damage();
  readonly identity: Identity;
  readonly settings: SettingRows;
  readonly rooms: RoomMemory;
  readonly history: History;
  readonly removed: RemovedMembers;
  readonly outcomes: Outcomes;
  readonly transfers: Transfers;
  readonly fileRules: FileRuleRows;
  readonly privateRooms: PrivateRooms;
  readonly prekeys: Prekeys;
  readonly known: KnownMembers;
  readonly path: string;
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync, path: string) {
    this.#database = database;
    this.path = path;
    this.identity = new Identity(database);
    this.settings = new SettingRows(database);
    this.rooms = new RoomMemory(database);
    this.history = new History(database);
    this.removed = new RemovedMembers(database);
    this.outcomes = new Outcomes(database);
    this.transfers = new Transfers(database, this.damage);
    this.fileRules = new FileRuleRows(database);
    this.privateRooms = new PrivateRooms(database);
    this.prekeys = new Prekeys(database);
    this.known = new KnownMembers(database);
  }

  /** Runs a write and sorts what went wrong. */
  attempt<T>(write: () => T): Result<T, StoreFault> {
    try {
      return ok(write());
    } catch (error) {
      return err(storeFault(error, this.path));
    }
  }

  /** We are no member of it any more. Of rooms closed so long ago that they are not listed any more, their history goes too. */
  closeRoom(room: KeptRoom, now: number): void {
    for (const surplus of this.privateRooms.close(room, now)) this.history.forgetRoom(surplus);
  }

  /** From now on it is not in order, until it is closed. */
  opened(wasChecked: boolean): void {
    if (wasChecked) this.settings.set('checked-at', String(Date.now()));
    this.settings.set('in-order', 'no');
  }

  close(): void {
    // A disk that takes nothing any more is no reason to stay.
    this.attempt(() => this.settings.set('in-order', 'yes'));
    this.#database.close();
  }
}

/**
 * Opens the file at `path`, making it where there is none. A file that is newer, damaged or not writable is left
 * exactly as it is. Files larger than `checkedAlwaysBytesMax` are looked at for damage after a crash, and once a week.
 */
export function openStore(
  path: string,
  checkedAlwaysBytesMax = CHECKED_ALWAYS_BYTES_MAX,
): Result<Store, StoreFault> {
  let database: DatabaseSync | undefined;
  try {
    // SQLite gives its -wal and -shm files the mode of the main one, so this one call protects the key in all three.
    closeSync(openSync(path, 'a', 0o600));
    if (process.platform !== 'win32') chmodSync(path, 0o600);
    database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    const found = schemaVersion(database);
    if (found > SCHEMA_VERSION) {
      database.close();
      const detail = `schema ${found}, this program knows ${SCHEMA_VERSION}`;
      return err({ code: 'store-newer', path, detail });
    }
    const damageWasLookedFor = statSync(path).size <= checkedAlwaysBytesMax || needsCheck(database);
    const damage = damageWasLookedFor ? checkDamage(database) : undefined;
    if (damage !== undefined) {
      database.close();
      return err({ code: 'store-damaged', path, detail: damage });
    }
    // Deleted keys are overwritten: what was forgotten cannot be read from the file later.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;');
    migrate(database);
    const store = new Store(database, path);
    store.opened(damageWasLookedFor);
    return ok(store);
  } catch (error) {
    database?.close();
    return err(storeFault(error, path));
  }
}

/**
 * Reading a whole file takes a second for each 500 MB: a large one that was closed in order is looked at now and then only. What
 * breaks meanwhile is named when it is met.
 */
function needsCheck(database: DatabaseSync): boolean {
  try {
    const read = database.prepare('SELECT value FROM settings WHERE key = ?');
    const valueOf = (key: string): string => String(read.get(key)?.['value'] ?? '');
    const age = Date.now() - Number(valueOf('checked-at'));
    return valueOf('in-order') !== 'yes' || !(age >= 0 && age < CHECK_EVERY_MS);
  } catch {
    return true;
  }
}

/** SQLite's own words where the file's structure is broken. */
function checkDamage(database: DatabaseSync): string | undefined {
  const answer = String(database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'] ?? 'ok');
  return answer === 'ok' ? undefined : answer;
}

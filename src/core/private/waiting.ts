/**
 * Verified operations that lack an ancestor. Bounded as a whole and for each author; where it is full, one by an author
 * who has an operation in the log takes the place of one by somebody unknown, since keys cost nothing. Who finds no
 * place is sent again: operations that come after their ancestors never wait, so a full buffer only costs time.
 */
import type { MemberId, OperationId } from '../../base/ids.ts';
import { OPERATIONS_WAITING_MAX, OPERATIONS_WAITING_PER_AUTHOR_MAX } from '../limits.ts';
import type { Operation } from '../wire/operation.ts';

interface Waiting {
  readonly operation: Operation;
  readonly missing: Set<OperationId>;
  readonly isKnownAuthor: boolean;
}

export class WaitingRoom {
  private readonly entries = new Map<OperationId, Waiting>();
  private readonly waiters = new Map<OperationId, Set<OperationId>>();
  private readonly counts = new Map<MemberId, number>();

  get size(): number {
    return this.entries.size;
  }
  has(id: OperationId): boolean {
    return this.entries.has(id);
  }

  /** False where there is no room for it. */
  add(operation: Operation, missing: readonly OperationId[], isKnownAuthor: boolean): boolean {
    if ((this.counts.get(operation.author) ?? 0) >= OPERATIONS_WAITING_PER_AUTHOR_MAX) return false;
    if (this.entries.size >= OPERATIONS_WAITING_MAX && !(isKnownAuthor && this.evictStranger())) return false;
    this.entries.set(operation.id, { operation, missing: new Set(missing), isKnownAuthor });
    this.counts.set(operation.author, (this.counts.get(operation.author) ?? 0) + 1);
    for (const id of missing) this.waiters.set(id, (this.waiters.get(id) ?? new Set()).add(operation.id));
    return true;
  }

  /** An operation is in: those that waited for nothing else go. */
  release(id: OperationId): Operation[] {
    const ready: Operation[] = [];
    for (const waiterId of this.waiters.get(id) ?? []) {
      const waiter = this.entries.get(waiterId);
      waiter?.missing.delete(id);
      if (waiter?.missing.size === 0) ready.push(waiter.operation);
    }
    this.waiters.delete(id);
    for (const operation of ready) this.take(operation.id);
    return ready;
  }

  /** An operation will never come: those that waited for it are forgotten, and named. */
  drop(id: OperationId): OperationId[] {
    const doomed = [...(this.waiters.get(id) ?? [])];
    for (const waiterId of doomed) this.take(waiterId);
    return doomed;
  }

  /** Missing ancestors that `isUnknown` agrees to, oldest wish first. */
  wanted(isUnknown: (id: OperationId) => boolean, countMax: number): OperationId[] {
    return [...this.waiters.keys()].filter(isUnknown).slice(0, countMax);
  }

  isWantedByOthers(id: OperationId, author: MemberId): boolean {
    return [...(this.waiters.get(id) ?? [])].some(
      (waiterId) => this.entries.get(waiterId)?.operation.author !== author,
    );
  }

  private evictStranger(): boolean {
    for (const [id, entry] of this.entries) {
      if (entry.isKnownAuthor) continue;
      this.take(id);
      return true;
    }
    return false;
  }

  private take(id: OperationId): void {
    const entry = this.entries.get(id);
    if (entry === undefined) return;
    this.entries.delete(id);
    const left = (this.counts.get(entry.operation.author) ?? 1) - 1;
    if (left > 0) this.counts.set(entry.operation.author, left);
    else this.counts.delete(entry.operation.author);
    for (const missing of entry.missing) {
      const waiting = this.waiters.get(missing);
      waiting?.delete(id);
      if (waiting?.size === 0) this.waiters.delete(missing);
    }
  }
}

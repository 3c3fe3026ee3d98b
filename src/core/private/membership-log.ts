/**
 * The membership log of one private room: takes signed operations in any order, keeps those whose ancestors it has, lets
 * the rest wait within bounds, and knows the state that they resolve to (membership.md §8).
 *
 * Invariants: nothing is kept, or waits, that is not of this room and signed by its author; the graph holds an operation
 * only after all its ancestors; what is refused for good is so by rules that every member applies alike.
 */
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, OperationId, RoomId } from '../../base/ids.ts';
import type { CryptoPort } from '../api.ts';
import {
  OPERATION_BRANCHES_MAX,
  OPERATION_PARENTS_MAX,
  OPERATIONS_ASKED_MAX,
  OPERATIONS_MAX,
  OPERATIONS_REFUSED_MAX,
} from '../limits.ts';
import { inviteUseMessage, parseOperation, verifyOperation } from '../wire/operation.ts';
import type { Operation, OperationFields } from '../wire/operation.ts';
import { Ancestors } from './ancestors.ts';
import { OperationGraph } from './graph.ts';
import type { LinkFault } from './graph.ts';
import { resolve, stateOf } from './resolve.ts';
import type { RoomState } from './room-state.ts';
import { WaitingRoom } from './waiting.ts';

export type RefusalReason =
  | 'malformed'
  | 'other-room'
  | 'signature'
  | 'invite-proof'
  /** An ancestor was refused. */
  | 'ancestor'
  /** A third operation of one author with one sequence number, which nobody else built on. */
  | 'branch'
  | LinkFault;

export type InsertResult =
  /** In, and with it what had waited for it: ancestors first. */
  | { readonly kind: 'inserted'; readonly operations: readonly Operation[] }
  /** Ancestors are missing: ask for `missing()`. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'known' }
  /** No room: it may be sent again. */
  | { readonly kind: 'full' }
  | { readonly kind: 'refused'; readonly reason: RefusalReason };

export class MembershipLog {
  readonly room: RoomId;
  private readonly crypto: CryptoPort;
  private readonly graph = new OperationGraph();
  private readonly waiting = new WaitingRoom();
  /** Insertion-ordered, so that the oldest makes room. */
  private readonly refused = new Set<OperationId>();
  private resolved: RoomState | undefined;
  /** The last state at given heads: epochs are judged by few. */
  private resolvedAt: { readonly key: string; readonly state: RoomState | undefined } | undefined;
  private byteCount = 0;

  constructor(crypto: CryptoPort, room: RoomId) {
    this.crypto = crypto;
    this.room = room;
  }

  /** Takes one operation as it came. Nothing of it is kept before its signature is verified. */
  insert(bytes: Bytes): InsertResult {
    const operation = parseOperation(this.crypto, bytes);
    if (operation === undefined) return { kind: 'refused', reason: 'malformed' };
    if (operation.room !== this.room) return { kind: 'refused', reason: 'other-room' };
    if (this.has(operation.id)) return { kind: 'known' };
    if (this.refused.has(operation.id)) return { kind: 'refused', reason: 'ancestor' };
    if (!verifyOperation(this.crypto, operation)) return { kind: 'refused', reason: 'signature' };
    if (this.isSpareBranch(operation)) return { kind: 'refused', reason: 'branch' };
    const missing = this.graph.missing(operation);
    if (missing.some((id) => this.refused.has(id))) return this.refuse(operation.id, 'ancestor');
    if (missing.length === 0) return this.enter(operation);
    const isKnownAuthor = this.graph.of(operation.author).length > 0;
    return { kind: this.waiting.add(operation, missing, isKnownAuthor) ? 'waiting' : 'full' };
  }

  /** What the operations resolve to; undefined before the genesis is in. Computed once for each change. */
  state(): RoomState | undefined {
    this.resolved ??= stateOf(this.graph);
    return this.resolved;
  }

  /** Ids to ask others for, oldest wish first, at most OPERATIONS_ASKED_MAX. */
  missing(): OperationId[] {
    return this.waiting.wanted((id) => !this.has(id), OPERATIONS_ASKED_MAX);
  }

  get(id: OperationId): Operation | undefined {
    return this.graph.get(id)?.operation;
  }
  /** In the graph or waiting. */
  has(id: OperationId): boolean {
    return this.graph.get(id) !== undefined || this.waiting.has(id);
  }
  /** Everything that is in, ancestors first: what a newcomer is sent. */
  *operations(): IterableIterator<Operation> {
    for (const node of this.graph.nodes) yield node.operation;
  }
  heads(): OperationId[] {
    return this.graph.heads();
  }
  get size(): number {
    return this.graph.nodes.length;
  }
  /** Of all operations that are in. */
  get bytes(): number {
    return this.byteCount;
  }

  /** Those of these ids that are not in; some may be waiting. */
  lacking(ids: readonly OperationId[]): OperationId[] {
    return ids.filter((id) => this.graph.get(id) === undefined);
  }

  /** What is in and neither one of these nor before one of them, ancestors first; ids that are not in say nothing. */
  notCoveredBy(heads: readonly OperationId[]): Operation[] {
    const past = this.pastOf(heads);
    const { nodes } = this.graph;
    return nodes.filter(({ index }) => !past.has(index)).map(({ operation }) => operation);
  }

  /** The state of those that are in these heads or before them; undefined where one is not in. */
  stateAt(heads: readonly OperationId[]): RoomState | undefined {
    if (this.lacking(heads).length > 0) return undefined;
    const sorted = heads.toSorted();
    const key = sorted.join(' ');
    if (key === this.heads().join(' ')) return this.state();
    if (this.resolvedAt?.key === key) return this.resolvedAt.state;
    const past = this.pastOf(heads);
    const before = this.graph.nodes.filter(({ index }) => past.has(index));
    const state = resolve(before.map(({ operation }) => operation));
    this.resolvedAt = { key, state };
    return state;
  }

  /** What would become of the room if this operation, which lacks no ancestor, were in. */
  stateWith(operation: Operation): RoomState | undefined {
    return resolve([...this.operations(), operation]);
  }

  private pastOf(heads: readonly OperationId[]): Ancestors {
    const nodes = heads.map((id) => this.graph.get(id)).filter((node) => node !== undefined);
    return new Ancestors(this.graph.nodes.length, nodes);
  }
  get waitingCount(): number {
    return this.waiting.size;
  }

  /**
   * The links of the next operation by a member: after its own newest, after the deepest heads, resting on its most
   * senior grant. Undefined for who is not in the room, or forked.
   */
  links(member: MemberId): Omit<OperationFields, 'publicKey' | 'body'> | undefined {
    const state = this.state();
    const card = state?.members.get(member);
    if (card === undefined || state?.quarantined.has(member) === true) return undefined;
    const previous = this.graph.of(member).at(-1)?.operation;
    const heads = this.graph.heads().map((id) => this.graph.get(id)?.operation);
    const others = heads.filter((head) => head !== undefined && head.id !== previous?.id);
    const parents = (others as Operation[])
      .toSorted((a, b) => b.depth - a.depth || (a.id < b.id ? -1 : 1))
      .slice(0, OPERATION_PARENTS_MAX);
    const ancestors = previous === undefined ? parents : [previous, ...parents];
    return {
      room: this.room,
      sequence: (previous?.sequence ?? 0) + 1,
      previous: previous?.id,
      authority: card.grant,
      parents: parents.map((parent) => parent.id).toSorted(),
      depth: 1 + Math.max(...ancestors.map((ancestor) => ancestor.depth)),
    };
  }

  /** Its ancestors are in: it enters, and then whatever that releases. */
  private enter(first: Operation): InsertResult {
    if (this.size >= OPERATIONS_MAX) return { kind: 'full' };
    const reason = this.admit(first);
    if (reason !== undefined) return this.refuse(first.id, reason);
    const entered = [first];
    for (const operation of entered) {
      for (const ready of this.waiting.release(operation.id)) {
        if (this.size >= OPERATIONS_MAX || this.isSpareBranch(ready)) continue;
        const fault = this.admit(ready);
        if (fault === undefined) entered.push(ready);
        else this.refuse(ready.id, fault);
      }
    }
    return { kind: 'inserted', operations: entered };
  }

  private admit(operation: Operation): RefusalReason | undefined {
    if (operation.body.kind === 'use' && !this.isProven(operation)) return 'invite-proof';
    const added = this.graph.add(operation);
    if (typeof added === 'string') return added;
    this.resolved = undefined;
    this.byteCount += operation.bytes.length;
    return undefined;
  }

  /** The proof of an invite's use; where the invite is none, the graph says so. */
  private isProven({ room, body }: Operation): boolean {
    if (body.kind !== 'use') return true;
    const invite = this.get(body.invite)?.body;
    if (invite?.kind !== 'invite') return true;
    return this.crypto.verify(
      invite.inviteKey,
      inviteUseMessage(room, body.invite, body.subject),
      body.proof,
    );
  }

  /** Without this, who forks could fill the log with branches of one place. */
  private isSpareBranch({ author, sequence, id }: Operation): boolean {
    if (this.graph.at(author, sequence).length < OPERATION_BRANCHES_MAX) return false;
    return !this.waiting.isWantedByOthers(id, author);
  }

  /** For good, with all that waits for it. */
  private refuse(first: OperationId, reason: RefusalReason): InsertResult {
    const doomed = [first];
    for (const id of doomed) {
      this.refused.add(id);
      doomed.push(...this.waiting.drop(id));
    }
    for (const oldest of this.refused) {
      if (this.refused.size <= OPERATIONS_REFUSED_MAX) break;
      this.refused.delete(oldest);
    }
    return { kind: 'refused', reason };
  }
}

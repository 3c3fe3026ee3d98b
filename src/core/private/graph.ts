/**
 * The operations of one room with their causal past. An operation enters when all its ancestors are in, and only if it
 * keeps the rules that its past alone decides (membership.md §3), so every member's graph takes the same ones.
 */
import { assert } from '../../base/assert.ts';
import type { MemberId, OperationId } from '../../base/ids.ts';
import { OPERATIONS_PER_AUTHOR_MAX, OPERATIONS_PER_MEMBER_MAX, RANK_STEPS_MAX } from '../limits.ts';
import type { Operation } from '../wire/operation.ts';
import type { OperationKind, Role } from '../wire/operation-body.ts';
import { Ancestors } from './ancestors.ts';
import { CREATOR_RANK } from './rank.ts';
import type { Rank } from './rank.ts';

export interface Node {
  readonly operation: Operation;
  /** Order of arrival: no decision may rest on it. */
  readonly index: number;
  readonly past: Ancestors;
  /** The grant that it rests on; itself for the genesis. */
  readonly authority: Node;
  /** Its author's rank by that grant. */
  readonly standing: Rank;
  /** The rank that it gives its target (the genesis: its author). */
  readonly gives: Rank | undefined;
}

export type LinkFault =
  | 'genesis-missing'
  | 'second-genesis'
  | 'sequence'
  | 'depth'
  | 'authority'
  | 'rank-too-long'
  | 'invite';

export class OperationGraph {
  readonly nodes: Node[] = [];
  private readonly byId = new Map<OperationId, Node>();
  private readonly byPlace = new Map<string, Node[]>();
  private readonly headIds = new Set<OperationId>();
  private readonly byAuthor = new Map<MemberId, Node[]>();

  get(id: OperationId): Node | undefined {
    return this.byId.get(id);
  }
  /** Operations of one author with one sequence number: two are proof of a fork. */
  at(author: MemberId, sequence: number): readonly Node[] {
    return this.byPlace.get(placeOf(author, sequence)) ?? [];
  }
  of(author: MemberId): readonly Node[] {
    return this.byAuthor.get(author) ?? [];
  }
  authors(): IterableIterator<MemberId> {
    return this.byAuthor.keys();
  }
  /** Operations without a successor, ascending. */
  heads(): OperationId[] {
    return [...this.headIds].toSorted();
  }

  /** The ancestors of an operation that are not in. */
  missing(operation: Operation): OperationId[] {
    return directIds(operation).filter((id) => !this.byId.has(id));
  }

  /** Takes an operation that is verified and lacks no ancestor, or says which rule of its links it breaks. */
  add(operation: Operation): Node | LinkFault {
    const direct = directIds(operation).map((id) => this.byId.get(id));
    const index = this.nodes.length;
    const present = direct.filter((node) => node !== undefined);
    assert(present.length === direct.length, 'an operation enters after its ancestors');
    const past = new Ancestors(index, present);
    const node = this.linked(operation, index, past, present);
    if (typeof node === 'string') return node;
    this.nodes.push(node);
    this.byId.set(operation.id, node);
    const place = placeOf(operation.author, operation.sequence);
    this.byPlace.set(place, [...(this.byPlace.get(place) ?? []), node]);
    const own = this.byAuthor.get(operation.author);
    if (own === undefined) this.byAuthor.set(operation.author, [node]);
    else own.push(node);
    for (const id of directIds(operation)) this.headIds.delete(id);
    this.headIds.add(operation.id);
    return node;
  }

  private linked(
    operation: Operation,
    index: number,
    past: Ancestors,
    direct: readonly Node[],
  ): Node | LinkFault {
    if (operation.body.kind === 'genesis') {
      if (index > 0) return 'second-genesis';
      return genesisNode(operation, past);
    }
    const genesis = this.nodes[0];
    if (genesis === undefined) return 'genesis-missing';
    if (!this.fitsChain(operation, genesis)) return 'sequence';
    if (operation.depth !== 1 + Math.max(...direct.map((node) => node.operation.depth))) return 'depth';
    const authority = this.byId.get(operation.authority as OperationId);
    if (authority?.gives === undefined || !past.has(authority.index)) return 'authority';
    if (granteeOf(authority) !== operation.author) return 'authority';
    const isMember = authority.gives.role === 'member';
    if (operation.sequence > (isMember ? OPERATIONS_PER_MEMBER_MAX : OPERATIONS_PER_AUTHOR_MAX))
      return 'sequence';
    const gives = rankGiven(operation, authority.gives);
    if (gives !== undefined && gives.path.length > RANK_STEPS_MAX) return 'rank-too-long';
    if (operation.body.kind === 'use' || operation.body.kind === 'revoke') {
      const invite = this.byId.get(operation.body.invite);
      if (invite?.operation.body.kind !== 'invite' || !past.has(invite.index)) return 'invite';
    }
    return { operation, index, past, authority, standing: authority.gives, gives };
  }

  /** The place in its author's chain: after the operation that it calls its previous one, from 1 on. */
  private fitsChain(operation: Operation, genesis: Node): boolean {
    const { author, sequence } = operation;
    // The creator's first operation is the genesis.
    if (operation.previous === undefined) return author !== genesis.operation.author;
    const previous = this.byId.get(operation.previous)?.operation;
    return previous?.author === author && previous.sequence === sequence - 1;
  }
}

/** Whom a grant lets in or raises. */
export const granteeOf = (grant: Node): MemberId | undefined =>
  grant.operation.body.kind === 'genesis' ? grant.operation.author : grant.operation.target;

/** What somebody must be to do this; undefined: anybody who was ever let in. */
export function roleNeeded(operation: Operation): Role | undefined {
  const { body } = operation;
  if (body.kind === 'leave' || isSteppingDown(operation)) return undefined;
  if ((body.kind === 'add' || body.kind === 'promote') && body.role === 'owner') return 'owner';
  return NEEDED[body.kind];
}

/** An operation that can end a tenure or a role of its target (of its author, for a leave). */
export const isEnd = ({ body }: Operation): boolean =>
  body.kind === 'remove' || body.kind === 'demote' || body.kind === 'leave';

export const isSteppingDown = (operation: Operation): boolean =>
  operation.body.kind === 'demote' && operation.target === operation.author;

const NEEDED: Record<OperationKind, Role> = {
  genesis: 'owner',
  add: 'admin',
  promote: 'admin',
  demote: 'admin',
  remove: 'admin',
  leave: 'member',
  update: 'member',
  invite: 'admin',
  use: 'member',
  'room-name': 'admin',
  history: 'admin',
  revoke: 'admin',
};

function genesisNode(operation: Operation, past: Ancestors): Node {
  const node = { operation, index: 0, past, standing: CREATOR_RANK, gives: CREATOR_RANK };
  // It rests on itself.
  const whole = node as { -readonly [Key in keyof Node]: Node[Key] };
  whole.authority = whole;
  return whole;
}

function rankGiven({ body, sequence }: Operation, standing: Rank): Rank | undefined {
  if (body.kind === 'add' || body.kind === 'promote')
    return { role: body.role, path: [...standing.path, sequence] };
  return body.kind === 'use' ? { role: 'member', path: [...standing.path, sequence] } : undefined;
}

const directIds = (operation: Operation): OperationId[] =>
  operation.previous === undefined ? [...operation.parents] : [operation.previous, ...operation.parents];

const placeOf = (author: MemberId, sequence: number): string => `${author}/${sequence}`;

/** What the operations that count make of a room (membership.md §7): who is in, as what, what it is called. */
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, OperationId } from '../../base/ids.ts';
import type { Cut, HistoryPolicy } from '../wire/operation-body.ts';
import { precedes } from './decide.ts';
import type { Verdict } from './decide.ts';
import { granteeOf } from './graph.ts';
import type { Node } from './graph.ts';
import { compareRanks } from './rank.ts';
import type { Rank } from './rank.ts';

export interface RoomMember {
  readonly id: MemberId;
  readonly publicKey: Bytes;
  /** X25519: of the newest update, else of the newest grant. */
  readonly prekey: Bytes;
  readonly name: string;
  readonly rank: Rank;
  /** The most senior grant in force: what the member's own operations rest on. */
  readonly grant: OperationId;
}

export interface Removal {
  readonly operation: OperationId;
  readonly by: MemberId;
  readonly cut: Cut;
}

export interface Departure {
  readonly reason: 'removed' | 'left';
  /** Removals that nobody took back; empty where the member left, or was let in by nobody who had the right to. */
  readonly removals: readonly Removal[];
  /** The earliest of their cuts: later messages are hidden. */
  readonly cut: Cut | undefined;
}

export interface RoomState {
  readonly roomName: string;
  readonly history: HistoryPolicy;
  readonly members: ReadonlyMap<MemberId, RoomMember>;
  /** Who was let in, whether that counts or not, and is no member now. */
  readonly departed: ReadonlyMap<MemberId, Departure>;
  /** Every removal that counts, of whoever came back too. */
  readonly removals: ReadonlyMap<MemberId, readonly Removal[]>;
  /** Invites that a sponsor may still use, with who made them. */
  readonly openInvites: ReadonlyMap<OperationId, MemberId>;
  /** Authors that forked, each with two operations that prove it. */
  readonly quarantined: ReadonlyMap<MemberId, readonly [OperationId, OperationId]>;
  /** Every operation, and whether it counts. */
  readonly verdicts: ReadonlyMap<OperationId, Verdict>;
  /** Operations without a successor: what an epoch's header commits to. */
  readonly heads: readonly OperationId[];
}

export type CountedState = Pick<
  RoomState,
  'roomName' | 'history' | 'members' | 'departed' | 'removals' | 'openInvites'
>;

/** `counted` are the nodes that count; `nodes` all of them. */
export function countedState(nodes: readonly Node[], counted: readonly Node[]): CountedState {
  const people = peopleOf(counted);
  const members = new Map<MemberId, RoomMember>();
  const departed = new Map<MemberId, Departure>();
  const removals = new Map<MemberId, Removal[]>();
  for (const [id, person] of people) {
    const member = memberOf(id, person);
    if (member !== undefined) members.set(id, member);
    else if (person.grants.length > 0) departed.set(id, departureOf(person));
    const removed = person.ends.filter(isRemoval).map(removalOf);
    if (removed.length > 0) removals.set(id, removed.toSorted(byOperation));
  }
  for (const node of nodes) {
    const grantee = node.gives === undefined ? undefined : granteeOf(node);
    if (grantee !== undefined && !members.has(grantee) && !departed.has(grantee))
      departed.set(grantee, NEVER_IN);
  }
  const name = (settingOf(counted, 'room-name') ?? nodes[0])?.operation.body;
  const history = (settingOf(counted, 'history') ?? nodes[0])?.operation.body;
  return {
    roomName: name !== undefined && 'roomName' in name ? name.roomName : '',
    history: history !== undefined && 'history' in history ? history.history : { kind: 'since-joining' },
    members,
    departed,
    removals,
    openInvites: openInvites(nodes, counted, people),
  };
}

interface Person {
  readonly grants: Node[];
  readonly ends: Node[];
  readonly updates: Node[];
}

function peopleOf(counted: readonly Node[]): Map<MemberId, Person> {
  const people = new Map<MemberId, Person>();
  const person = (id: MemberId): Person => {
    const known = people.get(id) ?? { grants: [], ends: [], updates: [] };
    people.set(id, known);
    return known;
  };
  for (const node of counted) {
    const { body, author, target } = node.operation;
    const grantee = granteeOf(node);
    if (node.gives !== undefined && grantee !== undefined) person(grantee).grants.push(node);
    else if (body.kind === 'leave') person(author).ends.push(node);
    else if (body.kind === 'update') person(author).updates.push(node);
    else if (target !== undefined) person(target).ends.push(node);
  }
  return people;
}

function memberOf(id: MemberId, { grants, ends, updates }: Person): RoomMember | undefined {
  const survives = (grant: Node, end: Node): boolean => precedes(end, grant);
  const isDemotion = (end: Node): boolean => end.operation.body.kind === 'demote';
  const live = grants.filter((grant) => ends.every((end) => isDemotion(end) || survives(grant, end)));
  const ranked = live.map((grant): { grant: Node; rank: Rank } => {
    const rank = grant.gives as Rank;
    const demoted = ends.some((end) => isDemotion(end) && !survives(grant, end));
    return { grant, rank: demoted ? { role: 'member', path: rank.path } : rank };
  });
  const best = ranked.toSorted((a, b) => compareRanks(a.rank, b.rank) || byId(a.grant, b.grant))[0];
  if (best === undefined) return undefined;
  const newest = newestUpdate(updates, live) ?? newestGrant(live);
  return {
    id,
    ...cardOf(newest),
    publicKey: publicKeyOf(best.grant),
    rank: best.rank,
    grant: best.grant.operation.id,
  };
}

/** An update holds until somebody who had seen it lets the member in anew. */
function newestUpdate(updates: readonly Node[], live: readonly Node[]): Node | undefined {
  const fresh = updates.filter((update) => !live.some((grant) => precedes(update, grant)));
  return fresh.toSorted((a, b) => b.operation.sequence - a.operation.sequence || byId(a, b))[0];
}

function newestGrant(live: readonly Node[]): Node {
  const latest = live.filter((grant) => !live.some((other) => precedes(grant, other)));
  return latest.toSorted(bySeniority)[0] as Node;
}

function cardOf({ operation: { body } }: Node): { prekey: Bytes; name: string } {
  if ('subject' in body) return { prekey: body.subject.prekey, name: body.subject.name };
  if (body.kind === 'genesis' || body.kind === 'update') return { prekey: body.prekey, name: body.name };
  return { prekey: new Uint8Array(32), name: '' };
}

function publicKeyOf({ operation }: Node): Bytes {
  return 'subject' in operation.body ? operation.body.subject.publicKey : operation.publicKey;
}

/** Who was let in by nobody who had the right to: nothing that it said stands. */
const NEVER_IN: Departure = { reason: 'removed', removals: [], cut: { incarnation: '', sequence: 0 } };

function departureOf({ grants, ends }: Person): Departure {
  const standing = ends.filter((end) => isRemoval(end) && !grants.some((grant) => precedes(end, grant)));
  const removals = standing.map(removalOf).toSorted(byOperation);
  const cut = removals.map((removal) => removal.cut).toSorted(compareCuts)[0];
  return { reason: removals.length > 0 ? 'removed' : 'left', removals, cut };
}

const isRemoval = (end: Node): boolean => end.operation.body.kind === 'remove';

function removalOf({ operation }: Node): Removal {
  const cut = operation.body.kind === 'remove' ? operation.body.cut : { incarnation: '', sequence: 0 };
  return { operation: operation.id, by: operation.author, cut };
}

/** By sequence; the incarnation only tells branches of one restored chain apart. */
const compareCuts = (a: Cut, b: Cut): number =>
  a.sequence - b.sequence || (a.incarnation < b.incarnation ? -1 : 1);

/** The newest setting; of concurrent ones the senior author's. */
function settingOf(counted: readonly Node[], kind: 'room-name' | 'history'): Node | undefined {
  const set = counted.filter((node) => node.operation.body.kind === kind);
  const latest = set.filter((node) => !set.some((other) => precedes(node, other)));
  return latest.toSorted(bySeniority)[0];
}

function openInvites(
  nodes: readonly Node[],
  counted: readonly Node[],
  people: ReadonlyMap<MemberId, Person>,
): Map<OperationId, MemberId> {
  const spent = new Set<OperationId>();
  for (const { operation } of nodes) if (operation.body.kind === 'use') spent.add(operation.body.invite);
  for (const { operation } of counted) if (operation.body.kind === 'revoke') spent.add(operation.body.invite);
  const open = counted.filter(({ operation, authority }) => {
    if (operation.body.kind !== 'invite' || spent.has(operation.id)) return false;
    return (people.get(operation.author)?.ends ?? []).every((end) => precedes(end, authority));
  });
  return new Map(open.map(({ operation }) => [operation.id, operation.author]));
}

/** Ties are forks of one author; a hash may part them, since nothing is won by it that two grants did not give. */
const bySeniority = (a: Node, b: Node): number => compareRanks(a.standing, b.standing) || byId(a, b);
const byId = (a: Node, b: Node): number => (a.operation.id < b.operation.id ? -1 : 1);
const byOperation = (a: Removal, b: Removal): number => (a.operation < b.operation ? -1 : 1);

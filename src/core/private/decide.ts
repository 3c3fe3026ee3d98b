/**
 * Which operations count (membership.md §5). Operations are looked at from the most senior standing to the most junior:
 * everything that can undo an operation stands senior to it, so one pass decides, and no order of arrival matters.
 */
import type { MemberId, OperationId } from '../../base/ids.ts';
import { covers, compareRanks, isSenior } from './rank.ts';
import type { Rank } from './rank.ts';
import { granteeOf, isEnd, isSteppingDown, roleNeeded } from './graph.ts';
import type { Node } from './graph.ts';

export type Verdict =
  | 'counts'
  /** The author forked its operations. */
  | 'quarantined'
  /** The grant that it rests on never gave the role that it needs. */
  | 'role'
  /** The grant that it rests on does not count. */
  | 'void-authority'
  /** The author knew that it had been removed, had left or had been demoted. */
  | 'ended'
  /** The author was removed or demoted by somebody who had not seen this. */
  | 'voided'
  /** Aimed at an admin who is not junior. */
  | 'outranked'
  /** The invite does not count or was revoked, or who made it was no admin any more. */
  | 'invite-void'
  /** The author had seen the invite used. */
  | 'invite-spent'
  /** Another use of the same invite, by a senior sponsor, counts. */
  | 'invite-lost'
  /** The invite is older than the removal of whom it would let in. */
  | 'invite-older-than-removal';

export const precedes = (a: Node, b: Node): boolean => b.past.has(a.index);

/** Verdicts by the index of the node. `excluded` is what does not count for a fork. */
export function decide(nodes: readonly Node[], excluded: ReadonlySet<Node>): Verdict[] {
  return new Decision(nodes, excluded).verdicts();
}

class Decision {
  private readonly nodes: readonly Node[];
  private readonly excluded: ReadonlySet<Node>;
  private readonly decided: (Verdict | undefined)[];
  /** Removals, demotions and leaves that count, by whom they end. */
  private readonly ends = new Map<MemberId, Node[]>();
  /** Admin grants by grantee, counted or not. */
  private readonly adminGrants = new Map<MemberId, Node[]>();
  private readonly uses = new Map<OperationId, Node[]>();
  private readonly invites = new Map<OperationId, Node>();
  private readonly revokes = new Map<OperationId, Node[]>();

  constructor(nodes: readonly Node[], excluded: ReadonlySet<Node>) {
    this.nodes = nodes;
    this.excluded = excluded;
    this.decided = Array.from({ length: nodes.length });
    for (const node of nodes) {
      const { body } = node.operation;
      if (body.kind === 'use') push(this.uses, body.invite, node);
      if (body.kind === 'invite') this.invites.set(node.operation.id, node);
      if (body.kind === 'revoke') push(this.revokes, body.invite, node);
      const grantee = granteeOf(node);
      if (node.gives !== undefined && node.gives.role !== 'member' && grantee !== undefined)
        push(this.adminGrants, grantee, node);
    }
  }

  verdicts(): Verdict[] {
    const byAdmins: Node[] = [];
    const byMembers: Node[] = [];
    for (const node of this.nodes) {
      const needed = roleNeeded(node.operation);
      if (this.excluded.has(node)) this.settle(node, 'quarantined');
      else if (needed === undefined || node === node.authority) this.settle(node, 'counts');
      else if (!covers(node.standing.role, needed)) this.settle(node, 'role');
      else (needed === 'member' ? byMembers : byAdmins).push(node);
    }
    for (const node of byAdmins.toSorted(bySeniority)) this.settle(node, this.ofAdmin(node));
    for (const node of byMembers.toSorted(bySeniority)) this.settle(node, this.ofMember(node));
    return this.decided as Verdict[];
  }

  private settle(node: Node, verdict: Verdict): void {
    this.decided[node.index] = verdict;
    if (verdict !== 'counts' || !isEnd(node.operation)) return;
    push(this.ends, node.operation.target ?? node.operation.author, node);
  }

  private ofAdmin(node: Node): Verdict {
    if (!this.counts(node.authority)) return 'void-authority';
    const blocking = this.endsOf(node.operation.author).filter(
      (end) => reaches(end, node.standing) && !precedes(end, node.authority) && !precedes(node, end),
    );
    if (blocking.length > 0) return blocking.some((end) => precedes(end, node)) ? 'ended' : 'voided';
    return isEnd(node.operation) && this.isOutranked(node) ? 'outranked' : 'counts';
  }

  /** The target holds an admin grant that the author is not senior to, and had not lost it before. */
  private isOutranked(end: Node): boolean {
    const target = end.operation.target as MemberId;
    return (this.adminGrants.get(target) ?? []).some((grant) => {
      const rank = grant.gives as Rank;
      if (isSenior(end.standing, rank) || !this.counts(grant) || precedes(end, grant)) return false;
      return !this.endsOf(target).some(
        (earlier) => precedes(earlier, end) && reaches(earlier, rank) && !precedes(earlier, grant),
      );
    });
  }

  private ofMember(node: Node): Verdict {
    const verdict = this.asMember(node);
    if (verdict !== 'counts' || node.operation.body.kind !== 'use') return verdict;
    const rivals = this.uses.get(node.operation.body.invite) ?? [];
    const lost = rivals.some(
      (rival) =>
        rival !== node &&
        compareRanks(rival.standing, node.standing) <= 0 &&
        !this.excluded.has(rival) &&
        this.asMember(rival) === 'counts',
    );
    return lost ? 'invite-lost' : 'counts';
  }

  /** All but whether another use of the same invite goes before. */
  private asMember(node: Node): Verdict {
    if (!this.counts(node.authority)) return 'void-authority';
    const blocking = this.endsOf(node.operation.author).filter(
      (end) => endsMembership(end) && !precedes(end, node.authority) && !precedes(node, end),
    );
    if (blocking.length > 0) return blocking.some((end) => precedes(end, node)) ? 'ended' : 'voided';
    return node.operation.body.kind === 'use' ? this.ofInvite(node, node.operation.body.invite) : 'counts';
  }

  private ofInvite(use: Node, inviteId: OperationId): Verdict {
    const rivals = this.uses.get(inviteId) ?? [];
    if (rivals.some((rival) => precedes(rival, use))) return 'invite-spent';
    const invite = this.invites.get(inviteId) as Node;
    const inviterEnded = this.endsOf(invite.operation.author).some(
      (end) => !precedes(end, invite.authority) && !precedes(use, end),
    );
    const isRevoked = (this.revokes.get(inviteId) ?? []).some(
      (revoke) => this.counts(revoke) && !precedes(use, revoke),
    );
    if (!this.counts(invite) || inviterEnded || isRevoked) return 'invite-void';
    const outdated = this.endsOf(use.operation.target as MemberId).some(
      (end) => end.operation.body.kind === 'remove' && precedes(end, use) && !precedes(end, invite),
    );
    return outdated ? 'invite-older-than-removal' : 'counts';
  }

  private counts(node: Node): boolean {
    return this.decided[node.index] === 'counts';
  }

  private endsOf(member: MemberId): readonly Node[] {
    return this.ends.get(member) ?? [];
  }
}

/** An end of somebody's admin role reaches grants junior to it; what one does to oneself reaches all. */
const reaches = (end: Node, rank: Rank): boolean => isOwn(end) || isSenior(end.standing, rank);

const isOwn = ({ operation }: Node): boolean => operation.body.kind === 'leave' || isSteppingDown(operation);

const endsMembership = ({ operation }: Node): boolean => operation.body.kind !== 'demote';

const bySeniority = (a: Node, b: Node): number => compareRanks(a.standing, b.standing);

function push<Key>(map: Map<Key, Node[]>, key: Key, node: Node): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [node]);
  else list.push(node);
}

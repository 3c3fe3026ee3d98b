/**
 * The rules of docs/membership.md as plainly as they can be said, for comparison: sets, recursion and no cleverness. It
 * shares the types of the real one and nothing that decides. Links are taken as true: the caller gives what §3 takes.
 */
import type { MemberId, OperationId } from '../../base/ids.ts';
import type { Operation } from '../wire/operation.ts';

type Path = readonly number[];
interface Standing {
  readonly role: 'owner' | 'admin' | 'member';
  readonly path: Path;
}

export interface ReferenceState {
  readonly verdicts: Record<OperationId, string>;
  readonly members: Record<MemberId, { role: string; path: Path; prekey: string; name: string }>;
  readonly departed: Record<MemberId, { reason: string; cut: number | undefined }>;
  readonly roomName: string;
  readonly openInvites: OperationId[];
  readonly heads: OperationId[];
  readonly forked: MemberId[];
}

const ORDER = ['owner', 'admin', 'member'];

export function referenceState(all: readonly Operation[]): ReferenceState {
  const rules = new Reference(all);
  const counted = all.filter((o) => rules.counts(o));
  const people = new Set(all.filter(rules.isGrant).map((o) => rules.grantee(o) as MemberId));
  const members: ReferenceState['members'] = {};
  const departed: ReferenceState['departed'] = {};
  for (const who of people) {
    const member = memberOf(rules, counted, who);
    if (member === undefined) departed[who] = departureOf(rules, counted, who);
    else members[who] = member;
  }
  const names = counted.filter((o) => o.body.kind === 'room-name');
  const naming = rules.pick(rules.newest(names)) ?? all.find(rules.isGenesis);
  return {
    verdicts: Object.fromEntries([...rules.verdicts].map(([o, verdict]) => [o.id, verdict])),
    members,
    departed,
    roomName: naming !== undefined && 'roomName' in naming.body ? naming.body.roomName : '',
    openInvites: counted
      .filter(
        (o) => o.body.kind === 'invite' && !all.some((u) => u.body.kind === 'use' && u.body.invite === o.id),
      )
      .filter((o) => !counted.some((r) => r.body.kind === 'revoke' && r.body.invite === o.id))
      .filter((o) => endsOf(rules, counted, o.author).every((end) => rules.precedes(end, rules.authority(o))))
      .map((o) => o.id)
      .toSorted(),
    heads: all
      .filter((o) => !all.some((p) => rules.precedes(o, p)))
      .map((o) => o.id)
      .toSorted(),
    forked: [
      ...new Set(all.filter((a) => all.some((b) => rules.clash(a, b))).map((a) => a.author)),
    ].toSorted(),
  };
}

const endsOf = (rules: Reference, counted: readonly Operation[], who: MemberId): Operation[] =>
  counted.filter((o) => rules.isEnd(o) && rules.endTarget(o) === who);
const grantsOf = (rules: Reference, counted: readonly Operation[], who: MemberId): Operation[] =>
  counted.filter((o) => rules.isGrant(o) && rules.grantee(o) === who);

function memberOf(
  rules: Reference,
  counted: readonly Operation[],
  who: MemberId,
): ReferenceState['members'][MemberId] | undefined {
  const ends = endsOf(rules, counted, who);
  const grants = grantsOf(rules, counted, who);
  const live = grants.filter((g) =>
    ends.every((end) => end.body.kind === 'demote' || rules.precedes(end, g)),
  );
  const ranks = live.map((g): Standing => {
    const isDemoted = ends.some((end) => end.body.kind === 'demote' && !rules.precedes(end, g));
    return isDemoted ? { role: 'member', path: rules.gives(g).path } : rules.gives(g);
  });
  const rank = ranks.find((r) => !ranks.some((other) => rules.senior(other, r)));
  if (rank === undefined) return undefined;
  const updates = counted.filter(
    (o) => o.body.kind === 'update' && o.author === who && !live.some((g) => rules.precedes(o, g)),
  );
  const last = updates.find((o) =>
    updates.every((p) => p === o || p.sequence < o.sequence || (p.sequence === o.sequence && o.id < p.id)),
  );
  const body = (last ?? rules.pick(rules.newest(live)))?.body;
  const card = body !== undefined && 'subject' in body ? body.subject : body;
  const { prekey, name } = card as { prekey: Uint8Array; name: string };
  return { ...rank, prekey: prekey.join(), name };
}

function departureOf(
  rules: Reference,
  counted: readonly Operation[],
  who: MemberId,
): ReferenceState['departed'][MemberId] {
  const grants = grantsOf(rules, counted, who);
  if (grants.length === 0) return { reason: 'removed', cut: 0 };
  const cuts = endsOf(rules, counted, who).flatMap((r) =>
    r.body.kind === 'remove' && !grants.some((g) => rules.precedes(r, g)) ? [r.body.cut.sequence] : [],
  );
  return cuts.length > 0 ? { reason: 'removed', cut: Math.min(...cuts) } : { reason: 'left', cut: undefined };
}

class Reference {
  readonly all: readonly Operation[];
  readonly byId: Map<OperationId, Operation>;
  readonly quarantinedSet: Set<Operation>;

  constructor(all: readonly Operation[]) {
    this.all = all;
    this.byId = new Map(all.map((operation) => [operation.id, operation]));
    this.quarantinedSet = new Set(all.filter((o) => this.contested(o) && !this.witnessed(o)));
  }

  readonly get = (id: OperationId | undefined): Operation => this.byId.get(id as OperationId) as Operation;

  // ---- §1 ----
  readonly pasts = new Map<Operation, Set<Operation>>();
  readonly past = (o: Operation): Set<Operation> => {
    const known = this.pasts.get(o);
    if (known !== undefined) return known;
    const direct = [o.previous, ...o.parents].filter((id) => id !== undefined).map(this.get);
    const made = new Set(direct.flatMap((ancestor) => [ancestor, ...this.past(ancestor)]));
    this.pasts.set(o, made);
    return made;
  };
  readonly precedes = (a: Operation, b: Operation): boolean => this.past(b).has(a);
  readonly isGenesis = (o: Operation): boolean => o.body.kind === 'genesis';
  readonly isGrant = (o: Operation): boolean => ['genesis', 'add', 'promote', 'use'].includes(o.body.kind);
  readonly grantee = (o: Operation): MemberId | undefined => (this.isGenesis(o) ? o.author : o.target);
  readonly isEnd = (o: Operation): boolean => ['remove', 'demote', 'leave'].includes(o.body.kind);
  readonly endTarget = (o: Operation): MemberId | undefined =>
    o.body.kind === 'leave' ? o.author : o.target;
  readonly authority = (o: Operation): Operation => (this.isGenesis(o) ? o : this.get(o.authority));
  readonly ofOneself = (o: Operation): boolean =>
    o.body.kind === 'leave' || (o.body.kind === 'demote' && o.target === o.author);

  // ---- §4 ----
  readonly gives = (grant: Operation): Standing => {
    if (this.isGenesis(grant)) return { role: 'owner', path: [] };
    const role = 'role' in grant.body ? grant.body.role : 'member';
    return { role, path: [...this.gives(this.authority(grant)).path, grant.sequence] };
  };
  readonly standing = (o: Operation): Standing => this.gives(this.authority(o));
  readonly lower = (a: Path, b: Path): boolean => {
    if (a.length === 0 || b.length === 0) return a.length < b.length;
    return a[0] === b[0] ? this.lower(a.slice(1), b.slice(1)) : (a[0] as number) < (b[0] as number);
  };
  readonly senior = (a: Standing, b: Standing): boolean =>
    a.role === b.role ? this.lower(a.path, b.path) : ORDER.indexOf(a.role) < ORDER.indexOf(b.role);

  // ---- §6 ----
  readonly clash = (a: Operation, b: Operation): boolean =>
    a !== b && a.author === b.author && a.sequence === b.sequence;
  readonly contested = (o: Operation): boolean =>
    this.all.some(
      (a) => a.author === o.author && a.sequence <= o.sequence && this.all.some((b) => this.clash(a, b)),
    );
  readonly witnessed = (o: Operation): boolean =>
    this.all.some(
      (w) =>
        w.author !== o.author &&
        this.precedes(o, w) &&
        ![...this.past(w)].some(
          (a) => a.author === o.author && [...this.past(w)].some((b) => this.clash(a, b)),
        ),
    );

  // ---- §5 ----
  readonly needs = (o: Operation): string => {
    if ('role' in o.body && o.body.role === 'owner') return 'owner';
    return o.body.kind === 'update' || o.body.kind === 'use' ? 'member' : 'admin';
  };
  readonly verdicts = new Map<Operation, string>();
  readonly counts = (o: Operation): boolean => {
    if (!this.verdicts.has(o)) this.verdicts.set(o, this.verdict(o));
    return this.verdicts.get(o) === 'counts';
  };
  readonly standsAgainst = (end: Operation, o: Operation): boolean =>
    !this.precedes(end, this.authority(o)) && !this.precedes(o, end) && this.counts(end);
  readonly verdict = (o: Operation): string => {
    const own = this.verdictAlone(o);
    if (own !== 'counts' || o.body.kind !== 'use') return own;
    const rivals = this.all.filter((r) => r !== o && this.sameInvite(r, o));
    const isLost = rivals.some(
      (r) => !this.senior(this.standing(o), this.standing(r)) && this.verdictAlone(r) === 'counts',
    );
    return isLost ? 'invite-lost' : 'counts';
  };
  /** All but §5.5.4. */
  readonly verdictAlone = (o: Operation): string => {
    if (this.quarantinedSet.has(o)) return 'quarantined';
    if (this.isGenesis(o) || this.ofOneself(o)) return 'counts';
    if (ORDER.indexOf(this.standing(o).role) > ORDER.indexOf(this.needs(o))) return 'role';
    if (!this.counts(this.authority(o))) return 'void-authority';
    const against = this.all.filter((end) => {
      if (!this.isEnd(end) || end === o || this.endTarget(end) !== o.author) return false;
      const applies =
        this.needs(o) === 'member'
          ? end.body.kind !== 'demote'
          : this.ofOneself(end) || this.senior(this.standing(end), this.standing(o));
      return applies && this.standsAgainst(end, o);
    });
    if (against.some((end) => this.precedes(end, o))) return 'ended';
    if (against.length > 0) return 'voided';
    if (this.isEnd(o) && this.outranked(o)) return 'outranked';
    return o.body.kind === 'use' ? this.inviteVerdict(o) : 'counts';
  };
  readonly outranked = (o: Operation): boolean =>
    this.all.some((grant) => {
      if (!this.isGrant(grant) || this.gives(grant).role === 'member' || this.grantee(grant) !== o.target)
        return false;
      if (this.senior(this.standing(o), this.gives(grant)) || this.precedes(o, grant) || !this.counts(grant))
        return false;
      const wasOver = this.all.some(
        (end) =>
          this.isEnd(end) &&
          this.endTarget(end) === o.target &&
          this.precedes(end, o) &&
          !this.precedes(end, grant) &&
          (this.ofOneself(end) || this.senior(this.standing(end), this.gives(grant))) &&
          this.counts(end),
      );
      return !wasOver;
    });
  readonly sameInvite = (a: Operation, b: Operation): boolean =>
    a.body.kind === 'use' && b.body.kind === 'use' && a.body.invite === b.body.invite;
  readonly inviteVerdict = (o: Operation): string => {
    if (this.all.some((r) => this.sameInvite(r, o) && this.precedes(r, o))) return 'invite-spent';
    const invite = this.get(o.body.kind === 'use' ? o.body.invite : undefined);
    const inviterEnds = this.all.filter((end) => this.isEnd(end) && this.endTarget(end) === invite.author);
    const isClosed = inviterEnds.some(
      (end) => !this.precedes(end, this.authority(invite)) && !this.precedes(o, end) && this.counts(end),
    );
    const isRevoked = this.all.some(
      (r) =>
        r.body.kind === 'revoke' && r.body.invite === invite.id && !this.precedes(o, r) && this.counts(r),
    );
    if (isClosed || isRevoked || !this.counts(invite)) return 'invite-void';
    const older = this.all.some(
      (r) =>
        r.body.kind === 'remove' &&
        r.target === o.target &&
        this.precedes(r, o) &&
        !this.precedes(r, invite) &&
        this.counts(r),
    );
    return older ? 'invite-older-than-removal' : 'counts';
  };

  // ---- §7 ----
  readonly newest = (list: Operation[]): Operation[] =>
    list.filter((o) => !list.some((p) => this.precedes(o, p)));
  readonly pick = (list: Operation[]): Operation | undefined => {
    const before = (o: Operation, p: Operation): boolean =>
      this.senior(this.standing(o), this.standing(p)) ||
      (!this.senior(this.standing(p), this.standing(o)) && o.id < p.id);
    return list.find((o) => list.every((p) => p === o || before(o, p)));
  };
}

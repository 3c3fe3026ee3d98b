/**
 * Seniority (membership.md §4): a role, then the path of operation counters from the creator down to the grant. It is
 * made of who promoted whom and in which order, so nobody can grind it.
 */
import { ROLES } from '../wire/operation-body.ts';
import type { Role } from '../wire/operation-body.ts';

export interface Rank {
  readonly role: Role;
  /** Empty for the creator; otherwise the path of who granted it, then the sequence number of the grant. */
  readonly path: readonly number[];
}

export const CREATOR_RANK: Rank = { role: 'owner', path: [] };

/** Negative where `a` is senior to `b`. Zero only for the same grant, or for grants of one forked author. */
export function compareRanks(a: Rank, b: Rank): number {
  if (a.role !== b.role) return ROLES.indexOf(a.role) - ROLES.indexOf(b.role);
  const common = Math.min(a.path.length, b.path.length);
  for (let step = 0; step < common; step++) {
    const difference = (a.path[step] as number) - (b.path[step] as number);
    if (difference !== 0) return difference;
  }
  return a.path.length - b.path.length;
}

export const isSenior = (a: Rank, b: Rank): boolean => compareRanks(a, b) < 0;

/** True where the role `has` includes all that `needs` may do. */
export const covers = (has: Role, needs: Role): boolean => ROLES.indexOf(has) <= ROLES.indexOf(needs);

/**
 * Who is to be met in a room that multicast does not reach, and is known from another room (protocol.md §3.1). A private room of
 * two has no third member who names the one to the other; but both are in the lobby, where they found their ways already.
 */
import type { Address, LinksView, LinkView, Standing } from '../core/api.ts';
import type { MemberId } from '../base/ids.ts';
import { ELSEWHERE_MAX } from './limits.ts';

export interface Elsewhere {
  readonly address: Address;
  /** It is a member of the private room, so it gets what is sealed there as well. */
  readonly sealed: boolean;
}

/** Whom multicast does not reach. */
export const reachedOtherwise = ({ members }: LinksView): readonly LinkView[] =>
  members.filter(({ away, needsCopies, relayed }) => !away && (needsCopies || relayed));

/** Of those that other rooms know, who has business here and is not here yet. */
export function knownElsewhere(
  others: Iterable<readonly LinkView[]>,
  here: LinksView,
  standing: (id: MemberId) => Standing,
): readonly Elsewhere[] {
  const present = new Set(here.members.flatMap(({ id, away }) => (away ? [] : [id])));
  const found = new Map<MemberId, Elsewhere>();
  for (const members of others) {
    for (const { id, address } of members) {
      if (present.has(id) || found.has(id)) continue;
      const what = standing(id);
      if (what === 'stranger') continue;
      if (found.size >= ELSEWHERE_MAX) return [...found.values()];
      found.set(id, { address, sealed: what === 'member' });
    }
  }
  return [...found.values()];
}

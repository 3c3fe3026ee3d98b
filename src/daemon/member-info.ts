/** The rows of a member list. */
import type { MemberId } from '../base/ids.ts';
import type { MemberInfo, Role } from '../contract/api.ts';
import type { MemberView, PrivateMemberView, PrivateRoomView } from '../core/api.ts';
import type { People } from './people.ts';

/** Somebody who is seen in the room. `view`: of a private room. */
export function presentInfo(seen: MemberView, view: PrivateRoomView | undefined, people: People): MemberInfo {
  // The key is for the daemon; what people compare is made of it.
  const { publicKey: _, ...shown } = seen;
  return { ...shown, removed: false, present: true, ...roleIn(view, seen.id), ...trust(people, seen) };
}

/** A member of a private room that is not there now. */
export function absentInfo({ id, name, role }: PrivateMemberView, people: People): MemberInfo {
  const member = { id, name: people.nameOf(id) ?? name };
  return { ...member, ...colourOf(id, people), ...ABSENT, removed: false, role, ...trust(people, member) };
}

export function ownInfo(
  self: Pick<MemberInfo, 'name' | 'colour' | 'address'> & { readonly id: MemberId },
  view: PrivateRoomView | undefined,
): MemberInfo {
  const there = { self: true, away: false, silentMs: 0, removed: false, present: true };
  return { ...self, ...there, verified: true, canBeReached: false, ...roleIn(view, self.id) };
}

/** Removed from a public room by us alone. */
export function removedInfo(id: MemberId, name: string, people: People): MemberInfo {
  return { id, name, ...colourOf(id, people), ...ABSENT, removed: true, verified: false };
}

const ABSENT = { address: '', self: false, away: true, silentMs: 0, present: false, canBeReached: false };

/** As it was when it was seen last. */
function colourOf(id: MemberId, people: People): Pick<MemberInfo, 'colour'> {
  const colour = people.colourOf(id);
  return colour === undefined ? {} : { colour };
}

function roleIn(view: PrivateRoomView | undefined, id: MemberId): { readonly role?: Role } {
  const role = view?.members.find((member) => member.id === id)?.role;
  return role === undefined ? {} : { role };
}

function trust(
  people: People,
  { id, name }: { readonly id: MemberId; readonly name: string },
): Pick<MemberInfo, 'verified' | 'warning'> {
  const warning = people.warning(id, name);
  return { verified: people.isVerified(id), ...(warning === undefined ? {} : { warning }) };
}

/** Who is who in a room, and what the user may do there. The daemon decides; this keeps from offering what it refuses. */
import type { MemberInfo, RoomInfo } from '../../contract/api.ts';
import type { AppState, MemberList } from './state.ts';

/** The other one of a direct room, as far as its member list is there. */
export function otherMember(state: AppState, info: RoomInfo): MemberInfo | undefined {
  if (info.kind !== 'direct') return undefined;
  return state.members[info.room]?.members.find((member) => !member.self);
}

export const isPrivate = (info: RoomInfo | undefined): boolean =>
  info?.kind === 'private' || info?.kind === 'direct';

/** Removed from it, or left it for good. */
export const isClosed = (info: RoomInfo | undefined): boolean => info !== undefined && info.state !== 'open';

/** May the user let people in, and send them away? */
export function isAdmin(info: RoomInfo | undefined): boolean {
  return (
    info?.kind === 'private' &&
    info.joined &&
    !isClosed(info) &&
    (info.role === 'owner' || info.role === 'admin')
  );
}

/** Private rooms that the user could add somebody to. */
export function roomsToAddTo(rooms: readonly RoomInfo[]): readonly RoomInfo[] {
  return rooms.filter(isAdmin);
}

/** Everybody else who is seen in any room, once each, by name. */
export function peopleSeen(lists: Readonly<Record<string, MemberList>>): readonly MemberInfo[] {
  const people = new Map<string, MemberInfo>();
  for (const { members } of Object.values(lists)) {
    for (const member of members) {
      if (member.self || member.removed || !member.present) continue;
      if (people.get(member.id)?.canBeReached !== true) people.set(member.id, member);
    }
  }
  return [...people.values()].sort((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1));
}

/** Is there exactly one owner, and is it the user? Who leaves then leaves nobody who can change roles. */
export function isLastOwner(members: readonly MemberInfo[]): boolean {
  const owners = members.filter((member) => member.role === 'owner');
  return owners.length === 1 && owners[0]?.self === true && members.length > 1;
}

/** Somebody as listed in any room. */
export function memberById(state: AppState, id: string): MemberInfo | undefined {
  for (const { members } of Object.values(state.members)) {
    const found = members.find((member) => member.id === id);
    if (found !== undefined) return found;
  }
  return undefined;
}

export type MemberAct =
  | 'message'
  | 'send-file'
  | 'verify'
  | 'mute'
  | 'unmute'
  | 'add-to-room'
  | 'make-admin'
  | 'make-owner'
  | 'make-member'
  | 'step-down'
  | 'remove';

/** What can be done with `member` of the room `info`, the grave last. */
export function actsOn(member: MemberInfo, info: RoomInfo, canAddElsewhere: boolean): readonly MemberAct[] {
  if (member.self) return isAdmin(info) ? ['step-down'] : [];
  // Of an address there is nothing to verify, and nothing to keep away.
  if (info.kind === 'classic') return [];
  const acts: MemberAct[] = [];
  if (info.kind !== 'direct') acts.push('message', 'send-file');
  acts.push('verify');
  if (canAddElsewhere && !member.removed) acts.push('add-to-room');
  if (info.kind === 'public') acts.push(member.removed ? 'unmute' : 'mute');
  if (!isAdmin(info)) return acts;
  // An admin is junior to every owner.
  if (info.role === 'admin' && member.role === 'owner') return acts;
  if (member.role === 'member') acts.push('make-admin');
  if (info.role === 'owner' && member.role !== 'owner') acts.push('make-owner');
  if (member.role !== 'member') acts.push('make-member');
  acts.push('remove');
  return acts;
}

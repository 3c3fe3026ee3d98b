/** How a member can be reached, out of the rooms in which we see it. */
import type { MemberId } from '../../base/ids.ts';
import type { Member } from '../membership/roster.ts';
import type { Room } from '../room/room.ts';
import type { Contact } from './ports.ts';

/**
 * Undefined where no room shows it with a prekey, or where our person removed it from one. Of several sights the one that was
 * heard last.
 */
export function contactIn(rooms: Iterable<Room>, id: MemberId): Contact | undefined {
  let best: { readonly member: Member; readonly room: Room } | undefined;
  for (const room of rooms) {
    const { roster } = room.presence;
    if (roster.removed.has(id)) return undefined;
    const member = roster.get(id);
    if (member?.prekey === undefined) continue;
    if (best === undefined || member.lastHeardAt > best.member.lastHeardAt) best = { member, room };
  }
  if (best?.member.prekey === undefined) return undefined;
  const { prekey, incarnation, address } = best.member;
  return { id, prekey, incarnation, address, room: best.room.id };
}

/** What letting people in asks of a private room: who came by whom, and the use of an invite. */
import type { MemberId, OperationId } from '../../base/ids.ts';
import type { CommandFailure } from '../api.ts';
import type { Welcome } from '../direct/body.ts';
import { EPOCH_MEMBERS_MAX } from '../secrecy/limits.ts';
import type { OperationBody, Subject } from '../wire/operation-body.ts';
import { memberIdOf } from '../wire/record.ts';
import type { CryptoPort } from '../api.ts';
import type { Plan } from './own-operations.ts';
import type { PrivateRoom } from './private-room.ts';
import type { SponsorRoom } from './sponsor.ts';

/** The room for a sponsor. */
export function doorOf(crypto: CryptoPort, room: PrivateRoom): SponsorRoom {
  return {
    inviteState: (invite) => inviteState(room, invite),
    isMember: (id) => room.isMember(id),
    welcome: () => welcomeTo(room),
    use: (now, invite, subject, proof, ended) => {
      const plan = planUse(memberIdOf(crypto, subject.publicKey), { kind: 'use', invite, subject, proof });
      room.own.write(now, plan, 0, {
        done: (at) => ended(at, undefined),
        failed: (reason) => ended(now, reason),
      });
    },
  };
}

export function welcomeTo(room: PrivateRoom): Welcome {
  const { id, genesisSecret, kind } = room;
  return { room: id, genesisSecret, kind, name: room.log.state()?.roomName ?? room.nameBefore };
}

/** Those whom we let in and of whom nothing has come in the room yet; whether by an invite or by name. */
export function unheardGuests(room: PrivateRoom, self: MemberId): { id: MemberId; isByInvite: boolean }[] {
  // By what it wrote after it was let in: who was removed and let in again may have written before.
  const wroteAt = new Map<MemberId, number>();
  for (const { author, depth } of room.log.operations())
    wroteAt.set(author, Math.max(depth, wroteAt.get(author) ?? 0));
  const guests: { id: MemberId; isByInvite: boolean }[] = [];
  for (const { id, grant } of room.log.state()?.members.values() ?? []) {
    const operation = room.log.get(grant);
    if (operation?.author !== self || id === self) continue;
    const hasWritten = (wroteAt.get(id) ?? 0) > operation.depth;
    if (hasWritten || room.room?.presence.roster.get(id) !== undefined) continue;
    guests.push({ id, isByInvite: operation.body.kind === 'use' });
  }
  return guests;
}

function inviteState(room: PrivateRoom, invite: OperationId): 'open' | 'used' | 'void' {
  if (room.log.state()?.openInvites.has(invite) === true) return 'open';
  for (const { body } of room.log.operations())
    if (body.kind === 'use' && body.invite === invite) return 'used';
  return 'void';
}

const planUse =
  (newcomer: MemberId, body: OperationBody & { readonly subject: Subject }): Plan =>
  (state): readonly OperationBody[] | CommandFailure => {
    if (state.members.has(newcomer)) return 'not-allowed';
    return state.members.size >= EPOCH_MEMBERS_MAX ? 'room-full' : [body];
  };

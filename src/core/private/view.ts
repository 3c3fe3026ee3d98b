/** What is shown of a private room. */
import type { MemberId, OperationId, RoomId } from '../../base/ids.ts';
import type { PrivateKind, PrivateRoomView } from '../api.ts';
import type { MembershipLog } from './membership-log.ts';
import { compareRanks } from './rank.ts';
import type { Departure } from './room-state.ts';

export function viewOf(
  room: RoomId,
  kind: PrivateKind,
  log: MembershipLog,
  self: MemberId,
  secured: boolean,
): PrivateRoomView {
  const state = log.state();
  const members = [...(state?.members.values() ?? [])].toSorted(
    (a, b) => compareRanks(a.rank, b.rank) || (a.id < b.id ? -1 : 1),
  );
  return {
    room,
    kind,
    name: state?.roomName ?? '',
    history: state?.history ?? { kind: 'since-joining' },
    role: state?.members.get(self)?.rank.role,
    members: members.map(({ id, name, publicKey, rank }) => ({
      id,
      name,
      publicKey,
      role: rank.role,
      self: id === self,
    })),
    departed: [...(state?.departed ?? [])].map(([id, departure]) => ({
      id,
      name: nameOf(log, id),
      reason: departure.reason,
      ...removerOf(departure),
    })),
    openInvites: [...(state?.openInvites ?? [])].map(([operation, by]) => ({
      operation,
      by,
      expiresAt: expiryOf(log, operation),
    })),
    secured,
    size: log.bytes,
  };
}

export const removerOf = ({ removals }: Departure): { readonly by?: MemberId } => {
  const by = removals[0]?.by;
  return by === undefined ? {} : { by };
};

/** As it was last called by an operation about it. */
function nameOf(log: MembershipLog, member: MemberId): string {
  let name = '';
  for (const { author, target, body } of log.operations()) {
    if ('subject' in body && target === member) name = body.subject.name;
    else if ((body.kind === 'genesis' || body.kind === 'update') && author === member) name = body.name;
  }
  return name;
}

function expiryOf(log: MembershipLog, operation: OperationId): number {
  const body = log.get(operation)?.body;
  return body?.kind === 'invite' ? body.expiresAt : 0;
}

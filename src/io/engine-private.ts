/** Commands about private rooms, each one call of the core. */
import { unreachable } from '../base/assert.ts';
import type { PrivateApi } from '../core/api.ts';
import type { PrivateCommand } from './engine-messages.ts';

/** `UsageError` where the core refuses. */
export function performPrivate(peer: PrivateApi, now: number, command: PrivateCommand): void {
  switch (command.type) {
    case 'create-room':
      return peer.createRoom(now, command.name, command.history, command.kind, command.token);
    case 'open-room':
      return peer.openRoom(now, command.room, command.history, command.chain);
    case 'open-direct':
      return peer.openDirect(now, command.member, command.token);
    case 'add-member':
      return peer.addMember(now, command.room, command.member, command.role, command.token);
    case 'set-role':
      return peer.setRole(now, command.room, command.member, command.role, command.token);
    case 'remove-from-room':
      return peer.removeFromRoom(now, command.room, command.member, command.token);
    case 'rename-room':
      return peer.renameRoom(now, command.room, command.name, command.token);
    case 'set-history':
      return peer.setHistory(now, command.room, command.history, command.token);
    case 'leave-room':
      return peer.leaveRoom(now, command.room, command.token);
    case 'set-prekeys':
      return peer.setPrekeys(now, command.ring);
    case 'private-stored':
      return peer.privateStored(now, command.room, command.serial, command.history);
    case 'invite':
      return peer.invite(now, command.room, command.root, command.expiresAt, command.token);
    case 'revoke-invite':
      return peer.revokeInvite(now, command.room, command.invite, command.token);
    case 'accept-room':
      return peer.acceptRoom(now, command.offer, command.token);
    case 'decline-room':
      return peer.declineRoom(now, command.room, command.by);
    case 'join-by-invite':
      return peer.joinByInvite(now, command.root, command.at, command.token);
    case 'cancel-join':
      return peer.cancelJoin(now, command.token);
    case 'verify-by-emoji':
      return peer.verifyByEmoji(now, command.member);
    case 'answer-emoji':
      return peer.answerEmoji(now, command.member, command.what);
    default:
      return unreachable(command);
  }
}

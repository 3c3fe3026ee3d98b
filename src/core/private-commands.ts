/**
 * The commands about private rooms, people and invites, as `PrivateApi` names them: each notes the time and is handed to
 * the part that it belongs to.
 */
import type { Bytes } from '../base/bytes.ts';
import type { MemberId, OperationId, RoomId } from '../base/ids.ts';
import type {
  PrivateApi,
  PrivateChain,
  PrivateKind,
  PrivateRoomView,
  RoomHistory,
  RoomOffer,
} from './api.ts';
import type { EmojiAnswer } from './direct/verification.ts';
import type { Encounters } from './encounters.ts';
import { PeerTalk } from './peer-talk.ts';
import type { PrivateRooms } from './private/private-rooms.ts';
import type { HistoryPolicy, Role } from './wire/operation-body.ts';

export abstract class PrivateCommands extends PeerTalk implements Omit<PrivateApi, 'setPrekeys'> {
  protected abstract readonly privates: PrivateRooms;
  protected abstract readonly encounters: Encounters;

  createRoom(now: number, name: string, history: HistoryPolicy, kind: PrivateKind, token: number): void {
    this.now = now;
    this.privates.createRoom(now, name, history, kind, token);
  }
  openRoom(now: number, room: RoomId, history: RoomHistory, chain: PrivateChain): void {
    this.now = now;
    this.privates.openRoom(now, room, history, chain);
  }
  openDirect(now: number, member: MemberId, token: number): void {
    this.now = now;
    this.privates.openDirect(now, member, token);
  }
  addMember(now: number, room: RoomId, member: MemberId, role: Role, token: number): void {
    this.now = now;
    this.privates.commands.addMember(now, room, member, role, token);
  }
  removeFromRoom(now: number, room: RoomId, member: MemberId, token: number): void {
    this.now = now;
    this.privates.commands.removeFromRoom(now, room, member, token);
  }
  setRole(now: number, room: RoomId, member: MemberId, role: Role, token: number): void {
    this.now = now;
    this.privates.commands.setRole(now, room, member, role, token);
  }
  renameRoom(now: number, room: RoomId, name: string, token: number): void {
    this.now = now;
    this.privates.commands.renameRoom(now, room, name, token);
  }
  setHistory(now: number, room: RoomId, history: HistoryPolicy, token: number): void {
    this.now = now;
    this.privates.commands.setHistory(now, room, history, token);
  }
  leaveRoom(now: number, room: RoomId, token: number): void {
    this.now = now;
    this.privates.commands.leaveRoom(now, room, token);
  }
  invite(now: number, room: RoomId, root: Bytes, expiresAt: number, token: number): void {
    this.now = now;
    this.encounters.invite(now, room, root, expiresAt, token);
  }
  revokeInvite(now: number, room: RoomId, invite: OperationId, token: number): void {
    this.now = now;
    this.privates.commands.revokeInvite(now, room, invite, token);
  }
  acceptRoom(now: number, offer: RoomOffer, token: number): void {
    this.now = now;
    this.privates.admit(now, { ...offer, kind: 'private' }, token);
  }
  declineRoom(now: number, room: RoomId, by: MemberId): void {
    this.now = now;
    this.encounters.declineRoom(now, room, by);
  }
  joinByInvite(now: number, root: Bytes, at: number, token: number): void {
    this.now = now;
    this.privates.noteClock(now, at);
    this.encounters.joinByInvite(now, root, token);
  }
  cancelJoin(now: number, token: number): void {
    this.now = now;
    this.encounters.cancelJoin(token);
  }
  verifyByEmoji(now: number, member: MemberId): void {
    this.now = now;
    this.encounters.verifyByEmoji(now, member);
  }
  answerEmoji(now: number, member: MemberId, what: EmojiAnswer): void {
    this.now = now;
    this.encounters.answerEmoji(now, member, what);
  }
  setClock(now: number, at: number): void {
    this.now = now;
    this.privates.noteClock(now, at);
  }
  privateStored(now: number, room: RoomId, serial: number, history?: RoomHistory): void {
    this.now = now;
    this.privates.privateStored(now, room, serial, history);
  }
  privateRoom(room: RoomId): PrivateRoomView {
    return this.privates.view(room);
  }
}

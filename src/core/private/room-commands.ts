/** Commands about one private room: each becomes a plan of own operations, which are written when their turn comes. */
import type { MemberId, OperationId, RoomId } from '../../base/ids.ts';
import type { Context } from '../context.ts';
import type { Member } from '../membership/roster.ts';
import type { HistoryPolicy, Role } from '../wire/operation-body.ts';
import {
  checkHistory,
  checkName,
  planAdd,
  planHistory,
  planLeave,
  planName,
  planRemove,
  planRevoke,
  planRole,
} from './commands.ts';
import type { PrivateRoom } from './private-room.ts';

export interface RoomCommandsPorts {
  readonly context: Pick<Context, 'self' | 'emit'>;
  /** Throws where it is not open. */
  room(id: RoomId): PrivateRoom;
  /** A member as some joined room shows it. */
  findMember(id: MemberId): Member | undefined;
}

export class RoomCommands {
  private readonly ports: RoomCommandsPorts;

  constructor(ports: RoomCommandsPorts) {
    this.ports = ports;
  }

  addMember(now: number, id: RoomId, member: MemberId, role: Role, token: number): void {
    const room = this.ports.room(id);
    const { emit } = this.ports.context;
    // A room of two stays one.
    if (room.kind !== 'direct') room.own.write(now, planAdd(this.ports.findMember(member), role), token);
    else if (token > 0) emit({ type: 'command-failed', token, reason: 'not-allowed' });
  }

  removeFromRoom(now: number, id: RoomId, member: MemberId, token: number): void {
    const room = this.ports.room(id);
    const plan = planRemove(member, this.ports.context.self.id, () => room.room?.newestOf(member));
    room.own.write(now, plan, token);
  }

  setRole(now: number, id: RoomId, member: MemberId, role: Role, token: number): void {
    this.ports.room(id).own.write(now, planRole(member, this.ports.context.self.id, role), token);
  }

  renameRoom(now: number, id: RoomId, name: string, token: number): void {
    checkName(name);
    this.ports.room(id).own.write(now, planName(name), token);
  }

  setHistory(now: number, id: RoomId, history: HistoryPolicy, token: number): void {
    checkHistory(history);
    this.ports.room(id).own.write(now, planHistory(history), token);
  }

  leaveRoom(now: number, id: RoomId, token: number): void {
    const room = this.ports.room(id);
    // A room of two ends with one of them.
    const heirs = room.kind === 'direct' ? 'none' : 'senior';
    room.own.write(now, planLeave(this.ports.context.self.id, heirs), token);
  }

  revokeInvite(now: number, id: RoomId, invite: OperationId, token: number): void {
    this.ports.room(id).own.write(now, planRevoke(invite), token);
  }
}

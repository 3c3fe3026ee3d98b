/** What commands about a private room become: operations, or why not. Whether they count the log decides as well. */
import { equalBytes } from '../../base/bytes.ts';
import type { MemberId } from '../../base/ids.ts';
import type { CommandFailure } from '../api.ts';
import type { Member } from '../membership/roster.ts';
import type { LogRecord } from '../wire/record.ts';
import type { HistoryPolicy, OperationBody, Role, Subject } from '../wire/operation-body.ts';
import { EPOCH_MEMBERS_MAX } from '../secrecy/limits.ts';
import type { Plan } from './own-operations.ts';
import { covers } from './rank.ts';
import type { RoomState } from './room-state.ts';

type Bodies = readonly OperationBody[] | CommandFailure;

/** `seen`: the member as it shows itself in some room. */
export const planAdd =
  (seen: Member | undefined, role: Role): Plan =>
  (state): Bodies => {
    if (seen === undefined) return 'unknown-member';
    if (seen.prekey === undefined || !equalBytes(seen.prekey.identity, seen.publicKey)) return 'no-prekey';
    if (state.members.has(seen.id)) return 'not-allowed';
    if (state.members.size >= EPOCH_MEMBERS_MAX) return 'room-full';
    const { publicKey, name, prekey } = seen;
    return [{ kind: 'add', role, subject: { publicKey, prekey: prekey.publicKey, name } }];
  };

/** `newest`: the last of its messages that we have accepted; later ones will be hidden. */
export const planRemove =
  (target: MemberId, self: MemberId, newest: () => LogRecord | undefined): Plan =>
  (state): Bodies => {
    if (!state.members.has(target)) return 'unknown-member';
    // For going there is leaving.
    if (target === self) return 'not-allowed';
    const { incarnation, sequence } = newest() ?? { incarnation: '00'.repeat(8), sequence: 0 };
    return [{ kind: 'remove', target, cut: { incarnation, sequence } }];
  };

export const planRole =
  (target: MemberId, self: MemberId, role: Role): Plan =>
  (state): Bodies => {
    const card = state.members.get(target);
    if (card === undefined) return 'unknown-member';
    const { publicKey, prekey, name, rank } = card;
    if (rank.role === role) return 'not-allowed';
    const subject: Subject = { publicKey, prekey, name };
    const demote: OperationBody = { kind: 'demote', target };
    if (role === 'member') return [demote];
    // Nobody raises himself, not even to less than he is.
    if (target === self) return 'not-allowed';
    const promote: OperationBody = { kind: 'promote', role, subject };
    return covers(rank.role, role) ? [demote, promote] : [promote];
  };

export const planName =
  (roomName: string): Plan =>
  (): Bodies => [{ kind: 'room-name', roomName }];

export const planHistory =
  (history: HistoryPolicy): Plan =>
  (): Bodies => [{ kind: 'history', history }];

export const planLeave =
  (): Plan =>
  (state: RoomState): Bodies =>
    state.members.size > 0 ? [{ kind: 'leave' }] : 'not-allowed';

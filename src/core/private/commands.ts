/** What commands about a private room become: operations, or why not. Whether they count the log decides as well. */
import { UsageError } from '../../base/assert.ts';
import { equalBytes } from '../../base/bytes.ts';
import type { MemberId, OperationId } from '../../base/ids.ts';
import type { CommandFailure } from '../api.ts';
import { HISTORY_DAYS_MAX, ROOM_NAME_BYTES_MAX } from '../limits.ts';
import type { Member } from '../membership/roster.ts';
import { utf8 } from '../wire/codec.ts';
import type { LogRecord } from '../wire/record.ts';
import type { HistoryPolicy, OperationBody, Role, Subject } from '../wire/operation-body.ts';
import { EPOCH_MEMBERS_MAX } from '../secrecy/limits.ts';
import type { Plan } from './own-operations.ts';
import { compareRanks, covers } from './rank.ts';
import type { RoomMember, RoomState } from './room-state.ts';

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
    const { rank } = card;
    if (rank.role === role) return 'not-allowed';
    const demote: OperationBody = { kind: 'demote', target };
    if (target === self && role === 'member' && heirOf(state, self) !== undefined) return 'last-admin';
    if (role === 'member') return [demote];
    // Nobody raises himself, not even to less than he is.
    if (target === self) return 'not-allowed';
    const promote: OperationBody = { kind: 'promote', role, subject: subjectOf(card) };
    return covers(rank.role, role) ? [demote, promote] : [promote];
  };

export const planName =
  (roomName: string): Plan =>
  (): Bodies => [{ kind: 'room-name', roomName }];

export const planHistory =
  (history: HistoryPolicy): Plan =>
  (): Bodies => [{ kind: 'history', history }];

export const planRevoke =
  (invite: OperationId): Plan =>
  (state): Bodies =>
    state.openInvites.has(invite) ? [{ kind: 'revoke', invite }] : 'invite-unknown';

/** `heirs`: who takes over where nobody else has our rights (membership.md §8). */
export const planLeave =
  (self: MemberId, heirs: 'none' | 'senior'): Plan =>
  (state): Bodies => {
    const role = state.members.get(self)?.rank.role;
    const heir = heirs === 'none' ? undefined : heirOf(state, self);
    if (heir === undefined || role === undefined || role === 'member') return [{ kind: 'leave' }];
    return [{ kind: 'promote', role, subject: subjectOf(heir) }, { kind: 'leave' }];
  };

/** The most senior of the others, where we are an owner or an admin and none of them may do what we may. */
function heirOf(state: RoomState, self: MemberId): RoomMember | undefined {
  const role = state.members.get(self)?.rank.role ?? 'member';
  const others = [...state.members.values()].filter(({ id }) => id !== self);
  if (role === 'member' || others.some(({ rank }) => covers(rank.role, role))) return undefined;
  return others.toSorted((a, b) => compareRanks(a.rank, b.rank) || (a.id < b.id ? -1 : 1))[0];
}

const subjectOf = ({ publicKey, prekey, name }: RoomMember): Subject => ({ publicKey, prekey, name });

/** Throws UsageError where it is no name of a room. */
export function checkName(name: string): void {
  const bytes = utf8(name).length;
  if (bytes === 0 || bytes > ROOM_NAME_BYTES_MAX)
    throw new UsageError(`a room's name has 1 to ${ROOM_NAME_BYTES_MAX} bytes`);
}

/** Throws UsageError where it is no policy. */
export function checkHistory(history: HistoryPolicy): void {
  if (history.kind !== 'days') return;
  const { days } = history;
  if (!Number.isSafeInteger(days) || days < 1 || days > HISTORY_DAYS_MAX)
    throw new UsageError(`1 to ${HISTORY_DAYS_MAX} days`);
}

/** Whom an epoch is for: every member whose prekey can be sealed to. Any member decides that alike, by the key alone. */
import type { MemberId } from '../../base/ids.ts';
import type { EpochRecipient } from '../secrecy/epoch-seal.ts';
import { isSmallOrder } from '../secrecy/small-order.ts';
import type { RoomState } from './room-state.ts';

/** An admin can add somebody under a key of small order: whoever sealed to it would learn nothing and stop. */
export function recipientsOf(state: RoomState): EpochRecipient[] {
  const members = [...state.members.values()].filter(({ prekey }) => !isSmallOrder(prekey));
  return members.map(({ id, prekey }) => ({ member: id, prekey }));
}

/** Whether these are exactly they. */
export function areRecipients(state: RoomState, members: readonly { readonly member: MemberId }[]): boolean {
  const expected = new Set(recipientsOf(state).map(({ member }) => member));
  return members.length === expected.size && members.every(({ member }) => expected.has(member));
}

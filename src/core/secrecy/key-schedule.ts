/**
 * What derives from an epoch's secret, and from the genesis secret for SYNC (secrecy.md §5). Each key serves one
 * purpose; the epoch's id, or the room's, is in all of them.
 */
import { fromHex, toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, RoomId, TransferId } from '../../base/ids.ts';
import { assert } from '../../base/assert.ts';
import { memberIdBytes, roomIdBytes, transferIdBytes } from '../wire/id-bytes.ts';
import type { EpochId } from './epoch.ts';
import { expand, extract, HASH_BYTES } from './hkdf.ts';
import type { Hmac } from './hkdf.ts';
import { labelled } from './labels.ts';

/** Eight bytes that name a member within one epoch and, to who lacks its keys, nobody: 16 digits. */
export type Slot = string;

export interface RoomKeys {
  /** Four bytes ahead of each frame, random to outsiders: under which keys to look. Its first byte goes into DATA. */
  readonly tag: Bytes;
  /** Of the room MAC, which is checked before anything else is. */
  readonly mac: Bytes;
  readonly slots: Bytes;
  readonly messages: Bytes;
  readonly transfers: Bytes;
}

export const TAG_BYTES = 4;
export const SLOT_BYTES = 8;

export function epochKeys(crypto: Hmac, id: EpochId, secret: Bytes): RoomKeys {
  const idBytes = fromHex(id);
  assert(idBytes !== undefined, 'an epoch id is hexadecimal');
  return roomKeys(crypto, extract(crypto, idBytes, secret));
}

/**
 * The stable keys of SYNC. They come from the genesis secret, which every member gets when it is added, so that halves
 * which both rekeyed still hear each other. Removed members have them too: only what is signed, and no secret that
 * is not sealed to a prekey, may travel under them.
 */
export function syncKeys(crypto: Hmac, room: RoomId, genesisSecret: Bytes): RoomKeys {
  return roomKeys(crypto, extract(crypto, labelled('sync', roomIdBytes(room)), genesisSecret));
}

function roomKeys(crypto: Hmac, root: Bytes): RoomKeys {
  return {
    tag: expand(crypto, root, labelled('tag'), TAG_BYTES),
    mac: expand(crypto, root, labelled('room mac'), HASH_BYTES),
    slots: expand(crypto, root, labelled('slots'), HASH_BYTES),
    messages: expand(crypto, root, labelled('messages'), HASH_BYTES),
    transfers: expand(crypto, root, labelled('transfers'), HASH_BYTES),
  };
}

/** The secret of a file in this epoch. After a removal the rest of the file goes under the next epoch's. */
export function transferSecret(crypto: Hmac, keys: RoomKeys, transfer: TransferId): Bytes {
  return expand(crypto, keys.transfers, labelled('transfer', transferIdBytes(transfer)), HASH_BYTES);
}

export function slotOf(crypto: Hmac, keys: RoomKeys, member: MemberId): Slot {
  return toHex(expand(crypto, keys.slots, labelled('slot', memberIdBytes(member)), SLOT_BYTES));
}

/** Who is behind each slot: computed once for an epoch, so that a frame costs a look-up. */
export class SlotTable {
  private readonly members = new Map<Slot, MemberId>();

  /** `members`: at most EPOCH_MEMBERS_MAX. */
  constructor(crypto: Hmac, keys: RoomKeys, members: Iterable<MemberId>) {
    for (const member of members) this.members.set(slotOf(crypto, keys, member), member);
  }

  memberOf(slot: Slot): MemberId | undefined {
    return this.members.get(slot);
  }
}

/** Public rooms: their ids and multicast groups (protocol.md §2 and §3; administratively scoped, RFC 2365). */
import { concatBytes, toHex } from '../../base/bytes.ts';
import type { RoomId } from '../../base/ids.ts';
import type { CryptoPort } from '../api.ts';
import { BULK_SLOTS } from '../limits.ts';
import { utf8 } from '../wire/codec.ts';
import { roomIdBytes } from '../wire/id-bytes.ts';

/** The id of the public room of this name: case-folded and NFC-normalised, so that typing it twice finds it. */
export function publicRoomId(crypto: Pick<CryptoPort, 'sha256'>, name: string): RoomId {
  const normal = name.trim().normalize('NFC').toLowerCase();
  return toHex(
    crypto.sha256(concatBytes(utf8('starling/1 public room '), utf8(normal))).subarray(0, 16),
  ) as RoomId;
}

/** First half of every group, unless all members of a room were set to another. */
export const GROUP_RANGE = '239.255';

export interface RoomGroups {
  /** IPv4 address of the control group. */
  readonly control: string;
  /** IPv4 addresses of the bulk pool, BULK_SLOTS of them. */
  readonly bulk: readonly string[];
}

/**
 * 239.255.A.B for control and 239.255.A.B+1…B+8 for bulk, A in 0…251 and B a multiple of 16 below 240. A stays below
 * 252 because 239.255.255.250 and its neighbours belong to other protocols. Rooms that share a group by chance are
 * told apart by the tag in each frame.
 */
export function roomGroups(room: RoomId, range = GROUP_RANGE): RoomGroups {
  const bytes = roomIdBytes(room);
  const third = (bytes[14] as number) % 252;
  const base = ((bytes[15] as number) % 15) * 16;
  const address = (offset: number): string => `${range}.${third}.${base + offset}`;
  return { control: address(1), bulk: Array.from({ length: BULK_SLOTS }, (_, slot) => address(2 + slot)) };
}

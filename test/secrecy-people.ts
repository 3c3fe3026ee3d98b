/** People for the tests of src/core/secrecy: an identity, a port, and prekeys, all out of one seed. */
import { createIdentity } from '../sim/crypto.ts';
import type { Bytes } from '../src/base/bytes.ts';
import type { MemberId, RoomId } from '../src/base/ids.ts';
import { seededRandom } from '../src/base/prng.ts';
import type { CryptoPort } from '../src/core/api.ts';
import { memberIdOf } from '../src/core/wire/record.ts';
import { tendPrekeys } from '../src/core/secrecy/prekeys.ts';
import type { OwnPrekey } from '../src/core/secrecy/prekeys.ts';

export interface Person {
  readonly crypto: CryptoPort;
  readonly publicKey: Bytes;
  readonly id: MemberId;
  readonly prekeys: readonly OwnPrekey[];
  readonly prekey: Bytes;
}

export const ROOM = 'ab'.repeat(16) as RoomId;
export const START = 1_800_000_000_000;

export function person(seed: number): Person {
  const { crypto, publicKey } = createIdentity(seededRandom(seed), 'ed25519');
  const prekeys = tendPrekeys(crypto, [], START);
  return { crypto, publicKey, prekeys, id: memberIdOf(crypto, publicKey), prekey: prekeys[0]!.publicKey };
}

/** The same bytes with one bit changed. */
export const flipped = (bytes: Bytes, at: number, bit: number): Bytes =>
  bytes.map((byte, i) => (i === at % bytes.length ? byte ^ (1 << (bit & 7)) : byte));

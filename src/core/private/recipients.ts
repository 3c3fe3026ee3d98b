/** Whom an epoch is for: every member whose prekey can be sealed to. Any member decides that alike, by the key alone. */
import { toHex } from '../../base/bytes.ts';
import type { MemberId } from '../../base/ids.ts';
import type { CryptoPort } from '../api.ts';
import { OPERATIONS_MAX } from '../limits.ts';
import type { EpochRecipient } from '../secrecy/epoch-seal.ts';
import { X25519_KEY_BYTES } from '../secrecy/hpke.ts';
import type { RoomState } from './room-state.ts';

/** Any private key will do to find out whether a public one is of small order. */
const PROBE = new Uint8Array(X25519_KEY_BYTES).fill(0x42);

export class Recipients {
  private readonly crypto: Pick<CryptoPort, 'x25519'>;
  /** By prekey. An operation brings one key at most. */
  private readonly usable = new Map<string, boolean>();

  constructor(crypto: Pick<CryptoPort, 'x25519'>) {
    this.crypto = crypto;
  }

  /** An admin can add somebody under a key of small order: whoever sealed to it would learn nothing and stop. */
  of(state: RoomState): EpochRecipient[] {
    const members = [...state.members.values()].filter(({ prekey }) => this.isUsable(prekey));
    return members.map(({ id, prekey }) => ({ member: id, prekey }));
  }

  /** Whether these are exactly they. */
  areThose(state: RoomState, members: readonly { readonly member: MemberId }[]): boolean {
    const expected = new Set(this.of(state).map(({ member }) => member));
    return members.length === expected.size && members.every(({ member }) => expected.has(member));
  }

  private isUsable(prekey: Uint8Array): boolean {
    const name = toHex(prekey);
    let usable = this.usable.get(name);
    if (usable === undefined) {
      usable = this.crypto.x25519(PROBE, prekey) !== undefined;
      if (this.usable.size >= OPERATIONS_MAX) this.usable.clear();
      this.usable.set(name, usable);
    }
    return usable;
  }
}

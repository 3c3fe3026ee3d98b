/**
 * Making and opening epochs (secrecy.md §4). A slot's ephemeral key derives from the secret that the slot holds, so
 * sealing is a function of (header, secret, prekey): whoever opened the secret can seal every slot again and see
 * whether the author gave each member the same one. (Fujisaki and Okamoto, Crypto 1999, is where deriving the
 * randomness from the message is from; a secret of 32 random bytes cannot be guessed and tried.)
 */
import { assert } from '../../base/assert.ts';
import { equalBytes, fromHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, RoomId } from '../../base/ids.ts';
import { err, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import type { CryptoPort } from '../api.ts';
import { memberIdBytes } from '../wire/id-bytes.ts';
import { assembleEpoch, decodeEpoch, encodeEpochHeader, epochIdOf } from './epoch.ts';
import type { Epoch, EpochHeader, EpochId } from './epoch.ts';
import { expand, extract, HASH_BYTES } from './hkdf.ts';
import { deriveKeyPair, openFrom, sealTo } from './hpke.ts';
import type { Sealed } from './hpke.ts';
import { labelled } from './labels.ts';
import { EPOCH_HEADS_MAX, EPOCH_MEMBERS_MAX, SECRET_BYTES } from './limits.ts';
import { prekeyIdOf } from './prekeys.ts';
import type { OwnPrekey } from './prekeys.ts';

export interface EpochDraft {
  readonly room: RoomId;
  readonly publicKey: Bytes;
  readonly generation: number;
  readonly heads: readonly string[];
  readonly recipients: readonly EpochRecipient[];
}

export interface EpochRecipient {
  readonly member: MemberId;
  /** Its X25519 prekey, verified. */
  readonly prekey: Bytes;
}

/** Why a member could not open an epoch. The last two are the author's doing, and its signature proves it. */
export type EpochFault = 'not-a-recipient' | 'prekey-forgotten' | 'slot-unreadable' | 'commitment-broken';

/**
 * Seals a fresh secret, a few slots at a time: about 0.3 ms each, so that a room of 300 does not hold up a datagram.
 * `step` until it is done, then `finish`.
 */
export class EpochSealing {
  readonly secret: Bytes;
  private readonly crypto: CryptoPort;
  private readonly recipients: readonly EpochRecipient[];
  private readonly headerBytes: Bytes;
  readonly id: EpochId;
  private readonly slots: Sealed[] = [];

  constructor(crypto: CryptoPort, draft: EpochDraft, secret: Bytes = crypto.randomBytes(SECRET_BYTES)) {
    assert(draft.heads.length >= 1 && draft.heads.length <= EPOCH_HEADS_MAX, 'epoch heads');
    assert(draft.recipients.length >= 1 && draft.recipients.length <= EPOCH_MEMBERS_MAX, 'epoch members');
    this.crypto = crypto;
    this.secret = secret;
    this.recipients = draft.recipients.toSorted((a, b) => (a.member < b.member ? -1 : 1));
    const header: EpochHeader = {
      room: draft.room,
      publicKey: draft.publicKey,
      generation: draft.generation,
      commitment: commitmentOf(crypto, secret),
      heads: draft.heads.toSorted(),
      members: this.recipients.map(({ member, prekey }) => ({ member, prekey: prekeyIdOf(crypto, prekey) })),
    };
    this.headerBytes = encodeEpochHeader(header);
    this.id = epochIdOf(crypto, this.headerBytes);
  }

  /** True once every slot is sealed. */
  step(slotCount: number): boolean {
    const end = Math.min(this.recipients.length, this.slots.length + slotCount);
    for (let i = this.slots.length; i < end; i++) {
      const { member, prekey } = this.recipients[i] as EpochRecipient;
      this.slots.push(sealSlot(this.crypto, this.id, this.secret, member, prekey));
    }
    return this.slots.length === this.recipients.length;
  }

  finish(): Epoch {
    assert(this.slots.length === this.recipients.length, 'every slot is sealed');
    const epoch = decodeEpoch(this.crypto, assembleEpoch(this.crypto, this.headerBytes, this.slots));
    assert(epoch !== undefined, 'an epoch of our own that breaks a rule');
    return epoch;
  }
}

/** All slots at once, for small rooms and tests. */
export function sealEpoch(
  crypto: CryptoPort,
  draft: EpochDraft,
  secret?: Bytes,
): { readonly epoch: Epoch; readonly secret: Bytes } {
  const sealing = new EpochSealing(crypto, draft, secret);
  sealing.step(draft.recipients.length);
  return { epoch: sealing.finish(), secret: sealing.secret };
}

/** The secret of an epoch whose signature was verified, for the owner of these prekeys. */
export function openEpoch(
  crypto: CryptoPort,
  epoch: Epoch,
  member: MemberId,
  prekeys: readonly OwnPrekey[],
): Result<Bytes, EpochFault> {
  const index = epoch.members.findIndex((candidate) => candidate.member === member);
  const entry = epoch.members[index];
  const slot = epoch.slots[index];
  if (entry === undefined || slot === undefined) return err('not-a-recipient');
  const own = prekeys.find(({ publicKey }) => prekeyIdOf(crypto, publicKey) === entry.prekey);
  if (own === undefined) return err('prekey-forgotten');
  const secret = openFrom(crypto, own, slotInfo(epoch.id), memberIdBytes(member), slot);
  if (secret === undefined) return err('slot-unreadable');
  if (!isCommitted(crypto, epoch, secret)) return err('commitment-broken');
  return ok(secret);
}

/** Whether this is the secret that the header commits to. */
export function isCommitted(
  crypto: Pick<CryptoPort, 'sha256' | 'equalSecrets'>,
  epoch: EpochHeader,
  secret: Bytes,
): boolean {
  return crypto.equalSecrets(commitmentOf(crypto, secret), epoch.commitment);
}

/**
 * Whether the author sealed this very secret to that member, for anybody who opened the epoch: when a member complains,
 * or the author is not trusted. `prekey` is the member's key that the header names by its id.
 */
export function isSlotHonest(
  crypto: CryptoPort,
  epoch: Epoch,
  secret: Bytes,
  member: MemberId,
  prekey: Bytes,
): boolean {
  const index = epoch.members.findIndex((candidate) => candidate.member === member);
  const given = epoch.slots[index];
  if (given === undefined || epoch.members[index]?.prekey !== prekeyIdOf(crypto, prekey)) return false;
  const honest = sealSlot(crypto, epoch.id, secret, member, prekey);
  return equalBytes(given.enc, honest.enc) && equalBytes(given.ciphertext, honest.ciphertext);
}

/** Hides the secret as long as it is random, and binds the author to one. */
const commitmentOf = (crypto: Pick<CryptoPort, 'sha256'>, secret: Bytes): Bytes =>
  crypto.sha256(labelled('epoch commitment', secret));

/** The header is in the id: a slot moved under another header does not open. */
const slotInfo = (id: EpochId): Bytes => labelled('epoch slot', idBytes(id));

function sealSlot(crypto: CryptoPort, id: EpochId, secret: Bytes, member: MemberId, prekey: Bytes): Sealed {
  const about = labelled('epoch slot key', memberIdBytes(member), prekey);
  const input = expand(crypto, extract(crypto, idBytes(id), secret), about, HASH_BYTES);
  const ephemeral = deriveKeyPair(crypto, input);
  const sealed = sealTo(crypto, prekey, slotInfo(id), memberIdBytes(member), secret, ephemeral);
  assert(sealed !== undefined, 'verifyPrekey lets no prekey of small order in');
  return sealed;
}

function idBytes(id: EpochId): Bytes {
  const bytes = fromHex(id);
  assert(bytes !== undefined, 'an epoch id is hexadecimal');
  return bytes;
}

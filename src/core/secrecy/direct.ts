/**
 * Direct messages (secrecy.md §7): sealed to the other's prekey, signed inside, so that outsiders see neither who wrote
 * nor what. The signature covers the recipient and the encapsulated key: whoever gets a message cannot seal it again
 * to somebody else as if it had been written to him.
 */
import { concatBytes, equalBytes, toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import { assert } from '../../base/assert.ts';
import { err, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import type { CryptoPort } from '../api.ts';
import { Reader, Writer } from '../wire/codec.ts';
import { SIGNATURE_BYTES } from '../wire/header.ts';
import { fromHexExact } from '../wire/hex.ts';
import { HPKE_TAG_BYTES, setupRecipient, setupSender, X25519_KEY_BYTES } from './hpke.ts';
import { labelled } from './labels.ts';
import { DIRECT_BODY_BYTES_MAX, IDENTITY_KEY_BYTES } from './limits.ts';
import { PREKEY_ID_BYTES, prekeyIdOf } from './prekeys.ts';
import type { OwnPrekey, Prekey } from './prekeys.ts';

export interface DirectMessage {
  /** The sender's Ed25519 key, which signed it. */
  readonly from: Bytes;
  readonly body: Bytes;
}

export type DirectFault = 'malformed' | 'prekey-forgotten' | 'unreadable' | 'signature' | 'from-self';

const DIRECT_FORMAT = 1;
/** Format, the recipient's prekey id, the encapsulated key. */
const HEADER_BYTES = 1 + PREKEY_ID_BYTES + X25519_KEY_BYTES;
export const DIRECT_BYTES_MAX =
  HEADER_BYTES + IDENTITY_KEY_BYTES + SIGNATURE_BYTES + DIRECT_BODY_BYTES_MAX + HPKE_TAG_BYTES;

/** `from` is this profile's public key; `to` a verified prekey of the other. */
export function sealDirect(crypto: CryptoPort, from: Bytes, to: Prekey, body: Bytes): Bytes {
  assert(body.length <= DIRECT_BODY_BYTES_MAX, 'a direct message that is too long');
  const sender = setupSender(crypto, to.publicKey, sealInfo(to.identity, to.publicKey));
  assert(sender !== undefined, 'verifyPrekey lets no prekey of small order in');
  const header = new Writer(HEADER_BYTES)
    .u8(DIRECT_FORMAT)
    .bytes(fromHexExact(prekeyIdOf(crypto, to.publicKey), PREKEY_ID_BYTES))
    .bytes(sender.enc)
    .finish();
  const signature = crypto.sign(signed(from, to.identity, to.publicKey, header, body));
  return concatBytes(header, sender.context.seal(header, concatBytes(from, signature, body)));
}

/** `self` is this profile's public key, `prekeys` its own ones. */
export function openDirect(
  crypto: CryptoPort,
  self: Bytes,
  prekeys: readonly OwnPrekey[],
  bytes: Bytes,
): Result<DirectMessage, DirectFault> {
  const least = HEADER_BYTES + IDENTITY_KEY_BYTES + SIGNATURE_BYTES + HPKE_TAG_BYTES;
  if (bytes.length < least || bytes.length > DIRECT_BYTES_MAX) return err('malformed');
  const header = bytes.subarray(0, HEADER_BYTES);
  const reader = new Reader(header);
  if (reader.u8() !== DIRECT_FORMAT) return err('malformed');
  const prekeyId = toHex(reader.bytes(PREKEY_ID_BYTES));
  const enc = reader.bytes(X25519_KEY_BYTES);
  const own = prekeys.find(({ publicKey }) => prekeyIdOf(crypto, publicKey) === prekeyId);
  if (own === undefined) return err('prekey-forgotten');
  const opener = setupRecipient(crypto, own, enc, sealInfo(self, own.publicKey));
  const content = opener?.open(header, bytes.subarray(HEADER_BYTES));
  if (content === undefined) return err('unreadable');
  const inside = new Reader(content);
  const from = inside.bytes(IDENTITY_KEY_BYTES).slice();
  const signature = inside.bytes(SIGNATURE_BYTES);
  const body = inside.rest().slice();
  if (!inside.done()) return err('malformed');
  if (!crypto.verify(from, signed(from, self, own.publicKey, header, body), signature))
    return err('signature');
  return equalBytes(from, self) ? err('from-self') : ok({ from, body });
}

const sealInfo = (recipient: Bytes, prekey: Bytes): Bytes => labelled('direct seal', recipient, prekey);

function signed(from: Bytes, recipient: Bytes, prekey: Bytes, header: Bytes, body: Bytes): Bytes {
  return labelled('direct', from, recipient, prekey, header, body);
}

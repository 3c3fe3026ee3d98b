/**
 * HPKE (RFC 9180) in base mode, with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and AES-256-GCM only. Who seals is not
 * authenticated by it (RFC 9180 §9.1): whatever needs an author carries a signature.
 */
import { assert } from '../../base/assert.ts';
import { concatBytes } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { CryptoPort } from '../api.ts';
import { utf8 } from '../wire/codec.ts';
import { expand, extract, HASH_BYTES } from './hkdf.ts';

export type HpkeCrypto = Pick<
  CryptoPort,
  'hmac' | 'x25519PublicKey' | 'x25519' | 'seal' | 'open' | 'randomBytes'
>;

export interface X25519KeyPair {
  readonly publicKey: Bytes;
  readonly privateKey: Bytes;
}

export interface Sealed {
  /** The encapsulated key: the public half of a key pair that serves once. */
  readonly enc: Bytes;
  /** With the tag: HPKE_TAG_BYTES more than the plaintext. */
  readonly ciphertext: Bytes;
}

export const X25519_KEY_BYTES = 32;
export const HPKE_TAG_BYTES = 16;

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const EMPTY = new Uint8Array(0);
const VERSION = utf8('HPKE-v1');
/** `KEM` ‖ 0x0020 (RFC 9180 §4.1). */
const KEM_SUITE = concatBytes(utf8('KEM'), Uint8Array.of(0, 0x20));
/** `HPKE` ‖ KEM 0x0020 ‖ KDF 0x0001 ‖ AEAD 0x0002 (RFC 9180 §5.1, §7). */
const HPKE_SUITE = concatBytes(utf8('HPKE'), Uint8Array.of(0, 0x20, 0, 1, 0, 2));
const MODE_BASE = 0;

/** DeriveKeyPair (RFC 9180 §7.1.3): the key pair that these bytes, at least 32 of them secret, stand for. */
export function deriveKeyPair(
  crypto: Pick<CryptoPort, 'hmac' | 'x25519PublicKey'>,
  input: Bytes,
): X25519KeyPair {
  const prk = labeledExtract(crypto, KEM_SUITE, EMPTY, 'dkp_prk', input);
  const privateKey = labeledExpand(crypto, KEM_SUITE, prk, 'sk', EMPTY, KEY_BYTES);
  return { privateKey, publicKey: crypto.x25519PublicKey(privateKey) };
}

/** GenerateKeyPair (RFC 9180 §4). */
export function generateX25519(crypto: Pick<CryptoPort, 'randomBytes' | 'x25519PublicKey'>): X25519KeyPair {
  const privateKey = crypto.randomBytes(X25519_KEY_BYTES);
  return { privateKey, publicKey: crypto.x25519PublicKey(privateKey) };
}

/** One end of a sealed channel (RFC 9180 §5.2, §5.3): messages are opened in the order in which they were sealed. */
export class HpkeContext {
  private readonly crypto: HpkeCrypto;
  private readonly key: Bytes;
  private readonly baseNonce: Bytes;
  private readonly exporterSecret: Bytes;
  private sequence = 0;

  /** KeySchedule (RFC 9180 §5.1) in base mode: no pre-shared key. */
  constructor(crypto: HpkeCrypto, sharedSecret: Bytes, info: Bytes) {
    this.crypto = crypto;
    const pskIdHash = labeledExtract(crypto, HPKE_SUITE, EMPTY, 'psk_id_hash', EMPTY);
    const infoHash = labeledExtract(crypto, HPKE_SUITE, EMPTY, 'info_hash', info);
    const context = concatBytes(Uint8Array.of(MODE_BASE), pskIdHash, infoHash);
    const secret = labeledExtract(crypto, HPKE_SUITE, sharedSecret, 'secret', EMPTY);
    this.key = labeledExpand(crypto, HPKE_SUITE, secret, 'key', context, KEY_BYTES);
    this.baseNonce = labeledExpand(crypto, HPKE_SUITE, secret, 'base_nonce', context, NONCE_BYTES);
    this.exporterSecret = labeledExpand(crypto, HPKE_SUITE, secret, 'exp', context, HASH_BYTES);
  }

  seal(additional: Bytes, plaintext: Bytes): Bytes {
    const sealed = this.crypto.seal(this.key, this.nonce(), additional, plaintext);
    this.sequence++;
    return sealed;
  }

  /** Undefined, and still at the same message, where it does not open. */
  open(additional: Bytes, ciphertext: Bytes): Bytes | undefined {
    const plaintext = this.crypto.open(this.key, this.nonce(), additional, ciphertext);
    if (plaintext !== undefined) this.sequence++;
    return plaintext;
  }

  /** A secret that only the two ends can derive (RFC 9180 §5.3). */
  export(exporterContext: Bytes, lengthBytes: number): Bytes {
    return labeledExpand(this.crypto, HPKE_SUITE, this.exporterSecret, 'sec', exporterContext, lengthBytes);
  }

  /** ComputeNonce (RFC 9180 §5.2). The limit of 2⁹⁶ messages is out of reach; 2⁵³ is where counting would fail. */
  private nonce(): Bytes {
    assert(Number.isSafeInteger(this.sequence), 'HPKE message limit');
    const nonce = this.baseNonce.slice();
    let rest = this.sequence;
    for (let i = NONCE_BYTES - 1; rest > 0; i--) {
      nonce[i] = (nonce[i] as number) ^ (rest % 256);
      rest = Math.floor(rest / 256);
    }
    return nonce;
  }
}

/** SetupBaseS (RFC 9180 §5.1.1). Undefined where the recipient's key is no key, or one of small order. */
export function setupSender(
  crypto: HpkeCrypto,
  recipient: Bytes,
  info: Bytes,
  /** Fresh unless the caller derives it from something as secret as what is sealed; it must not serve twice. */
  ephemeral: X25519KeyPair = generateX25519(crypto),
): { readonly enc: Bytes; readonly context: HpkeContext } | undefined {
  const dh = crypto.x25519(ephemeral.privateKey, recipient);
  if (dh === undefined) return undefined;
  const shared = extractAndExpand(crypto, dh, ephemeral.publicKey, recipient);
  return { enc: ephemeral.publicKey, context: new HpkeContext(crypto, shared, info) };
}

/** SetupBaseR (RFC 9180 §5.1.1). Undefined where `enc` is no key, or one of small order. */
export function setupRecipient(
  crypto: HpkeCrypto,
  recipient: X25519KeyPair,
  enc: Bytes,
  info: Bytes,
): HpkeContext | undefined {
  const dh = crypto.x25519(recipient.privateKey, enc);
  if (dh === undefined) return undefined;
  return new HpkeContext(crypto, extractAndExpand(crypto, dh, enc, recipient.publicKey), info);
}

/** SealBase (RFC 9180 §6.1). Undefined where the recipient's key is no key. */
export function sealTo(
  crypto: HpkeCrypto,
  recipient: Bytes,
  info: Bytes,
  additional: Bytes,
  plaintext: Bytes,
  ephemeral?: X25519KeyPair,
): Sealed | undefined {
  const sender = setupSender(crypto, recipient, info, ephemeral);
  if (sender === undefined) return undefined;
  return { enc: sender.enc, ciphertext: sender.context.seal(additional, plaintext) };
}

/** OpenBase (RFC 9180 §6.1). */
export function openFrom(
  crypto: HpkeCrypto,
  recipient: X25519KeyPair,
  info: Bytes,
  additional: Bytes,
  sealed: Sealed,
): Bytes | undefined {
  return setupRecipient(crypto, recipient, sealed.enc, info)?.open(additional, sealed.ciphertext);
}

/** ExtractAndExpand (RFC 9180 §4.1), with kem_context = enc ‖ pkR. */
function extractAndExpand(crypto: HpkeCrypto, dh: Bytes, enc: Bytes, recipient: Bytes): Bytes {
  const prk = labeledExtract(crypto, KEM_SUITE, EMPTY, 'eae_prk', dh);
  return labeledExpand(crypto, KEM_SUITE, prk, 'shared_secret', concatBytes(enc, recipient), HASH_BYTES);
}

/** RFC 9180 §4. */
function labeledExtract(
  crypto: Pick<CryptoPort, 'hmac'>,
  suite: Bytes,
  salt: Bytes,
  label: string,
  input: Bytes,
): Bytes {
  return extract(crypto, salt, concatBytes(VERSION, suite, utf8(label), input));
}

/** RFC 9180 §4. */
function labeledExpand(
  crypto: Pick<CryptoPort, 'hmac'>,
  suite: Bytes,
  prk: Bytes,
  label: string,
  info: Bytes,
  lengthBytes: number,
): Bytes {
  const length = Uint8Array.of(lengthBytes >>> 8, lengthBytes & 0xff);
  return expand(crypto, prk, concatBytes(length, VERSION, suite, utf8(label), info), lengthBytes);
}

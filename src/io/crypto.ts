/** CryptoPort on `node:crypto`, synchronous throughout, and the profile's key pair. */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hash,
  hkdfSync,
  type KeyObject,
  randomFillSync,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto';
import { UsageError } from '../base/assert.ts';
import { concatBytes, fromHex, toHex, type Bytes } from '../base/bytes.ts';
import type { CryptoPort } from '../core/api.ts';
import { VERIFY_KEYS_MAX } from './limits.ts';

export const PUBLIC_KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const TAG_BYTES = 16;
/** The key of each stream is used once only, so a constant nonce is safe (protocol.md, blocks). */
const ZERO_NONCE = new Uint8Array(12);
const EMPTY = new Uint8Array(0);
/** SubjectPublicKeyInfo of Ed25519 (RFC 8410 §4), and PKCS #8 (§7): all but the 32 bytes of the key. */
const SPKI_PREFIX = fromHex('302a300506032b6570032100') as Bytes;
const PKCS8_PREFIX = fromHex('302e020100300506032b657004220420') as Bytes;
/** The same of X25519. */
const X25519_SPKI_PREFIX = fromHex('302a300506032b656e032100') as Bytes;
const X25519_PKCS8_PREFIX = fromHex('302e020100300506032b656e04220420') as Bytes;

export interface KeyPair {
  /** Raw, 32 bytes. */
  readonly publicKey: Bytes;
  /** PKCS #8 DER. */
  readonly privateKeyPkcs8: Bytes;
}

/** A fresh Ed25519 key pair. */
export function generateKeyPair(): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    publicKey: publicKeyBytes(publicKey),
    privateKeyPkcs8: plain(privateKey.export({ type: 'pkcs8', format: 'der' })),
  };
}

/** The Ed25519 key pair that 32 private bytes stand for (RFC 8032 §5.1.5). */
export function keyPairFromSeed(seed: Bytes): KeyPair {
  if (seed.length !== PUBLIC_KEY_BYTES) throw new UsageError(`seed of ${seed.length} bytes`);
  const privateKeyPkcs8 = concatBytes(PKCS8_PREFIX, seed);
  const privateKey = createPrivateKey({ key: Buffer.from(privateKeyPkcs8), format: 'der', type: 'pkcs8' });
  return { publicKey: publicKeyBytes(createPublicKey(privateKey)), privateKeyPkcs8 };
}

/** The 32 raw bytes of an Ed25519 public key. */
export function publicKeyBytes(key: KeyObject): Bytes {
  const der = plain(key.export({ type: 'spki', format: 'der' }));
  return der.slice(der.length - PUBLIC_KEY_BYTES);
}

/** The Ed25519 public key with these 32 raw bytes; throws UsageError for another length. */
export function publicKeyFrom(raw: Bytes): KeyObject {
  if (raw.length !== PUBLIC_KEY_BYTES) throw new UsageError(`public key of ${raw.length} bytes`);
  return createPublicKey({ key: Buffer.from(concatBytes(SPKI_PREFIX, raw)), format: 'der', type: 'spki' });
}

/** True where both halves belong together: a profile whose files were mixed up must not go on the network. */
export function isKeyPair(pair: KeyPair): boolean {
  try {
    const secret = createPrivateKey({ key: Buffer.from(pair.privateKeyPkcs8), format: 'der', type: 'pkcs8' });
    return toHex(publicKeyBytes(createPublicKey(secret))) === toHex(pair.publicKey);
  } catch {
    return false;
  }
}

/** The port for the profile with this private key (PKCS #8 DER). */
export function nodeCrypto(privateKeyPkcs8: Bytes): CryptoPort {
  const privateKey = createPrivateKey({
    key: Buffer.from(privateKeyPkcs8),
    format: 'der',
    type: 'pkcs8',
  });
  const verifyKeys = new KeyCache(VERIFY_KEYS_MAX);
  return {
    sha256: (bytes) => plain(hash('sha256', bytes, 'buffer')),
    sha256Stream: () => {
      const state = createHash('sha256');
      return { update: (bytes) => void state.update(bytes), digest: () => plain(state.digest()) };
    },
    sign: (message) => plain(sign(null, message, privateKey)),
    verify: (publicKey, message, signature) => {
      if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
      try {
        return verify(null, message, verifyKeys.get(publicKey), signature);
      } catch {
        return false;
      }
    },
    ed25519: signingKey,
    hkdf: (secret, info, lengthBytes) => new Uint8Array(hkdfSync('sha256', secret, EMPTY, info, lengthBytes)),
    ...secrecyPrimitives,
    sealStream,
    openStream,
    randomBytes: (lengthBytes) => randomFillSync(new Uint8Array(lengthBytes)),
  };
}

/** Throws UsageError for a seed of another length: it is derived by ourselves. */
function signingKey(seed: Bytes): ReturnType<CryptoPort['ed25519']> {
  const { publicKey, privateKeyPkcs8 } = keyPairFromSeed(seed);
  const key = createPrivateKey({ key: Buffer.from(privateKeyPkcs8), format: 'der', type: 'pkcs8' });
  return { publicKey, sign: (message) => plain(sign(null, message, key)) };
}

/** What private rooms need beside the above; without identity, so the simulator has its own and both pass one suite. */
const secrecyPrimitives: Pick<
  CryptoPort,
  'hmac' | 'x25519PublicKey' | 'x25519' | 'seal' | 'open' | 'equalSecrets'
> = {
  hmac: (key, message) => plain(createHmac('sha256', key).update(message).digest()),
  x25519PublicKey: (privateKey) => {
    const der = createPublicKey(x25519PrivateKey(privateKey)).export({ type: 'spki', format: 'der' });
    return plain(der).slice(X25519_SPKI_PREFIX.length);
  },
  x25519: (privateKey, publicKey) => {
    const secret = x25519PrivateKey(privateKey);
    if (publicKey.length !== PUBLIC_KEY_BYTES) return undefined;
    const key = Buffer.from(concatBytes(X25519_SPKI_PREFIX, publicKey));
    try {
      const shared = diffieHellman({
        privateKey: secret,
        publicKey: createPublicKey({ key, format: 'der', type: 'spki' }),
      });
      // OpenSSL refuses a zero secret already; the rule is ours to keep all the same.
      return shared.some((byte) => byte !== 0) ? plain(shared) : undefined;
    } catch {
      return undefined;
    }
  },
  seal: (key, nonce, additional, plaintext) => {
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    cipher.setAAD(additional);
    const body = cipher.update(plaintext);
    cipher.final();
    return concatBytes(body, cipher.getAuthTag());
  },
  open: (key, nonce, additional, sealed) => {
    const bodyBytes = sealed.length - TAG_BYTES;
    if (bodyBytes < 0) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(additional);
    decipher.setAuthTag(sealed.subarray(bodyBytes));
    const body = decipher.update(sealed.subarray(0, bodyBytes));
    try {
      decipher.final();
    } catch {
      return undefined;
    }
    return plain(body);
  },
  equalSecrets: (a, b) => a.length === b.length && timingSafeEqual(a, b),
};

/** Throws UsageError for another length: private keys are our own. */
function x25519PrivateKey(raw: Bytes): KeyObject {
  if (raw.length !== PUBLIC_KEY_BYTES) throw new UsageError(`private key of ${raw.length} bytes`);
  return createPrivateKey({
    key: Buffer.from(concatBytes(X25519_PKCS8_PREFIX, raw)),
    format: 'der',
    type: 'pkcs8',
  });
}

function sealStream(key: Bytes): ReturnType<CryptoPort['sealStream']> {
  const cipher = createCipheriv('aes-256-gcm', key, ZERO_NONCE);
  return {
    update: (plaintext) => plain(cipher.update(plaintext)),
    tag: () => {
      cipher.final();
      return plain(cipher.getAuthTag());
    },
  };
}

function openStream(key: Bytes, tag: Bytes): ReturnType<CryptoPort['openStream']> {
  const decipher = createDecipheriv('aes-256-gcm', key, ZERO_NONCE, { authTagLength: TAG_BYTES });
  // A tag of another length comes from the network: it is a wrong tag, not a mistake of the caller.
  const tagFits = tag.length === TAG_BYTES;
  if (tagFits) decipher.setAuthTag(tag);
  return {
    update: (ciphertext) => plain(decipher.update(ciphertext)),
    final: () => {
      if (!tagFits) return false;
      try {
        decipher.final();
        return true;
      } catch {
        return false;
      }
    },
  };
}

/** A Buffer's `slice` shares memory where a Uint8Array's copies, so no Buffer enters the core. */
function plain(buffer: Buffer): Bytes {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/** Parsing a key costs as much as a third of a verification; the least recently used one makes room. */
class KeyCache {
  readonly #entries = new Map<string, KeyObject>();
  readonly #countMax: number;

  constructor(countMax: number) {
    this.#countMax = countMax;
  }

  get(raw: Bytes): KeyObject {
    const id = toHex(raw);
    const known = this.#entries.get(id);
    if (known !== undefined) {
      this.#entries.delete(id);
      this.#entries.set(id, known);
      return known;
    }
    const parsed = publicKeyFrom(raw);
    if (this.#entries.size >= this.#countMax) {
      const oldest = this.#entries.keys().next();
      if (!oldest.done) this.#entries.delete(oldest.value);
    }
    this.#entries.set(id, parsed);
    return parsed;
  }
}

/**
 * The cryptography of simulated members: real SHA-256, HKDF and AES-GCM. Two kinds of signature: real Ed25519 whose
 * verdicts are remembered for the whole process, because fifty members verify the same bytes; and, for runs where
 * even signing is too slow, a keyed hash that only looks like one. Randomness comes from the run's seed.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hash,
  hkdfSync,
  sign,
  timingSafeEqual,
  verify,
  type KeyObject,
} from 'node:crypto';

import { toHex, type Bytes } from '../src/base/bytes.ts';
import type { Random } from '../src/base/prng.ts';
import type { CryptoPort } from '../src/core/api.ts';
import { REMEMBERED_SIGNATURE_BYTES_MAX } from './limits.ts';

export type SignatureKind = 'ed25519' | 'insecure-mac';

/** A member's key pair and everything it computes with. */
export interface Identity {
  readonly publicKey: Bytes;
  readonly crypto: CryptoPort;
}

const ZERO_NONCE = new Uint8Array(12);
/** DER in front of the 32 raw bytes of a key (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const X25519_PKCS8_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');
const X25519_SPKI_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');
const TAG_BYTES = 16;

/** The identity is a function of `random`'s state. */
export function createIdentity(random: Random, kind: SignatureKind): Identity {
  const seed = seededBytes(random, 32);
  const signerOf = kind === 'ed25519' ? ed25519Signer : insecureMacSigner;
  const signer = signerOf(seed);
  return {
    publicKey: signer.publicKey,
    crypto: {
      ...hashesAndCiphers,
      sign: signer.sign,
      ed25519: signerOf,
      verify: kind === 'ed25519' ? verifyRemembered : verifyInsecureMac,
      randomBytes: (lengthBytes) => seededBytes(random, lengthBytes),
    },
  };
}

/** The digest of the port, for callers that have no identity. */
export const sha256 = (bytes: Bytes): Bytes => new Uint8Array(hash('sha256', bytes, 'buffer'));

const hashesAndCiphers: Omit<CryptoPort, 'sign' | 'ed25519' | 'verify' | 'randomBytes'> = {
  sha256,
  sha256Stream() {
    const stream = createHash('sha256');
    return {
      update: (bytes) => void stream.update(bytes),
      digest: () => new Uint8Array(stream.digest()),
    };
  },
  hkdf: (secret, info, lengthBytes) =>
    new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(0), info, lengthBytes)),
  hmac: (key, message) => asPlainBytes(createHmac('sha256', key).update(message).digest()),
  x25519PublicKey: (privateKey) =>
    asPlainBytes(createPublicKey(x25519PrivateKey(privateKey)).export({ format: 'der', type: 'spki' })).slice(
      X25519_SPKI_PREFIX.length,
    ),
  x25519(privateKey, publicKey) {
    const secret = x25519PrivateKey(privateKey);
    // OpenSSL's parser passes over what stands behind a key.
    if (publicKey.length !== 32) return undefined;
    try {
      const key = Buffer.concat([X25519_SPKI_PREFIX, publicKey]);
      const other = createPublicKey({ key, format: 'der', type: 'spki' });
      const shared = asPlainBytes(diffieHellman({ privateKey: secret, publicKey: other }));
      return shared.some((byte) => byte !== 0) ? shared : undefined;
    } catch {
      return undefined;
    }
  },
  seal(key, nonce, additional, plaintext) {
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(additional);
    const parts = [cipher.update(plaintext), cipher.final()];
    return asPlainBytes(Buffer.concat([...parts, cipher.getAuthTag()]));
  },
  open(key, nonce, additional, sealed) {
    if (sealed.length < TAG_BYTES) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(additional);
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    try {
      const body = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES));
      return asPlainBytes(Buffer.concat([body, decipher.final()]));
    } catch {
      return undefined;
    }
  },
  equalSecrets: (a, b) => a.length === b.length && timingSafeEqual(a, b),
  sealStream(key) {
    const cipher = createCipheriv('aes-256-gcm', key, ZERO_NONCE);
    return {
      update: (plaintext) => asPlainBytes(cipher.update(plaintext)),
      tag() {
        cipher.final();
        return asPlainBytes(cipher.getAuthTag());
      },
    };
  },
  openStream(key, tag) {
    const decipher = createDecipheriv('aes-256-gcm', key, ZERO_NONCE);
    decipher.setAuthTag(tag);
    return {
      update: (ciphertext) => asPlainBytes(decipher.update(ciphertext)),
      final() {
        try {
          decipher.final();
          return true;
        } catch {
          return false;
        }
      },
    };
  },
};

const x25519PrivateKey = (raw: Bytes): KeyObject =>
  createPrivateKey({ key: Buffer.concat([X25519_PKCS8_PREFIX, raw]), format: 'der', type: 'pkcs8' });

interface Signer {
  readonly publicKey: Bytes;
  sign(message: Bytes): Bytes;
}

function ed25519Signer(seed: Bytes): Signer {
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return {
    publicKey: new Uint8Array(spki.subarray(SPKI_PREFIX.length)),
    sign: (message) => new Uint8Array(sign(null, message, privateKey)),
  };
}

interface RememberedVerdict {
  readonly publicKey: Bytes;
  readonly message: Bytes;
  readonly valid: boolean;
}

/** By signature, oldest first. A verdict counts only for the very key and message that it was given for. */
const verdicts = new Map<string, RememberedVerdict>();
let verdictBytes = 0;

function verifyRemembered(publicKey: Bytes, message: Bytes, signature: Bytes): boolean {
  const key = latin1(signature);
  const known = verdicts.get(key);
  if (known !== undefined && isSame(known.publicKey, publicKey) && isSame(known.message, message)) {
    return known.valid;
  }
  const valid = verifyEd25519(publicKey, message, signature);
  if (known !== undefined) return valid;
  verdicts.set(key, { publicKey: publicKey.slice(), message: message.slice(), valid });
  verdictBytes += message.length;
  for (const [oldest, verdict] of verdicts) {
    if (verdictBytes <= REMEMBERED_SIGNATURE_BYTES_MAX) break;
    verdicts.delete(oldest);
    verdictBytes -= verdict.message.length;
  }
  return valid;
}

/** Key objects by raw key; as many as there are identities in the process, hostile ones included. */
const publicKeys = new Map<string, KeyObject>();

function verifyEd25519(publicKey: Bytes, message: Bytes, signature: Bytes): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  try {
    const name = latin1(publicKey);
    let key = publicKeys.get(name);
    if (key === undefined) {
      key = createPublicKey({
        key: Buffer.concat([SPKI_PREFIX, publicKey]),
        format: 'der',
        type: 'spki',
      });
      if (publicKeys.size < 10_000) publicKeys.set(name, key);
    }
    return verify(null, message, key, signature);
  } catch {
    return false;
  }
}

/** Secrets by public key: whoever runs in this process can forge, which is why it is for the simulator alone. */
const macSecrets = new Map<string, Bytes>();

function insecureMacSigner(secret: Bytes): Signer {
  const publicKey = sha256(secret);
  macSecrets.set(toHex(publicKey), secret);
  return { publicKey, sign: (message) => insecureMac(secret, message) };
}

const insecureMac = (secret: Bytes, message: Bytes): Bytes =>
  new Uint8Array(createHmac('sha512', secret).update(message).digest());

function verifyInsecureMac(publicKey: Bytes, message: Bytes, signature: Bytes): boolean {
  const secret = macSecrets.get(toHex(publicKey));
  return secret !== undefined && isSame(insecureMac(secret, message), signature);
}

function seededBytes(random: Random, lengthBytes: number): Bytes {
  return Uint8Array.from({ length: lengthBytes }, () => random.below(256));
}

/** The same memory without Buffer's methods, some of which (`slice`) differ from Uint8Array's. */
const asPlainBytes = (buffer: Buffer): Bytes =>
  new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);

const latin1 = (bytes: Bytes): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');

const isSame = (a: Bytes, b: Bytes): boolean => Buffer.compare(a, b) === 0;

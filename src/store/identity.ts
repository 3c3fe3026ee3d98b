import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Bytes } from '../base/bytes.ts';

export interface Identity {
  /** Raw Ed25519 public key, 32 bytes. */
  readonly publicKey: Bytes;
  /** PKCS #8 DER. */
  readonly privateKeyPkcs8: Bytes;
}

/** The profile's key pair, made on first use and never replaced. */
export function loadIdentity(database: DatabaseSync): Identity {
  const row = database.prepare('SELECT public_key, private_key_pkcs8 FROM identity').get();
  if (row !== undefined) {
    return {
      publicKey: new Uint8Array(row['public_key'] as Uint8Array),
      privateKeyPkcs8: new Uint8Array(row['private_key_pkcs8'] as Uint8Array),
    };
  }
  const { privateKey } = generateKeyPairSync('ed25519');
  const identity = {
    publicKey: rawPublicKey(createPublicKey(privateKey)),
    privateKeyPkcs8: new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs8' })),
  };
  database
    .prepare('INSERT INTO identity (only, public_key, private_key_pkcs8) VALUES (1, ?, ?)')
    .run(identity.publicKey, identity.privateKeyPkcs8);
  return identity;
}

/** An Ed25519 SubjectPublicKeyInfo is a fixed 12-byte prefix and the key (RFC 8410 §4). */
function rawPublicKey(key: KeyObject): Bytes {
  return new Uint8Array(key.export({ format: 'der', type: 'spki' }).subarray(12));
}

import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { assert } from '../base/assert.ts';
import type { Bytes } from '../base/bytes.ts';

/** The profile's key pair, made on first use and never replaced. Its private part may be wrapped with a passphrase. */
export class Identity {
  /** Raw Ed25519 public key, 32 bytes. */
  readonly publicKey: Bytes;
  readonly #database: DatabaseSync;
  #stored: Bytes;
  #wrapping: Bytes | undefined;
  #privateKey: Bytes | undefined;

  constructor(database: DatabaseSync) {
    this.#database = database;
    const row = database.prepare('SELECT public_key, private_key_pkcs8, wrapping FROM identity').get();
    const found = row === undefined ? makeKeys(database) : rowOf(row);
    this.publicKey = found.publicKey;
    this.#stored = found.privateKey;
    this.#wrapping = found.wrapping;
    this.#privateKey = found.wrapping === undefined ? found.privateKey : undefined;
  }

  /** PKCS #8 DER. Not before `unlock` where it is wrapped. */
  get privateKeyPkcs8(): Bytes {
    assert(this.#privateKey !== undefined, 'the key is locked');
    return this.#privateKey;
  }

  /** How the key is wrapped, and what that gave; undefined where it is not. Opaque to the store. */
  get wrapped(): { readonly wrapping: Bytes; readonly sealed: Bytes } | undefined {
    return this.#wrapping === undefined ? undefined : { wrapping: this.#wrapping, sealed: this.#stored };
  }

  unlock(privateKeyPkcs8: Bytes): void {
    this.#privateKey = privateKeyPkcs8;
  }

  /** From now on the file has the key sealed so, or, for undefined, as it is. What stood there before is overwritten. */
  rewrap(wrapped: { readonly wrapping: Bytes; readonly sealed: Bytes } | undefined): void {
    const stored = wrapped?.sealed ?? this.privateKeyPkcs8;
    const wrapping = wrapped?.wrapping;
    this.#database
      .prepare('UPDATE identity SET private_key_pkcs8 = ?, wrapping = ?')
      .run(stored, wrapping ?? null);
    this.#stored = stored;
    this.#wrapping = wrapping;
    // The log of the database has the page as it was until it is cut off.
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }
}

interface Row {
  readonly publicKey: Bytes;
  readonly privateKey: Bytes;
  readonly wrapping: Bytes | undefined;
}

function rowOf(row: Record<string, unknown>): Row {
  const wrapping = row['wrapping'];
  return {
    publicKey: new Uint8Array(row['public_key'] as Uint8Array),
    privateKey: new Uint8Array(row['private_key_pkcs8'] as Uint8Array),
    wrapping: wrapping === null ? undefined : new Uint8Array(wrapping as Uint8Array),
  };
}

function makeKeys(database: DatabaseSync): Row {
  const keys = generateKeyPairSync('ed25519').privateKey;
  const publicKey = rawPublicKey(createPublicKey(keys));
  const privateKey = new Uint8Array(keys.export({ format: 'der', type: 'pkcs8' }));
  database
    .prepare('INSERT INTO identity (only, public_key, private_key_pkcs8) VALUES (1, ?, ?)')
    .run(publicKey, privateKey);
  return { publicKey, privateKey, wrapping: undefined };
}

/** An Ed25519 SubjectPublicKeyInfo is a fixed 12-byte prefix and the key (RFC 8410 §4). */
function rawPublicKey(key: KeyObject): Bytes {
  return new Uint8Array(key.export({ format: 'der', type: 'spki' }).subarray(12));
}

/**
 * The profile's private key under a passphrase: Argon2id (RFC 9106 §4, its second recommended choice: 64 MiB, three passes)
 * gives a key of AES-256-GCM, with the public key as associated data. It keeps a copy of the file from being used to speak as
 * its owner; what else is in the file is not sealed by it (docs/threat-model.md).
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { argon2id } from 'hash-wasm';
import { concatBytes } from '../base/bytes.ts';
import type { Bytes } from '../base/bytes.ts';
import type { Params, Results } from '../contract/api.ts';
import type { Identity } from '../store/identity.ts';
import type { Store } from '../store/store.ts';
import { ApiFault } from './fault.ts';
import { PASSPHRASE_BYTES_MAX, PASSPHRASE_CHARACTERS_MIN } from './limits.ts';

export interface Wrapped {
  readonly wrapping: Bytes;
  readonly sealed: Bytes;
}

const VERSION = 1;
const MEMORY_KIB = 65_536;
const PASSES = 3;
/** What a file may ask for: more would be an attack on the machine, not a protection of the key. */
const MEMORY_KIB_MAX = 1_048_576;
const PASSES_MAX = 16;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Version, memory, passes, salt, nonce. */
const WRAPPING_BYTES = 1 + 4 + 4 + SALT_BYTES + NONCE_BYTES;

export async function wrapKey(privateKey: Bytes, publicKey: Bytes, passphrase: string): Promise<Wrapped> {
  const head = new Uint8Array(9);
  const view = new DataView(head.buffer);
  view.setUint8(0, VERSION);
  view.setUint32(1, MEMORY_KIB);
  view.setUint32(5, PASSES);
  const wrapping = concatBytes(head, new Uint8Array(randomBytes(SALT_BYTES + NONCE_BYTES)));
  const { salt, nonce, memoryKiB, passes } = parseWrapping(wrapping) as Wrapping;
  const key = await stretch(passphrase, salt, memoryKiB, passes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(publicKey);
  const sealed = concatBytes(
    new Uint8Array(cipher.update(privateKey)),
    new Uint8Array(cipher.final()),
    new Uint8Array(cipher.getAuthTag()),
  );
  return { wrapping, sealed };
}

/** Undefined where the passphrase is another one, or the file was changed. */
export async function unwrapKey(
  { wrapping, sealed }: Wrapped,
  publicKey: Bytes,
  passphrase: string,
): Promise<Bytes | undefined> {
  const parsed = parseWrapping(wrapping);
  if (parsed === undefined || sealed.length < TAG_BYTES) return undefined;
  const key = await stretch(passphrase, parsed.salt, parsed.memoryKiB, parsed.passes);
  const decipher = createDecipheriv('aes-256-gcm', key, parsed.nonce)
    .setAAD(publicKey)
    .setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    const opened = decipher.update(sealed.subarray(0, -TAG_BYTES));
    return concatBytes(new Uint8Array(opened), new Uint8Array(decipher.final()));
  } catch {
    return undefined;
  }
}

/** Sets, changes and takes away the passphrase of the running profile. */
export class PassphraseCare {
  readonly #store: Store;
  /** One after the other: each takes 64 MiB. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(store: Store) {
    this.#store = store;
  }

  change(params: Params<'set-passphrase'>): Promise<Results['set-passphrase']> {
    const next = this.#last.then(() => this.#change(params));
    this.#last = next.catch(() => undefined);
    return next;
  }

  async #change({ current, next }: Params<'set-passphrase'>): Promise<Results['set-passphrase']> {
    const { identity } = this.#store;
    if (identity.wrapped !== undefined && !(await opens(identity, current)))
      throw new ApiFault('passphrase-wrong');
    if (next !== null) checkPassphrase(next);
    const wrapped =
      next === null ? undefined : await wrapKey(identity.privateKeyPkcs8, identity.publicKey, next);
    const done = this.#store.attempt(() => identity.rewrap(wrapped));
    if (!done.ok) throw new ApiFault(done.error.code, { ...done.error });
    return { isSet: wrapped !== undefined };
  }
}

async function opens({ wrapped, publicKey }: Identity, passphrase: string | undefined): Promise<boolean> {
  if (wrapped === undefined || passphrase === undefined) return false;
  return (await unwrapKey(wrapped, publicKey, passphrase)) !== undefined;
}

/** Unlocks a store's identity; the code of the problem where that fails. */
export async function unlock(
  identity: Identity,
  passphrase: string | undefined,
): Promise<'passphrase-needed' | 'passphrase-wrong' | undefined> {
  const { wrapped, publicKey } = identity;
  if (wrapped === undefined) return undefined;
  if (passphrase === undefined) return 'passphrase-needed';
  const privateKey = await unwrapKey(wrapped, publicKey, passphrase);
  if (privateKey === undefined) return 'passphrase-wrong';
  identity.unlock(privateKey);
  return undefined;
}

function checkPassphrase(passphrase: string): void {
  // Whoever has the file can try as many as a processor does in a second, which with 64 MiB are a few.
  if (Array.from(passphrase).length < PASSPHRASE_CHARACTERS_MIN)
    throw new ApiFault('passphrase-short', { least: PASSPHRASE_CHARACTERS_MIN });
  if (Buffer.byteLength(passphrase) > PASSPHRASE_BYTES_MAX)
    throw new ApiFault('passphrase-long', { most: PASSPHRASE_BYTES_MAX });
}

interface Wrapping {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly salt: Bytes;
  readonly nonce: Bytes;
}

function parseWrapping(bytes: Bytes): Wrapping | undefined {
  if (bytes.length !== WRAPPING_BYTES || bytes[0] !== VERSION) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [memoryKiB, passes] = [view.getUint32(1), view.getUint32(5)];
  if (memoryKiB < 8 || memoryKiB > MEMORY_KIB_MAX || passes < 1 || passes > PASSES_MAX) return undefined;
  return {
    memoryKiB,
    passes,
    salt: bytes.subarray(9, 9 + SALT_BYTES),
    nonce: bytes.subarray(9 + SALT_BYTES),
  };
}

/** The same passphrase however the keyboard composes it: NFKC, as RFC 8265 has it for passwords but for case and width. */
function stretch(passphrase: string, salt: Bytes, memorySize: number, iterations: number): Promise<Bytes> {
  const password = passphrase.normalize('NFKC');
  return argon2id({
    password,
    salt,
    memorySize,
    iterations,
    parallelism: 1,
    hashLength: 32,
    outputType: 'binary',
  });
}

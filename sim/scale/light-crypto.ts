/**
 * Ports for members that count instead of keeping bytes: real hashes for ids, a keyed hash for signatures; nothing is
 * ciphered, and every block has the same hash, because the bytes that would tell them apart do not exist.
 */
import type { Bytes } from '../../src/base/bytes.ts';
import type { CryptoPort } from '../../src/core/api.ts';
import { KERNEL_PAGES } from '../../src/core/fec/limits.ts';
import type { FecKernel } from '../../src/core/fec/port.ts';
import type { Identity } from '../crypto.ts';

const NOTHING = new Uint8Array(0);
const TAG = new Uint8Array(16);
const DIGEST = new Uint8Array(32).fill(1);
const WASM_PAGE_BYTES = 65_536;

/** The crypto port of an identity with insecure-mac signatures, without work on blocks. */
export function lightCrypto(identity: Identity): CryptoPort {
  return {
    ...identity.crypto,
    sha256Stream: () => ({ update: () => undefined, digest: () => DIGEST }),
    hkdf: (_secret, _info, lengthBytes) => DIGEST.subarray(0, lengthBytes),
    sealStream: () => ({ update: () => NOTHING, tag: () => TAG }),
    openStream: () => ({ update: (): Bytes => NOTHING, final: () => true }),
  };
}

/** Multiplies nothing: what repair symbols hold is never looked at. */
export const lightKernel: FecKernel = {
  memory: new Uint8Array(KERNEL_PAGES * WASM_PAGE_BYTES),
  multiplyAdd: () => undefined,
};

/**
 * The safety number of two people (secrecy.md §8.1): 60 digits that both see, 30 for each identity key, the lower ones
 * first. After Signal's numeric fingerprint, version 2 (libsignal, NumericFingerprintGenerator): a hash that is
 * iterated, so that every guess at a key with similar digits costs 5200 hashes; here with SHA-256, of which 30 of 32
 * bytes are used. Some 20 ms, for the daemon and not for the engine.
 */
import { concatBytes } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { CryptoPort } from '../api.ts';
import { labelled } from './labels.ts';
import { FINGERPRINT_ITERATIONS } from './limits.ts';

/** Twelve groups of five digits; the same whichever key comes first. */
export function safetyNumber(crypto: Pick<CryptoPort, 'sha256'>, keyA: Bytes, keyB: Bytes): string {
  const halves = [fingerprintDigits(crypto, keyA), fingerprintDigits(crypto, keyB)].toSorted();
  return halves.flatMap((digits) => digits.match(/\d{5}/g) ?? []).join(' ');
}

/** 30 digits: six numbers of 40 bits each, modulo 100,000, which favours no digit by more than 1 in 10⁷. */
export function fingerprintDigits(crypto: Pick<CryptoPort, 'sha256'>, publicKey: Bytes): string {
  let hash = crypto.sha256(labelled('fingerprint', publicKey));
  for (let i = 1; i < FINGERPRINT_ITERATIONS; i++) hash = crypto.sha256(concatBytes(hash, publicKey));
  let digits = '';
  for (let at = 0; at < 30; at += 5) {
    let value = 0;
    for (const byte of hash.subarray(at, at + 5)) value = value * 256 + byte;
    digits += (value % 100_000).toString().padStart(5, '0');
  }
  return digits;
}

/**
 * Argon2id (RFC 9106) over the six words of an invite. It takes a good part of a second and 64 MiB, so it is here and not
 * in the core; in WebAssembly, so that it is the same on every Node that Starling runs on.
 */
import { argon2id } from 'hash-wasm';
import type { Bytes } from '../base/bytes.ts';
import type { CryptoPort } from '../core/api.ts';
import { ARGON2ID, inviteWordsSalt } from '../core/secrecy/invite-words.ts';

/** 32 bytes for `inviteRootOfWords`. `words` as `newInviteWords` and `parseInviteWords` give them. */
export async function stretchInviteWords(crypto: Pick<CryptoPort, 'sha256'>, words: string): Promise<Bytes> {
  return argon2id({
    password: words,
    salt: inviteWordsSalt(crypto),
    memorySize: ARGON2ID.memoryKiB,
    iterations: ARGON2ID.passes,
    parallelism: ARGON2ID.lanes,
    hashLength: ARGON2ID.outputBytes,
    outputType: 'binary',
  });
}

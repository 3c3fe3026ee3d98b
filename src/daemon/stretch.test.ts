import { argon2Sync } from 'node:crypto';
import { expect, test } from 'vitest';
import { toHex } from '../base/bytes.ts';
import { ARGON2ID, inviteWordsSalt } from '../core/secrecy/invite-words.ts';
import { generateKeyPair, nodeCrypto } from '../io/crypto.ts';
import { stretchInviteWords } from './stretch.ts';

const crypto = nodeCrypto(generateKeyPair().privateKeyPkcs8);

test('the words are stretched as OpenSSL’s Argon2id does it', async () => {
  const words = 'abandon ability able about above absent';
  const reference = argon2Sync('argon2id', {
    message: words,
    nonce: inviteWordsSalt(crypto),
    memory: ARGON2ID.memoryKiB,
    passes: ARGON2ID.passes,
    parallelism: ARGON2ID.lanes,
    tagLength: ARGON2ID.outputBytes,
  });
  const stretched = toHex(await stretchInviteWords(crypto, words));
  expect(stretched).toBe(toHex(reference));
  // The vector of docs/secrecy.md.
  expect(stretched).toBe('5976fbecd8b319b76c0b4dff144113a75f5e7d2ff63f517095aa9791d04383ee');
});

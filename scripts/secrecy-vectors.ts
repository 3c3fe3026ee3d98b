/**
 * Writes docs/vectors/secrecy.json: every format of docs/secrecy.md with its inputs, private keys and randomness
 * included, for a second implementation. A test recomputes it.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromHex, toHex } from '../src/base/bytes.ts';
import type { Bytes } from '../src/base/bytes.ts';
import type { RoomId, TransferId } from '../src/base/ids.ts';
import type { CryptoPort } from '../src/core/api.ts';
import { sealDirect } from '../src/core/secrecy/direct.ts';
import { answerTo, ask, encodeEmojiMessage, receive } from '../src/core/secrecy/emoji-exchange.ts';
import { sealEpoch } from '../src/core/secrecy/epoch-seal.ts';
import {
  encodeInviteLink,
  inviteKeys,
  inviteRootOfLink,
  inviteRootOfWords,
} from '../src/core/secrecy/invite.ts';
import { ARGON2ID, inviteWordsSalt } from '../src/core/secrecy/invite-words.ts';
import { epochKeys, slotOf, syncKeys, transferSecret } from '../src/core/secrecy/key-schedule.ts';
import type { RoomKeys } from '../src/core/secrecy/key-schedule.ts';
import { prekeyIdOf, signPrekey } from '../src/core/secrecy/prekeys.ts';
import { safetyNumber } from '../src/core/secrecy/safety-number.ts';
import { sealFrame } from '../src/core/secrecy/sealed-frame.ts';
import { memberIdOf } from '../src/core/wire/record.ts';
import { nodeCrypto, keyPairFromSeed } from '../src/io/crypto.ts';

export const SECRECY_VECTORS = fileURLToPath(new URL('../docs/vectors/secrecy.json', import.meta.url));

/** Byte strings that nobody would take for real keys: `count` bytes that rise from `first`. */
const rising = (first: number, count = 32): Bytes => Uint8Array.from({ length: count }, (_, i) => first + i);
const text = (value: string): Bytes => new TextEncoder().encode(value);

interface Someone {
  readonly crypto: CryptoPort;
  readonly publicKey: Bytes;
  readonly prekey: Bytes;
  readonly shown: Readonly<Record<string, string | number>>;
}

/** An identity and a prekey out of private bytes; `random` is what its generator gives, for ever. */
function someone(identitySeed: Bytes, prekeyPrivate: Bytes, serial: number, random: Bytes): Someone {
  const { privateKeyPkcs8, publicKey } = keyPairFromSeed(identitySeed);
  const crypto = {
    ...nodeCrypto(privateKeyPkcs8),
    randomBytes: (length: number) => random.slice(0, length),
  };
  const prekey = crypto.x25519PublicKey(prekeyPrivate);
  const shown = {
    identitySeed: toHex(identitySeed),
    identity: toHex(publicKey),
    member: memberIdOf(crypto, publicKey),
    prekeyPrivate: toHex(prekeyPrivate),
    prekey: toHex(prekey),
    prekeyId: prekeyIdOf(crypto, prekey),
    serial,
    signedPrekey: toHex(signPrekey(crypto, publicKey, { publicKey: prekey, serial })),
  };
  return { crypto, publicKey, prekey, shown };
}

const shownKeys = (keys: RoomKeys): Record<string, string> =>
  Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, toHex(key as Bytes)]));

/** Everything, as JSON. */
export function secrecyVectors(): unknown {
  const anna = someone(rising(0), rising(32), 1_800_000_000_000, rising(64));
  const bob = someone(rising(96), rising(128), 1_800_000_000_001, rising(160));
  const { crypto } = anna;
  const room = toHex(rising(16, 16)) as RoomId;
  const transfer = toHex(rising(48, 16)) as TransferId;
  const heads = [toHex(rising(1)), toHex(rising(2))];
  const recipients = [anna, bob].map(({ publicKey, prekey }) => ({
    member: memberIdOf(crypto, publicKey),
    prekey,
  }));
  const draft = { room, publicKey: anna.publicKey, generation: 3, heads, recipients };
  const { epoch, secret } = sealEpoch(crypto, draft, rising(200));
  const keys = epochKeys(crypto, epoch.id, secret);
  const author = { member: epoch.author, incarnation: toHex(rising(7, 8)) };
  const body = text('Hello, Bob. 你好。');
  const to = { identity: bob.publicKey, publicKey: bob.prekey, serial: 0 };
  return {
    about:
      'Starling secrecy, version 1 (docs/secrecy.md). Byte strings are hexadecimal, numbers are numbers.',
    people: { anna: anna.shown, bob: bob.shown },
    epoch: {
      room,
      author: toHex(anna.publicKey),
      generation: draft.generation,
      heads,
      secret: toHex(secret),
      commitment: toHex(epoch.commitment),
      id: epoch.id,
      bytes: toHex(epoch.bytes),
    },
    keys: shownKeys(keys),
    slots: {
      anna: slotOf(crypto, keys, epoch.author),
      bob: slotOf(crypto, keys, memberIdOf(crypto, bob.publicKey)),
    },
    transfer: { id: transfer, secret: toHex(transferSecret(crypto, keys, transfer)) },
    sync: { genesisSecret: toHex(rising(80)), room, keys: shownKeys(syncKeys(crypto, room, rising(80))) },
    frame: {
      type: 0x23,
      author: author.member,
      incarnation: author.incarnation,
      random: toHex(rising(64)),
      plaintext: toHex(body),
      bytes: toHex(sealFrame(crypto, keys, author, 0x23, body)),
    },
    direct: {
      ephemeralPrivate: toHex(rising(64)),
      body: toHex(body),
      bytes: toHex(sealDirect(crypto, anna.publicKey, to, body)),
    },
    safetyNumber: safetyNumber(crypto, anna.publicKey, bob.publicKey),
    emoji: emojiVector(anna, bob),
    invites: inviteVectors(crypto),
  };
}

function emojiVector(anna: Someone, bob: Someone): unknown {
  const begun = ask(anna.crypto, anna.publicKey, bob.publicKey);
  const answered = answerTo(bob.crypto, bob.publicKey, anna.publicKey, begun.send);
  if (answered === undefined) throw new Error('a commit is answered');
  const compared = receive(anna.crypto, begun.state, answered.send);
  if (compared.send === undefined || compared.state.phase !== 'comparing')
    throw new Error('a nonce is revealed to');
  return {
    asker: 'anna',
    session: begun.send.session,
    commit: toHex(encodeEmojiMessage(begun.send)),
    nonce: toHex(encodeEmojiMessage(answered.send)),
    reveal: toHex(encodeEmojiMessage(compared.send)),
    emoji: compared.state.emoji,
  };
}

function inviteVectors(crypto: CryptoPort): unknown {
  const link = rising(240, 16);
  const stretched = fromHex(STRETCHED) as Bytes;
  const shown = (root: Bytes): Record<string, string> => {
    const { id, meeting, request, reply, seed } = inviteKeys(crypto, root);
    const secrets = { request: toHex(request), reply: toHex(reply), key: toHex(seed) };
    return { root: toHex(root), id, meeting, ...secrets, publicKey: toHex(crypto.ed25519(seed).publicKey) };
  };
  return {
    link: {
      secret: toHex(link),
      text: encodeInviteLink(crypto, link),
      keys: shown(inviteRootOfLink(crypto, link)),
    },
    words: {
      text: WORDS,
      argon2id: { ...ARGON2ID, salt: toHex(inviteWordsSalt(crypto)), output: STRETCHED },
      keys: shown(inviteRootOfWords(crypto, stretched)),
    },
  };
}

const WORDS = 'abandon ability able about above absent';
/** Argon2id of WORDS; src/daemon/stretch.test.ts computes it. */
const STRETCHED = '5976fbecd8b319b76c0b4dff144113a75f5e7d2ff63f517095aa9791d04383ee';

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(dirname(SECRECY_VECTORS), { recursive: true });
  writeFileSync(SECRECY_VECTORS, `${JSON.stringify(secrecyVectors(), null, 2)}\n`);
}

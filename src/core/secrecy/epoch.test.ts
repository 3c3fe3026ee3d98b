import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flipped, person, ROOM } from '../../../test/secrecy-people.ts';
import type { Person } from '../../../test/secrecy-people.ts';
import { concatBytes, fromHex, toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import { assembleEpoch, decodeEpoch, encodeEpochHeader, verifyEpoch } from './epoch.ts';
import type { Epoch } from './epoch.ts';
import { EpochSealing, isCommitted, isSlotHonest, openEpoch, sealEpoch } from './epoch-seal.ts';
import type { EpochDraft } from './epoch-seal.ts';
import { sealTo } from './hpke.ts';
import { labelled } from './labels.ts';
import { EPOCH_BYTES_MAX, EPOCH_HEADS_MAX, EPOCH_MEMBERS_MAX } from './limits.ts';
import { tendPrekeys } from './prekeys.ts';

const anna = person(1);
const bob = person(2);
const cem = person(3);
const heads = ['22'.repeat(32), '11'.repeat(32)];
const draftFor = (...people: readonly Person[]): EpochDraft => ({
  room: ROOM,
  publicKey: anna.publicKey,
  generation: 7,
  heads,
  recipients: people.map(({ id, prekey }) => ({ member: id, prekey })),
});
const opened = (epoch: Epoch, who: Person): string => {
  const result = openEpoch(who.crypto, epoch, who.id, who.prekeys);
  return result.ok ? toHex(result.value) : result.error;
};

describe('an honest epoch', () => {
  const { epoch, secret } = sealEpoch(anna.crypto, draftFor(cem, anna, bob));

  test('is read back as it was written, verified, and opened by each member', () => {
    const read = decodeEpoch(bob.crypto, epoch.bytes) as Epoch;
    expect(read).toEqual(epoch);
    expect(verifyEpoch(bob.crypto, read)).toBe(true);
    expect(read.author).toBe(anna.id);
    expect(read.heads).toEqual(heads.toSorted());
    for (const who of [anna, bob, cem]) expect(opened(read, who)).toBe(toHex(secret));
  });

  test('is nothing to who is not in it, even under the name of somebody who is', () => {
    const dora = person(4);
    expect(opened(epoch, dora)).toBe('not-a-recipient');
    expect(opened(epoch, { ...dora, id: bob.id })).toBe('prekey-forgotten');
    const pretending = dora.prekeys.map((own) => ({ ...own, publicKey: bob.prekey }));
    expect(opened(epoch, { ...bob, prekeys: pretending })).toBe('slot-unreadable');
  });

  test('a removed member with all of its keys and the secret before opens nothing of the next', () => {
    const next = sealEpoch(anna.crypto, draftFor(anna, cem));
    expect(opened(next.epoch, bob)).toBe('not-a-recipient');
    for (const slot of next.epoch.slots) {
      const forged: Epoch = {
        ...next.epoch,
        members: epoch.members.filter(({ member }) => member === bob.id),
        slots: [slot],
      };
      expect(opened(forged, bob)).toBe('slot-unreadable');
    }
    expect(next.secret).not.toEqual(secret);
    expect(isCommitted(bob.crypto, next.epoch, secret)).toBe(false);
  });

  test('a prekey that was rotated still opens, one that was forgotten does not', () => {
    const later = tendPrekeys(bob.crypto, bob.prekeys, bob.prekeys[0]!.createdAt + 8 * 86_400_000);
    expect(opened(epoch, { ...bob, prekeys: later })).toBe(toHex(secret));
    expect(opened(epoch, { ...bob, prekeys: later.slice(0, 1) })).toBe('prekey-forgotten');
  });

  test('is sealed in steps to the same bytes', () => {
    const sealing = new EpochSealing(anna.crypto, draftFor(bob, cem, anna), secret);
    let steps = 1;
    while (!sealing.step(1)) steps++;
    expect(steps).toBe(3);
    expect(sealing.finish().bytes).toEqual(epoch.bytes);
  });

  test('any bit changed is refused, by the format or by the signature', () => {
    fc.assert(
      fc.property(fc.nat(epoch.bytes.length - 1), fc.nat(7), (at, bit) => {
        const read = decodeEpoch(bob.crypto, flipped(epoch.bytes, at, bit));
        expect(read === undefined || !verifyEpoch(bob.crypto, read)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe('an author who cheats', () => {
  const { epoch, secret } = sealEpoch(anna.crypto, draftFor(anna, bob, cem));
  const header = encodeEpochHeader(epoch);
  const victim = epoch.members.findIndex(({ member }) => member === bob.id);
  const withSlot = (slot: (typeof epoch.slots)[number]): Epoch =>
    decodeEpoch(
      anna.crypto,
      assembleEpoch(
        anna.crypto,
        header,
        epoch.slots.map((given, i) => (i === victim ? slot : given)),
      ),
    ) as Epoch;
  const info = labelled('epoch slot', fromHex(epoch.id) as Bytes);
  const sealedTo = (content: Bytes): (typeof epoch.slots)[number] =>
    sealTo(anna.crypto, bob.prekey, info, fromHex(bob.id) as Bytes, content)!;

  test('a slot with another secret: its member finds out, everyone else can see it, the signature says who', () => {
    const cheat = withSlot(sealedTo(new Uint8Array(32).fill(7)));
    expect(verifyEpoch(cem.crypto, cheat)).toBe(true);
    expect(cheat.id).toBe(epoch.id);
    expect(opened(cheat, bob)).toBe('commitment-broken');
    expect(opened(cheat, cem)).toBe(toHex(secret));
    expect(isSlotHonest(cem.crypto, cheat, secret, bob.id, bob.prekey)).toBe(false);
    expect(isSlotHonest(cem.crypto, cheat, secret, cem.id, cem.prekey)).toBe(true);
    expect(isSlotHonest(cem.crypto, epoch, secret, bob.id, bob.prekey)).toBe(true);
  });

  test('a slot of noise is unreadable, and seen the same way', () => {
    const noise = withSlot({ enc: cem.prekey, ciphertext: new Uint8Array(48) });
    expect(opened(noise, bob)).toBe('slot-unreadable');
    expect(isSlotHonest(cem.crypto, noise, secret, bob.id, bob.prekey)).toBe(false);
  });

  test('an honest ciphertext behind another encapsulated key opens nothing, and is no honest slot', () => {
    const mixed = withSlot({ enc: cem.prekey, ciphertext: epoch.slots[victim]!.ciphertext });
    expect(opened(mixed, bob)).toBe('slot-unreadable');
    expect(isSlotHonest(cem.crypto, mixed, secret, bob.id, bob.prekey)).toBe(false);
  });

  test('even the right secret under fresh randomness is not what was agreed', () => {
    expect(isSlotHonest(cem.crypto, withSlot(sealedTo(secret)), secret, bob.id, bob.prekey)).toBe(false);
  });

  test('a slot taken over into another epoch does not open there', () => {
    const other = sealEpoch(anna.crypto, { ...draftFor(anna, bob, cem), generation: 8 }, secret).epoch;
    expect(opened({ ...other, slots: epoch.slots }, bob)).toBe('slot-unreadable');
  });
});

describe('the decoder', () => {
  const { epoch } = sealEpoch(anna.crypto, draftFor(anna, bob));
  const countAt = 1 + 16 + 32 + 6 + 32 + 1 + 64;
  const refuse = (bytes: Bytes): void => expect(decodeEpoch(anna.crypto, bytes)).toBeUndefined();

  test('is total', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => void decodeEpoch(anna.crypto, bytes)),
    );
    for (let end = 0; end < epoch.bytes.length; end++) refuse(epoch.bytes.subarray(0, end));
    refuse(concatBytes(epoch.bytes, Uint8Array.of(0)));
    refuse(new Uint8Array(EPOCH_BYTES_MAX + 1));
  });

  test('believes no count, order or doubling', () => {
    const put = (at: number, ...values: readonly number[]): Bytes => {
      const bytes = epoch.bytes.slice();
      bytes.set(values, at);
      return bytes;
    };
    expect(epoch.bytes[countAt + 1]).toBe(2);
    refuse(put(countAt, 0xff, 0xff));
    refuse(put(countAt, 0, 0));
    refuse(put(countAt, 0, 3));
    refuse(put(1 + 16 + 32 + 6 + 32, 0));
    refuse(put(1 + 16 + 32 + 6 + 32, EPOCH_HEADS_MAX + 1));
    refuse(put(0, 2));
    const twice = epoch.bytes.slice();
    twice.copyWithin(countAt + 2 + 24, countAt + 2, countAt + 2 + 24);
    refuse(twice);
    const [low, high] = [0, 32].map((i) => epoch.bytes.slice(countAt - 64 + i, countAt - 32 + i));
    refuse(put(countAt - 64, ...high!, ...low!));
  });

  const signedWith = (memberCount: number, headCount: number): Bytes => {
    const slots = Array.from({ length: memberCount }, () => epoch.slots[0]!);
    const members = slots.map((_, i) => ({ ...epoch.members[0]!, member: i.toString(16).padStart(32, '0') }));
    const heads = Array.from({ length: headCount }, (_, i) => i.toString(16).padStart(64, '0'));
    const header = encodeEpochHeader({ ...epoch, heads, members: members as never });
    return assembleEpoch(anna.crypto, header, slots);
  };

  test('takes the largest epoch that is allowed, and none with more or with nobody in it', () => {
    const largest = signedWith(EPOCH_MEMBERS_MAX, EPOCH_HEADS_MAX);
    expect(largest).toHaveLength(EPOCH_BYTES_MAX);
    expect(decodeEpoch(anna.crypto, largest)?.members).toHaveLength(EPOCH_MEMBERS_MAX);
    expect(decodeEpoch(anna.crypto, signedWith(1, 1))).toBeDefined();
    refuse(signedWith(EPOCH_MEMBERS_MAX + 1, 1));
    refuse(signedWith(1, EPOCH_HEADS_MAX + 1));
    refuse(signedWith(0, 1));
    refuse(signedWith(1, 0));
  });
});

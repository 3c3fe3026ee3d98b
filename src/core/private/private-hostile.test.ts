/** Who runs other code: junk from outsiders, and what members and removed ones can send under keys that they have. */
import { describe, expect, test } from 'vitest';
import { roomOf, talk, TestNetwork } from '../../../test/private-network.ts';
import type { Person } from '../../../test/private-network.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, OperationId, RoomId } from '../../base/ids.ts';
import { seededRandom } from '../../base/prng.ts';
import { SYNC_HEADS_MAX } from '../limits.ts';
import { encodeFragment } from '../wire/fragment.ts';
import { FRAME, firstByte, readRoomTag, roomTag, typeOf } from '../wire/header.ts';
import { recordPrefix } from '../wire/id-bytes.ts';
import { encodeNak } from '../wire/nak.ts';
import { signRecord } from '../wire/record.ts';
import { signOperation } from '../wire/operation.ts';
import type { OperationBody } from '../wire/operation-body.ts';
import { encodeSync, epochFragment, epochFragmentCount } from '../wire/sync.ts';
import type { SyncBody } from '../wire/sync.ts';
import { encodeWithheld } from '../wire/withheld.ts';
import { decodeEpoch } from '../secrecy/epoch.ts';
import { sealEpoch } from '../secrecy/epoch-seal.ts';
import { epochKeys, syncKeys } from '../secrecy/key-schedule.ts';
import { sealFrame } from '../secrecy/sealed-frame.ts';
import { MembershipLog } from './membership-log.ts';

const four = (): [TestNetwork, Person, Person, Person, Person] => {
  const net = new TestNetwork('ann', 'bob', 'cleo', 'dan');
  return [net, ...(net.people as [Person, Person, Person, Person])];
};

const kept = (person: Person, room: RoomId): NonNullable<ReturnType<Person['privateRooms']['get']>> => {
  const found = person.privateRooms.get(room);
  if (found === undefined) throw new Error('not kept');
  return found;
};

let counter = 1_000_000;
/** A SYNC by a member's key, under the keys that everybody has who was ever let in. */
function syncBy(person: Person, keys: Person, room: RoomId, body: SyncBody, crypto = person.crypto): Bytes {
  const frame = {
    publicKey: person.identity.publicKey,
    incarnation: 'ab'.repeat(8),
    counter: counter++,
    body,
  };
  const plaintext = encodeSync(crypto, room, frame);
  const author = { member: room as string as MemberId, incarnation: 'ab'.repeat(8) };
  const secret = kept(keys, room).secret as Bytes;
  return sealFrame(
    person.crypto,
    syncKeys(person.crypto, room, secret),
    author,
    firstByte(FRAME.sync),
    plaintext,
  );
}

/** An inner frame under the newest epoch that this person's store holds. */
function sealedBy(person: Person, room: RoomId, inner: Bytes): Bytes {
  const { bytes, secret } = [...kept(person, room).epochs.values()].at(-1) ?? {};
  const epoch = bytes === undefined ? undefined : decodeEpoch(person.crypto, bytes);
  if (epoch === undefined || secret === undefined) throw new Error('no epoch');
  const author = { member: person.id, incarnation: 'ab'.repeat(8) };
  return sealFrame(
    person.crypto,
    epochKeys(person.crypto, epoch.id, secret),
    author,
    firstByte(FRAME.sealed),
    inner,
  );
}

function logOf(person: Person, room: RoomId): MembershipLog {
  const log = new MembershipLog(person.crypto, room);
  for (const bytes of kept(person, room).operations.values()) log.insert(bytes);
  return log;
}

function operationBy(person: Person, from: Person, room: RoomId, body: OperationBody): Bytes {
  const links = logOf(from, room).links(person.id);
  if (links === undefined) throw new Error('no member');
  return signOperation(person.crypto, { ...links, publicKey: person.identity.publicKey, body }).bytes;
}

const counts = (person: Person, what: string): number => person.peer.counters()[what] ?? 0;

/** Gives everybody a whole announcement. */
function announce(
  net: TestNetwork,
  room: RoomId,
  by: Person,
  keys: Person,
  bytes: Bytes,
  to: readonly Person[],
): void {
  const id = decodeEpoch(by.crypto, bytes)?.id as string;
  for (let i = 0; i < epochFragmentCount(bytes.length); i++)
    for (const receiver of to) net.inject(receiver, syncBy(by, keys, room, epochFragment(id, bytes, i)));
}

describe('outsiders', () => {
  test('junk, cut and changed datagrams leave the room usable and its memory bounded', () => {
    const [net, ann, bob] = four();
    const room = roomOf(net, ann, bob);
    talk(net, room, ann, bob);
    const random = seededRandom(5);
    const real = net.sent
      .filter(({ to }) => to.kind === 'control' && to.room === room)
      .map(({ bytes }) => bytes);
    for (let i = 0; i < 6000; i++) {
      const bytes = (real[random.below(real.length)] as Bytes).slice(
        0,
        random.below(3) === 0 ? random.below(400) : 1472,
      );
      for (let flips = random.below(4); flips > 0 && bytes.length > 0; flips--)
        bytes[random.below(bytes.length)] = random.below(256);
      net.inject(bob, bytes);
      if (i % 100 === 0) net.run(5);
    }
    talk(net, room, ann, bob);
    const sizes = bob.peer.sizes();
    for (const what of [
      'epochs',
      'operationsWaiting',
      'syncWants',
      'epochsPartial',
      'reassembly',
      'pending',
      'syncAnswers',
    ])
      expect(sizes[what], what).toBeLessThan(20);
  });

  test('frames of the inside do nothing in the clear', () => {
    const [net, ann, bob] = four();
    const room = roomOf(net, ann, bob);
    talk(net, room, ann, bob);
    const before = counts(ann, 'frame-other-room');
    const ask = { member: bob.id, ranges: [{ author: ann.id, from: 1, to: 9 }], fragments: [] };
    net.inject(ann, encodeNak(room, ask), bob.address);
    net.inject(ann, encodeFragment(room, '00'.repeat(16), new Uint8Array(90), 0), bob.address);
    expect(counts(ann, 'frame-other-room')).toBe(before + 2);
  });

  test('a public room with the same tag is silent, rather than that the private one is heard in it', () => {
    const [net, ann, bob] = four();
    const room = roomOf(net, ann, bob);
    const twin = (roomTag(room) + '7'.repeat(24)) as RoomId;
    for (const who of [ann, bob])
      who.do((peer, now) => peer.join(now, twin, { records: [], floors: [], catchUp: true }));
    const before = net.sent.length;
    talk(net, room, ann, bob);
    ann.do((peer, now, token) => peer.say(now, twin, 'public', now, token));
    net.run(2000);
    const clear = net.sent.slice(before).filter(({ bytes }) => {
      const type = typeOf(bytes[0] as number);
      return type !== FRAME.sealed && type !== FRAME.sync && readRoomTag(bytes) === roomTag(room);
    });
    expect(clear).toEqual([]);
  });

  test('nobody is told in a public room that something is withheld', () => {
    const [net, ann, bob] = four();
    const before = counts(ann, 'misrouted');
    net.inject(
      ann,
      encodeWithheld(net.lobby, { asker: ann.id, ranges: [{ author: bob.id, from: 1, to: 9 }] }),
    );
    expect(counts(ann, 'misrouted')).toBe(before + 1);
  });
});

describe('insiders', () => {
  test('an operation that its author may not do changes nothing', () => {
    const [net, ann, bob, cleo, dan] = four();
    const room = roomOf(net, ann, bob, cleo);
    const operations = [
      operationBy(bob, ann, room, {
        kind: 'remove',
        target: cleo.id,
        cut: { incarnation: '00'.repeat(8), sequence: 0 },
      }),
    ];
    for (const who of [ann, cleo])
      net.inject(who, syncBy(bob, ann, room, { kind: 'operations', operations }));
    net.run(2000);
    expect(ann.members(room)).toEqual(['ann', 'bob', 'cleo']);
    expect(cleo.of('room-closed')).toEqual([]);
    void dan;
  });

  test('a member under a key that cannot be sealed to stops nobody', () => {
    const [net, ann, bob, cleo, dan] = four();
    const room = roomOf(net, ann, bob, cleo);
    const subject = { publicKey: dan.identity.publicKey, prekey: new Uint8Array(32), name: 'dan' };
    const operations = [operationBy(ann, ann, room, { kind: 'add', role: 'member', subject })];
    for (const who of [ann, bob, cleo])
      net.inject(who, syncBy(ann, ann, room, { kind: 'operations', operations }));
    net.run(3000);
    expect(bob.members(room)).toEqual(['ann', 'bob', 'cleo', 'dan']);
    expect(bob.peer.privateRoom(room).secured).toBe(true);
    const token = ann.do((peer, now, it) => peer.removeFromRoom(now, room, cleo.id, it));
    net.run(1000);
    expect(ann.outcome(token)).toBe('done');
    talk(net, room, ann, bob);
  });

  test('an epoch for others than its heads say is refused, and so is one by who is out', () => {
    const [net, ann, bob, cleo, dan] = four();
    const room = roomOf(net, ann, bob, cleo);
    net.run(500);
    const heads = logOf(ann, room).heads() as string[];
    const epochFor = (author: Person, ...people: Person[]): Bytes =>
      sealEpoch(author.crypto, {
        room,
        publicKey: author.identity.publicKey,
        generation: 99,
        heads,
        recipients: people.map(({ id, prekeys }) => ({ member: id, prekey: prekeys[0]?.publicKey as Bytes })),
      }).epoch.bytes;
    const before = counts(ann, 'epoch-members');
    announce(net, room, bob, ann, epochFor(bob, ann, bob), [ann, cleo]);
    announce(net, room, bob, ann, epochFor(bob, ann, bob, cleo, dan), [ann, cleo]);
    expect(counts(ann, 'epoch-members')).toBe(before + 2);
    announce(net, room, dan, ann, epochFor(dan, ann, bob, cleo), [ann, cleo]);
    expect(counts(ann, 'epoch-author')).toBe(1);
    // An honest one of that kind is taken: the test can fail.
    const opened = ann.epochsEver.get(room)?.length ?? 0;
    announce(net, room, bob, ann, epochFor(bob, ann, bob, cleo), [ann, cleo]);
    net.run(100);
    expect(ann.epochsEver.get(room)?.length).toBe(opened + 1);
    const forged = epochFor(bob, ann, bob, cleo);
    forged[forged.length - 1] = (forged[forged.length - 1] as number) ^ 1;
    announce(net, room, bob, ann, forged, [ann]);
    expect(counts(ann, 'epoch-signature')).toBe(1);
  });

  test('epochs of one author come at a rate that others can bear', () => {
    const [net, ann, bob] = four();
    const room = roomOf(net, ann, bob);
    const heads = logOf(ann, room).heads() as string[];
    const recipients = [ann, bob].map(({ id, prekeys }) => ({
      member: id,
      prekey: prekeys[0]?.publicKey as Bytes,
    }));
    for (let generation = 10; generation < 60; generation++) {
      const draft = { room, publicKey: bob.identity.publicKey, generation, heads, recipients };
      announce(net, room, bob, ann, sealEpoch(bob.crypto, draft).epoch.bytes, [ann]);
    }
    expect(counts(ann, 'epoch-budget')).toBeGreaterThan(10);
    expect(ann.peer.sizes()['epochs']).toBeLessThanOrEqual(8);
  });

  test('feedback by who was removed starts nothing', () => {
    const [net, ann, bob, cleo] = four();
    const room = roomOf(net, ann, bob, cleo);
    talk(net, room, ann, bob, cleo);
    const ask = { member: bob.id, ranges: [{ author: ann.id, from: 1, to: 9 }], fragments: [] };
    const frame = sealedBy(bob, room, encodeNak(room, ask));
    ann.do((peer, now, token) => peer.removeFromRoom(now, room, bob.id, token));
    net.run(500);
    const before = counts(ann, 'sealed-under-old-epoch');
    net.inject(ann, frame, bob.address);
    expect(counts(ann, 'sealed-under-old-epoch')).toBe(before + 1);
  });

  test('a SYNC that its author did not sign, or that was heard before, is none', () => {
    const [net, ann, bob, cleo] = four();
    const room = roomOf(net, ann, bob);
    net.run(7000);
    const heads = ['cd'.repeat(32) as OperationId];
    const body: SyncBody = { kind: 'heads', digest: '00'.repeat(8), wantsReply: true, heads, epochs: [] };
    const before = counts(ann, 'bad-signature');
    // In bob's name, by cleo's key.
    net.inject(ann, syncBy(bob, bob, room, body, cleo.crypto));
    expect(counts(ann, 'bad-signature')).toBe(before + 1);
    expect(ann.peer.sizes()['syncWants']).toBe(0);

    const frame = syncBy(bob, bob, room, body);
    net.inject(ann, frame);
    expect(ann.peer.sizes()['syncWants']).toBe(1);
    net.run(120_000);
    expect(ann.peer.sizes()['syncWants']).toBe(0);
    net.inject(ann, frame);
    expect(ann.peer.sizes()['syncWants']).toBe(0);
  });

  test('a frame of another room under the seal of this one is dropped', () => {
    const [net, ann, bob] = four();
    const room = roomOf(net, ann, bob);
    net.run(500);
    const before = counts(ann, 'sealed-malformed');
    net.inject(ann, sealedBy(bob, room, encodeNak(net.lobby, { member: bob.id, ranges: [], fragments: [] })));
    expect(counts(ann, 'sealed-malformed')).toBe(before + 1);
    net.inject(ann, sealedBy(bob, room, encodeNak(room, { member: bob.id, ranges: [], fragments: [] })));
    expect(counts(ann, 'sealed-malformed')).toBe(before + 1);
  });

  test('what who left says later is not taken from him, under an epoch that he has', () => {
    const [net, ann, bob, cleo] = four();
    const room = roomOf(net, ann, bob, cleo);
    net.run(500);
    const said = (who: Person): Bytes => {
      const { publicKey } = who.identity;
      const record = signRecord(who.crypto, {
        room,
        publicKey,
        incarnation: 'ab'.repeat(8),
        sequence: 1,
        previous: undefined,
        parents: [],
        depth: 1,
        at: 0,
        name: who.name,
        body: { kind: 'text', text: `raw ${who.name}` },
      });
      return sealedBy(who, room, encodeFragment(room, recordPrefix(record.id), record.bytes, 0));
    };
    const [ofBob, ofCleo] = [said(bob), said(cleo)];
    bob.do((peer, now, token) => peer.leaveRoom(now, room, token));
    net.run(1000);
    const before = counts(ann, 'record-later');
    net.inject(ann, ofBob);
    expect(counts(ann, 'record-later')).toBe(before + 1);
    net.inject(ann, ofCleo);
    expect(ann.texts(room)).toEqual(['raw cleo']);
  });

  test('heads that do not exist are asked for a few times, a bounded number of them', () => {
    const [net, ann, bob] = four();
    const room = roomOf(net, ann, bob);
    net.run(7000);
    const since = net.sent.length;
    for (let i = 0; i < 30; i++) {
      const heads = Array.from(
        { length: SYNC_HEADS_MAX },
        (_, k) => `${i * 100 + k}`.padStart(64, '0') as OperationId,
      );
      net.inject(
        ann,
        syncBy(bob, bob, room, {
          kind: 'heads',
          digest: '00'.repeat(8),
          wantsReply: false,
          heads,
          epochs: [],
        }),
      );
    }
    expect(ann.peer.sizes()['syncWants']).toBeLessThanOrEqual(64);
    net.run(120_000);
    expect(ann.peer.sizes()['syncWants']).toBe(0);
    const syncs = net.sent
      .slice(since)
      .filter(({ by, bytes }) => by === ann && typeOf(bytes[0] as number) === FRAME.sync);
    expect(syncs.length).toBeLessThan(80);
    talk(net, room, ann, bob);
  });
});

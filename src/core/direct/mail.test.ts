import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CALM, pair, Post, Resident, STORM } from '../../../test/direct-post.ts';
import { concatBytes, toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { RoomId } from '../../base/ids.ts';
import {
  DIRECT_LETTERS_PER_MEMBER_MAX,
  DIRECT_PARTIALS_MAX,
  DIRECT_PARTIALS_PER_HOST_MAX,
  DIRECT_SEEN_MEMBERS_MAX,
  DIRECT_SEEN_PER_MEMBER_MAX,
  DIRECT_TRIES_MAX,
} from '../limits.ts';
import { DIRECT_BYTES_MAX, sealDirect } from '../secrecy/direct.ts';
import { prekeyIdOf } from '../secrecy/prekeys.ts';
import { decodeDirect, directFragmentCount, encodeDirect } from '../wire/direct.ts';
import { firstByte, FRAME } from '../wire/header.ts';
import { decodeBody, encodeBody } from './body.ts';
import type { DirectBody } from './body.ts';
import { Partials } from './partials.ts';
import { SeenMessages } from './seen.ts';

const welcome = (name: string): DirectBody => ({
  kind: 'welcome',
  welcome: {
    room: 'ab'.repeat(16) as RoomId,
    genesisSecret: new Uint8Array(32).fill(7),
    kind: 'private',
    name: name,
  },
});
const frame = (to: string, message: string, index: number, count: number, payload: Bytes) =>
  ({ type: 'direct', to, message, index, count, payload }) as const;

describe('a direct message', () => {
  test('arrives once and is acknowledged, whatever the network loses, doubles and reorders', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const { post, anna, bob } = pair(STORM, seed);
      for (const name of ['a', 'b', 'c']) expect(anna.mail.post(post.now, bob.id, welcome(name))).toBe(true);
      post.run(30_000);
      const names = bob.received.map(({ body }) => (body.kind === 'welcome' ? body.welcome.name : ''));
      expect(names.toSorted(), `seed ${seed}`).toEqual(['a', 'b', 'c']);
      expect(bob.received.every(({ from }) => from === anna.id)).toBe(true);
      expect(anna.settled.map(({ isDelivered }) => isDelivered)).toEqual([true, true, true]);
      expect(anna.mail.nextTimeout()).toBe(Infinity);
    }
  });

  test('goes by the group where unicast does not get through', () => {
    const { post, anna, bob } = pair(CALM);
    const cem = new Resident(post, 3);
    post.intercept = (from, to) => from === anna && to.kind === 'unicast';
    anna.mail.post(post.now, bob.id, welcome('a'));
    post.run(20_000);
    expect(bob.received).toHaveLength(1);
    expect(anna.settled).toMatchObject([{ isDelivered: true }]);
    // Who hears it there and is not meant spends nothing on it.
    expect(cem.counts.size).toBe(0);
  });

  test('is given up after a bounded number of tries', () => {
    const { post, anna, bob } = pair({ ...CALM, loss: 1 });
    let sent = 0;
    post.intercept = (_, to) => {
      if (to.kind === 'unicast') sent++;
      return false;
    };
    anna.mail.post(post.now, bob.id, welcome('a'));
    post.run(60_000);
    expect(sent).toBe(DIRECT_TRIES_MAX);
    expect(anna.settled).toMatchObject([{ to: bob.id, isDelivered: false }]);
  });

  test('is not taken for whom nobody sees, nor without end for one member', () => {
    const { post, anna, bob } = pair(CALM);
    const stranger = new Resident(post, 3);
    expect(anna.mail.post(post.now, stranger.id, welcome('a'))).toBe(false);
    const taken = Array.from({ length: 20 }, () => anna.mail.post(post.now, bob.id, welcome('a')));
    expect(taken.filter(Boolean)).toHaveLength(DIRECT_LETTERS_PER_MEMBER_MAX);
  });

  test('is sealed anew for a new process of the other', () => {
    const { post, anna, bob } = pair(CALM);
    post.intercept = () => true;
    anna.mail.post(post.now, bob.id, welcome('a'));
    bob.restart();
    anna.sees(bob);
    post.intercept = () => false;
    post.run(20_000);
    expect(bob.received).toHaveLength(1);
    expect(anna.settled).toMatchObject([{ isDelivered: true }]);
  });
});

describe('what is refused', () => {
  test('a replay, in the same process and in the next', () => {
    const { post, anna, bob } = pair(CALM);
    anna.mail.post(post.now, bob.id, welcome('a'));
    post.run(5000);
    const heard = [...post.wire];
    const again = (): void => heard.forEach(({ from, to, bytes }) => post.deliver(from, to, bytes));
    again();
    expect(bob.received).toHaveLength(1);
    bob.restart();
    again();
    expect(bob.received).toHaveLength(1);
    expect(bob.counts.get('direct-stale')).toBe(1);
  });

  test('an acknowledgement by anybody but the one it was for', () => {
    const { post, anna, bob } = pair(CALM);
    const mallory = new Resident(post, 3);
    for (const one of [anna, bob]) one.sees(mallory);
    mallory.sees(anna);
    post.intercept = (from, _, bytes) => {
      const direct = decodeDirect(bytes)!;
      if (from !== anna) return from === bob;
      // Everybody sees the id of a message on the wire.
      const seal = prekeyIdOf(anna.person.crypto, anna.person.prekey);
      const body = encodeBody({
        incarnation: anna.incarnation,
        body: { kind: 'ack', message: direct.message },
      });
      const { crypto, publicKey } = mallory.person;
      const to = { identity: anna.person.publicKey, publicKey: anna.person.prekey, serial: 1 };
      const sealed = sealDirect(crypto, publicKey, to, body);
      const id = anna.person.crypto.sha256(sealed).subarray(0, 16);
      const hex = toHex(id);
      post.send(
        mallory.address,
        { kind: 'unicast', address: anna.address },
        encodeDirect(seal, hex, sealed, 0),
      );
      return false;
    };
    anna.mail.post(post.now, bob.id, welcome('a'));
    post.run(60_000);
    expect(bob.received).toHaveLength(1);
    expect(anna.settled).toMatchObject([{ isDelivered: false }]);
  });

  test('one by somebody whom we do not see, until we do', () => {
    const { post, anna, bob } = pair(CALM);
    bob.contacts.clear();
    anna.mail.post(post.now, bob.id, welcome('a'));
    post.run(300);
    expect(bob.received).toHaveLength(0);
    expect(bob.counts.get('direct-stranger')).toBeGreaterThan(0);
    bob.sees(anna);
    post.run(10_000);
    expect(bob.received).toHaveLength(1);
  });

  test('pieces that are not what the id says, and another’s messages', () => {
    const { post, anna, bob } = pair(CALM);
    const cem = new Resident(post, 3);
    post.intercept = (_, to, bytes) => {
      const changed = bytes.slice();
      changed[changed.length - 1]! ^= 1;
      post.send(anna.address, to, changed);
      return true;
    };
    anna.mail.post(post.now, bob.id, welcome('a'));
    post.run(100);
    expect(bob.counts.get('direct-id')).toBe(1);
    expect(bob.received).toHaveLength(0);
    expect(cem.counts.size).toBe(0);
  });

  test('junk beyond the budget of its host, so that others are still heard', () => {
    const { post, anna, bob } = pair(CALM);
    const to = prekeyIdOf(bob.person.crypto, bob.person.prekey);
    const rogue = { host: '10.0.0.66', port: 1 };
    for (let i = 0; i < 500; i++) {
      const junk = anna.person.crypto.randomBytes(300);
      const id = toHex(anna.person.crypto.sha256(junk).subarray(0, 16));
      bob.hear(rogue, encodeDirect(to, id, junk, 0));
    }
    expect(bob.counts.get('direct-budget')).toBeGreaterThan(400);
    anna.mail.post(post.now, bob.id, welcome('a'));
    post.run(1000);
    expect(bob.received).toHaveLength(1);
  });
});

describe('bounds', () => {
  test('pieces of unfinished messages fill no more than their host’s share', () => {
    const partials = new Partials();
    const piece = new Uint8Array(1152);
    const add = (host: string, id: number): void => {
      partials.add(0, host, frame('', id.toString(16).padStart(32, '0'), 0, 2, piece));
    };
    add('good', 0);
    for (let id = 1; id < 100; id++) add('rogue', id);
    expect(partials.size).toBe(1 + DIRECT_PARTIALS_PER_HOST_MAX);
    expect(partials.add(0, 'good', frame('', '0'.repeat(32), 1, 2, new Uint8Array(3)))).toHaveLength(1155);
    for (let id = 100; id < 300; id++) add(`host ${id}`, id);
    expect(partials.size).toBe(DIRECT_PARTIALS_MAX);
    partials.add(20_000, 'later', frame('', 'f'.repeat(32), 0, 2, piece));
    expect(partials.size).toBe(1);
  });

  test('ids of one member push out its own only, and members the oldest', () => {
    const seen = new SeenMessages();
    const { anna, bob } = pair(CALM);
    seen.add(0, bob.id, 'kept');
    for (let i = 0; i < 1000; i++) seen.add(0, anna.id, `${i}`);
    expect(seen.size).toBe(1 + DIRECT_SEEN_PER_MEMBER_MAX);
    expect(seen.from('kept')).toBe(bob.id);
    for (let i = 0; i < 1000; i++) seen.add(0, `${i}` as typeof anna.id, `m${i}`);
    expect(seen.size).toBe(DIRECT_SEEN_MEMBERS_MAX);
  });

  test('the longest message fits the pieces, and is put together', () => {
    expect(directFragmentCount(DIRECT_BYTES_MAX)).toBe(65);
    const long = new Uint8Array(DIRECT_BYTES_MAX).map((_, i) => i);
    const partials = new Partials();
    const pieces = Array.from({ length: 65 }, (_, index) =>
      decodeDirect(encodeDirect('ab'.repeat(8), 'cd'.repeat(16), long, index)),
    );
    const results = pieces.toReversed().map((piece) => partials.add(0, 'h', piece!));
    expect(results.filter((result) => result !== undefined)).toEqual([long]);
  });
});

describe('formats', () => {
  const bodies: fc.Arbitrary<DirectBody> = fc.oneof(
    fc.uint8Array({ minLength: 16, maxLength: 16 }).map((id): DirectBody => ({
      kind: 'ack',
      message: toHex(id),
    })),
    fc
      .record({ name: fc.string({ minLength: 1, maxLength: 30 }), isDirect: fc.boolean() })
      .map(({ name, isDirect }): DirectBody => {
        const { welcome: made } = welcome(name) as Extract<DirectBody, { kind: 'welcome' }>;
        return { kind: 'welcome', welcome: { ...made, kind: isDirect ? 'direct' : 'private' } };
      }),
    fc.uint8Array({ minLength: 32, maxLength: 32 }).map((value): DirectBody => ({
      kind: 'emoji',
      message: { kind: 'reveal', session: 'ee'.repeat(16), value },
    })),
  );

  test('bodies are read back, and no others are', () => {
    fc.assert(
      fc.property(bodies, fc.nat(300), (body, end) => {
        const given = { incarnation: '12'.repeat(8), body };
        const bytes = encodeBody(given);
        expect(decodeBody(bytes)).toEqual(given);
        if (end < bytes.length) expect(decodeBody(bytes.subarray(0, end))).toBeUndefined();
        expect(decodeBody(concatBytes(bytes, Uint8Array.of(0)))).toBeUndefined();
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void decodeBody(bytes)),
      { numRuns: 5000 },
    );
  });

  test('frames are read back, and any bytes are a frame or nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 3000 }), fc.nat(2), (sealed, at) => {
        const count = directFragmentCount(sealed.length);
        const index = at % count;
        const bytes = encodeDirect('ab'.repeat(8), 'cd'.repeat(16), sealed, index);
        const payload = sealed.subarray(index * 1152, (index + 1) * 1152);
        expect(decodeDirect(bytes)).toEqual(frame('ab'.repeat(8), 'cd'.repeat(16), index, count, payload));
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1500 }), (rest) => {
        decodeDirect(concatBytes(Uint8Array.of(firstByte(FRAME.direct)), rest));
      }),
      { numRuns: 5000 },
    );
  });

  test('any frames at all leave a mail box as it was', () => {
    const { bob } = pair(CALM);
    const to = prekeyIdOf(bob.person.crypto, bob.person.prekey);
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 400 }),
        fc.nat(64),
        fc.nat(64),
        (payload, a, b) => {
          const [index, count] = [Math.min(a, b), Math.max(a, b) + 1];
          bob.mail.handleFrame(
            bob.post.now,
            { host: 'x', port: 1 },
            frame(to, '00'.repeat(16), index, count, payload),
          );
        },
      ),
    );
    expect(bob.received).toHaveLength(0);
    expect(new Post(CALM).residents).toHaveLength(0);
  });
});

/** Who is on the network without being a member, or with a false address: what real cores do with it. */
import { describe, expect, test } from 'vitest';
import { letIn, roomOf, talk, TestNetwork, WALL_MS } from '../private-network.ts';
import type { Person, Sent } from '../private-network.ts';
import { concatBytes } from '../../src/base/bytes.ts';
import type { Bytes } from '../../src/base/bytes.ts';
import type { MemberId, RoomId } from '../../src/base/ids.ts';
import { seededRandom } from '../../src/base/prng.ts';
import type { CryptoPort } from '../../src/core/api.ts';
import { REASSEMBLY_MAX, REPAIR_BYTES_PER_S, STRANGER_VERIFIES_PER_S } from '../../src/core/limits.ts';
import { tendPrekeys } from '../../src/core/secrecy/prekeys.ts';
import { encodeFragment } from '../../src/core/wire/fragment.ts';
import { FRAME, firstByte, typeOf } from '../../src/core/wire/header.ts';
import { encodeHello } from '../../src/core/wire/hello.ts';
import { roomIdBytes } from '../../src/core/wire/id-bytes.ts';
import { encodeLeave } from '../../src/core/wire/leave.ts';
import { encodeNak } from '../../src/core/wire/nak.ts';
import { encodePing } from '../../src/core/wire/ping.ts';
import { encodeReceipt } from '../../src/core/wire/receipt.ts';
import { signFrame } from '../../src/core/wire/signing.ts';
import { encodeWithheld } from '../../src/core/wire/withheld.ts';

const three = (): [TestNetwork, Person, Person, Person] => {
  const net = new TestNetwork('ann', 'bob', 'cleo');
  return [net, ...(net.people as [Person, Person, Person])];
};
const isType = (bytes: Bytes, type: keyof typeof FRAME): boolean =>
  typeOf(bytes[0] as number) === FRAME[type];
/** A few milliseconds of control output. */
const QUEUE_SMALL = 100;
const VICTIM = { host: '10.66.0.1', port: 53 };
const counts = (person: Person, what: string): number => person.peer.counters()[what] ?? 0;

describe('a false address', () => {
  test('draws nothing that is larger than what was sent, and never two for one', () => {
    const [net, ann, bob] = three();
    const room = roomOf(net, ann, bob);
    talk(net, room, ann, bob);
    ann.say(net.lobby, 'something to ask for');
    net.run(500);
    const member = bob.id;
    const ranges = [{ author: ann.id, from: 1, to: 512 }];
    const random = seededRandom(3);
    const requests: Bytes[] = [
      encodePing(net.lobby, { type: 'ping', member, nonce: 'ab'.repeat(8) }),
      encodePing(net.lobby, { type: 'pong', member, nonce: 'ab'.repeat(8) }),
      encodeNak(net.lobby, { member, ranges, fragments: [] }),
      encodeWithheld(net.lobby, { asker: member, ranges }),
    ];
    // Every type there is, 64 bytes of it, with the tag of each room.
    for (const type of Object.values(FRAME))
      for (const tag of [net.lobby, room])
        for (let i = 0; i < 40; i++)
          requests.push(
            concatBytes(
              Uint8Array.of(firstByte(type)),
              roomIdBytes(tag).subarray(0, 4),
              Uint8Array.from({ length: 59 }, () => random.below(i < 20 ? 256 : 3)),
            ),
          );
    let drawn = 0;
    for (const request of requests) {
      expect(request.length).toBeLessThanOrEqual(64);
      const before = net.sent.length;
      net.inject(ann, request, VICTIM);
      net.run(20);
      const replies = net.sent
        .slice(before)
        .filter(({ by, to }) => by === ann && to.kind === 'unicast' && to.address.host === VICTIM.host);
      const bytes = replies.reduce((sum, reply) => sum + reply.bytes.length, 0);
      expect(bytes, `type ${typeOf(request[0] as number)}`).toBeLessThanOrEqual(request.length);
      drawn += replies.length;
    }
    // The one that is answered at all is the ping, or the test would show nothing.
    expect(drawn).toBe(1);
  });

  test('of fifty who ask for everything, again and again, costs the repair budget and no more', () => {
    const [net, ann, bob, cleo] = three();
    for (let i = 0; i < 20; i++) ann.say(net.lobby, `${i} `.padEnd(30_000, 'x'));
    net.until(() => bob.texts(net.lobby).length === 20, 20_000, 'all of it at bob');
    net.run(5000);
    const before = net.sent.length;
    const from = net.now;
    const stormMs = 500;
    for (let at = 0; at < stormMs; at += 20) {
      net.later(at, () => {
        for (let source = 0; source < 50; source++) {
          const member = source.toString(16).padStart(32, '0') as MemberId;
          const nak = encodeNak(net.lobby, {
            member,
            ranges: [{ author: ann.id, from: 1, to: 512 }],
            fragments: [],
          });
          for (const holder of [ann, bob])
            net.inject(holder, nak, { host: `10.77.0.${source + 1}`, port: 1000 + source });
        }
      });
    }
    net.run(stormMs / 2);
    // What they ask for waits to be sent, not to leave: it would be in the way of everything else.
    for (const who of [ann, bob]) expect(who.peer.sizes()['controlQueue']).toBeLessThan(QUEUE_SMALL);
    // In the middle of it people talk.
    bob.say(net.lobby, 'can you hear me');
    const heardAfter = net.until(() => cleo.texts(net.lobby).includes('can you hear me'), 1500, 'talk');
    expect(heardAfter).toBeLessThan(500);
    net.run(stormMs / 2);
    const seconds = (net.now - from) / 1000;
    const repairOf = (who: Person): number =>
      net.sent
        .slice(before)
        .filter(({ by, bytes }) => by === who && isType(bytes, 'fragment'))
        .reduce((sum, { bytes }) => sum + bytes.length, 0);
    const allowed = REPAIR_BYTES_PER_S * (seconds + 0.1) * 1.05;
    for (const who of [ann, bob]) expect(repairOf(who)).toBeLessThan(allowed);
    // The storm did reach them: without the budget each would have sent everything every few milliseconds.
    expect(repairOf(ann)).toBeGreaterThan(REPAIR_BYTES_PER_S * 0.1);
  }, 120_000);
});

/** What `of` would say, signed by somebody else. */
function forgedHello(room: RoomId, publicKey: Bytes, by: CryptoPort, name: string): Bytes {
  const frame = encodeHello(room, {
    publicKey,
    incarnation: 'ee'.repeat(8),
    counter: 9_000_000,
    wantsReply: true,
    intervalMs: 1000,
    unicastPort: 4444,
    datagramBytesMax: 1472,
    name,
    frontierDigest: '00'.repeat(8),
    frontiers: [],
    heardAll: false,
    heard: [],
    number: 0,
    clock: 0,
  });
  return signFrame(by, 'hello', room, frame);
}

describe('forged statements', () => {
  test('HELLO, rename, LEAVE and receipt in the name of another change nothing', () => {
    const [net, ann, bob, cleo] = three();
    const room = net.lobby;
    const rows = (): string[] =>
      ann.peer.members(net.now, room).map(({ name, address }) => `${name} ${address}`);
    const before = rows();
    cleo.isDown = true;
    ann.say(room, 'not received by cleo');
    net.run(300);
    const inner = ann.peer as unknown as {
      rooms: Map<RoomId, { presence: { roster: { get(id: MemberId): { incarnation: string } } } }>;
    };
    const { incarnation } = inner.rooms.get(room)!.presence.roster.get(bob.id);
    const record = ann.of('message').find(({ own }) => own)!;
    const forgeries = [
      forgedHello(room, bob.identity.publicKey, cleo.crypto, 'bob'),
      forgedHello(room, bob.identity.publicKey, cleo.crypto, 'not bob'),
      signFrame(
        cleo.crypto,
        'leave',
        room,
        encodeLeave(room, { member: bob.id, incarnation, counter: 9_000_000 }),
      ),
      signFrame(
        bob.crypto,
        'receipt',
        room,
        encodeReceipt(room, {
          member: cleo.id,
          author: ann.id,
          sequence: record.sequence,
          record: record.id.slice(0, 32),
        }),
      ),
    ];
    const refused = counts(ann, 'bad-signature');
    for (const forgery of forgeries) net.inject(ann, forgery, { host: '10.0.0.99', port: 4444 });
    expect(counts(ann, 'bad-signature')).toBe(refused + forgeries.length);
    expect(rows()).toEqual(before);
    expect(ann.of('member-left')).toEqual([]);
    expect(ann.of('member-renamed')).toEqual([]);
    expect(ann.of('receipt').some(({ member }) => member === cleo.id)).toBe(false);
    // By who may say it, the same does something: the test can fail.
    net.inject(ann, forgedHello(room, bob.identity.publicKey, bob.crypto, 'bobby'), bob.address);
    expect(ann.of('member-renamed')).toHaveLength(1);
  });
});

describe('what was on the wire, played again', () => {
  const replay = (net: TestNetwork, sent: readonly Sent[], to: Person): void => {
    for (const { bytes, by } of sent) {
      net.inject(to, bytes, by.address);
      if (net.sent.length % 50 === 0) net.run(1);
    }
    net.run(3000);
  };

  test('in the same room, in another, and after a restart shows nothing twice and brings nobody back', () => {
    const [net, ann, bob, cleo] = three();
    const room = roomOf(net, ann, bob, cleo);
    const other = roomOf(net, ann, bob);
    talk(net, room, ann, bob, cleo);
    ann.do((peer, now, token) => peer.removeFromRoom(now, room, cleo.id, token));
    net.run(1000);
    talk(net, room, ann, bob);
    const said = bob.texts(room).length;
    const tape = [...net.sent];
    const everything = (who: Person): string[] => [...who.texts(room), ...who.texts(other)];

    replay(net, tape, bob);
    expect(everything(bob)).toHaveLength(said);
    expect(bob.members(room)).toEqual(['ann', 'bob']);
    expect(bob.members(other)).toEqual(['ann', 'bob']);

    // What is of one room under the tag of the other.
    const swapped = tape
      .filter(({ to }) => to.kind === 'control' && to.room === room)
      .map((sent) => ({
        ...sent,
        bytes: concatBytes(sent.bytes.subarray(0, 1), tagOn(tape, other), sent.bytes.subarray(5)),
      }));
    expect(swapped.length).toBeGreaterThan(50);
    replay(net, swapped, bob);
    expect(everything(bob)).toHaveLength(said);
    expect(bob.members(other)).toEqual(['ann', 'bob']);

    bob.crash();
    bob.restart();
    net.run(3000);
    const after = everything(bob).toSorted();
    replay(net, tape, bob);
    expect(everything(bob).toSorted()).toEqual(after);
    expect(new Set(after).size).toBe(after.length);
    expect(bob.members(room)).toEqual(['ann', 'bob']);
    expect(bob.peer.members(net.now, room).map(({ name }) => name)).not.toContain('cleo');
    talk(net, room, ann, bob);
  });

  /** The tag of the last sealed frame of a room. */
  const tagOn = (tape: readonly Sent[], room: RoomId): Bytes => {
    const last = tape.findLast(
      ({ to, bytes }) => to.kind === 'control' && to.room === room && isType(bytes, 'sealed'),
    );
    return (last as Sent).bytes.subarray(1, 5);
  };
});

describe('state that was rolled back from a backup', () => {
  test('seals no two frames under one key, though the process is the same to the bit', () => {
    const [net, ann, bob] = three();
    const room = roomOf(net, ann, bob);
    net.run(500);
    const backup = ann.backup();
    for (let life = 0; life < 4; life++) {
      ann.crash();
      // A virtual machine that is resumed again and again: its generator repeats itself as well.
      const repeated = seededRandom(5);
      ann.crypto.randomBytes = (length) => Uint8Array.from({ length }, () => repeated.below(256));
      ann.restart(backup);
      net.run(700);
      for (let i = 0; i < 5; i++) ann.say(room, `in life ${life}: ${i}`);
      net.run(1500);
    }
    const keys = new Map<string, string>();
    let count = 0;
    for (const { by, bytes } of net.sent) {
      if (by !== ann || !(isType(bytes, 'sealed') || isType(bytes, 'sync'))) continue;
      // Type, tag, slot, incarnation and nonce are all that a key derives from beside the epoch.
      const key = bytes.slice(0, 33).join();
      const whole = bytes.join();
      count++;
      expect(keys.get(key) ?? whole).toBe(whole);
      keys.set(key, whole);
    }
    expect(count).toBeGreaterThan(60);
    // Some were the same frame twice: of those there is nothing to learn.
    expect(keys.size).toBeGreaterThan(40);
  });
});

describe('clocks that are ten years off', () => {
  const TEN_YEARS_MS = 10 * 365 * 24 * 3600 * 1000;

  test('change nothing but the times that are shown', () => {
    const [net, ann, bob, cleo] = three();
    const errors = new Map([
      [ann, -TEN_YEARS_MS],
      [bob, TEN_YEARS_MS],
      [cleo, 0],
    ]);
    for (const [who, error] of errors) {
      who.prekeys = tendPrekeys(who.crypto, who.prekeys, WALL_MS + error);
      who.do((peer, now) => peer.setClock(now, WALL_MS + error + now));
      who.do((peer, now) => peer.setPrekeys(now, who.prekeys));
    }
    net.run(2000);
    // What was made in the future is the newest all the same.
    const seen = ann.peer as unknown as {
      rooms: Map<RoomId, { presence: { roster: { get(id: MemberId): { prekey?: { serial: number } } } } }>;
    };
    for (const who of [bob, cleo])
      expect(seen.rooms.get(net.lobby)?.presence.roster.get(who.id).prekey?.serial).toBe(
        who.prekeys[0]?.serial,
      );
    const say = (who: Person, room: RoomId, text: string): void =>
      void who.do((peer, now, token) =>
        peer.say(now, room, text, WALL_MS + now + (errors.get(who) ?? 0), token),
      );
    const room = roomOf(net, ann, bob, cleo);
    const order = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth'];
    for (const [i, text] of order.entries()) {
      say([ann, bob, cleo][i % 3] as Person, room, text);
      net.run(300);
    }
    for (const who of [ann, bob, cleo]) {
      expect(who.texts(room)).toEqual(order);
      const shown = who.of('message').filter((event) => event.room === room);
      const byPlace = shown.toSorted((a, b) => a.depth - b.depth || (a.from < b.from ? -1 : 1));
      expect(byPlace.map(({ text }) => text)).toEqual(order);
    }
    // Rekey, removal and coming back go by what was seen, whoever does it.
    ann.do((peer, now, it) => peer.setRole(now, room, bob.id, 'admin', it));
    net.run(500);
    bob.do((peer, now, it) => peer.removeFromRoom(now, room, cleo.id, it));
    net.until(() => ann.members(room).length === 2, 2000, 'cleo being out');
    expect(cleo.of('room-closed')).toHaveLength(1);
    letIn(net, room, ann, cleo);
    net.run(500);
    for (const who of [ann, bob, cleo]) expect(who.members(room)).toEqual(['ann', 'bob', 'cleo']);
    say(cleo, room, 'back');
    net.until(() => ann.texts(room).includes('back') && bob.texts(room).includes('back'), 3000, 'talk');
    for (const who of [ann, bob, cleo]) expect(who.of('member-forked')).toEqual([]);
  });
});

describe('a flood', () => {
  const FLOOD_COUNT = 100_000;

  test('of a hundred thousand junk datagrams costs less than a tenth of a millisecond each, and leaves nothing', () => {
    const [net, ann, bob] = three();
    const room = roomOf(net, ann, bob);
    talk(net, room, ann, bob);
    const random = seededRandom(11);
    const real = net.sent.map(({ bytes }) => bytes);
    const junk = Array.from({ length: 4096 }, (_, i): Bytes => {
      if (i % 3 === 0) return Uint8Array.from({ length: random.below(1472) }, () => random.below(256));
      const bytes = (real[random.below(real.length)] as Bytes).slice();
      for (let flips = 1 + random.below(8); flips > 0; flips--)
        bytes[random.below(bytes.length)] = random.below(256);
      return i % 3 === 1 ? bytes : bytes.subarray(0, random.below(200));
    });
    const before = sizesOf(bob);
    const startedAt = process.cpuUsage().user;
    // All within one second of the core's clock, so that no budget is filled up again meanwhile.
    for (let i = 0; i < FLOOD_COUNT; i++) {
      const host = `10.${random.below(256)}.${random.below(256)}.${1 + random.below(254)}`;
      bob.peer.handleDatagram(net.now + i / 100, { host, port: 1 }, (junk[i % junk.length] as Bytes).slice());
    }
    // Of the processor: a machine may be busy with other things.
    const costUs = (process.cpuUsage().user - startedAt) / FLOOD_COUNT;
    net.now += FLOOD_COUNT / 100;
    net.call(bob, (peer, now) => peer.handleTimeout(now));
    // 100,000 a second are 10 µs each; the kernel drops what a process does not take in time.
    expect(costUs).toBeLessThan(100);
    net.run(20_000);
    for (const [what, size] of Object.entries(sizesOf(bob)))
      expect(size, what).toBeLessThan((before[what] ?? 0) + 300);
    talk(net, room, ann, bob);
  });

  test('of beginnings of messages that never end keeps a bounded number of them', () => {
    const [net, ann, bob] = three();
    const random = seededRandom(6);
    for (let i = 0; i < 3000; i++) {
      const prefix = Array.from({ length: 32 }, () => random.below(16).toString(16)).join('');
      net.inject(bob, encodeFragment(net.lobby, prefix, new Uint8Array(40_000), i % 30));
    }
    expect(bob.peer.sizes()['reassembly']).toBeLessThanOrEqual(REASSEMBLY_MAX);
    ann.say(net.lobby, 'long '.repeat(3000));
    net.until(() => bob.texts(net.lobby).length === 1, 5000, 'a long message');
  });

  test('of statements by invented members costs a bounded number of signatures, and members keep theirs', () => {
    const [net, ann, bob] = three();
    net.run(2000);
    let verified = 0;
    const { verify } = bob.crypto;
    bob.crypto.verify = (key, message, signature) => {
      verified++;
      return verify(key, message, signature);
    };
    const garbage: CryptoPort = { ...ann.crypto, sign: () => new Uint8Array(64).fill(7) };
    const random = seededRandom(4);
    for (let i = 0; i < 5000; i++) {
      const key = Uint8Array.from({ length: 32 }, () => random.below(256));
      net.inject(bob, forgedHello(net.lobby, key, garbage, `nobody ${i}`), { host: '10.9.9.9', port: 1 });
    }
    // A second's worth saved up, and nothing of a second that did not pass.
    expect(verified).toBeLessThanOrEqual(STRANGER_VERIFIES_PER_S);
    expect(verified).toBeGreaterThan(100);
    ann.say(net.lobby, 'I am no stranger');
    net.until(() => bob.texts(net.lobby).includes('I am no stranger'), 1000, 'talk');
    expect(bob.peer.members(net.now, net.lobby).length).toBe(3);
  });

  const sizesOf = (who: Person): Readonly<Record<string, number>> => who.peer.sizes();
});

/** What the author of a file asks of those who did not take it (protocol.md §7.12): heard, bounded, and nobody else's to ask. */
import { describe, expect, test } from 'vitest';
import { Disks, FILE } from '../../../test/disks.ts';
import { roomOf, TestNetwork } from '../../../test/private-network.ts';
import type { Person } from '../../../test/private-network.ts';
import type { RoomId, TransferId } from '../../base/ids.ts';
import { RETRIES_HEARD_MEMBER_MAX, RETRY_SPACING_MS, RETRY_TRIES } from '../limits.ts';
import { decodeFrame } from '../wire/frame.ts';
import { FRAME, typeOf } from '../wire/header.ts';
import { encodeRetry } from '../wire/retry.ts';
import { signFrame } from '../wire/signing.ts';

const ANSWER_MS = 2000;

interface Scene {
  readonly net: TestNetwork;
  readonly room: RoomId;
  readonly disks: Disks;
  readonly ann: Person;
  readonly bob: Person;
  readonly cleo: Person;
  readonly transfer: TransferId;
}

/** Ann's file in a private room, or in the lobby, which Bob declined. */
function declined(isPrivate: boolean): Scene {
  const net = new TestNetwork('ann', 'bob', 'cleo');
  const [ann, bob, cleo] = net.people as [Person, Person, Person];
  const room = isPrivate ? roomOf(net, ann, bob, cleo) : net.lobby;
  net.run(500);
  const disks = new Disks(net, FILE);
  ann.do((peer, now, token) => peer.offer(now, room, { name: 'map.bin', size: FILE.length }, 0, token));
  net.until(() => bob.of('transfer-offered').length > 0, ANSWER_MS, 'offered');
  const transfer = bob.of('transfer-offered')[0]?.transfer as TransferId;
  bob.do((peer, now) => peer.decline(now, transfer));
  disks.until(() => outcomes(ann, bob).includes('declined'), ANSWER_MS, 'declined');
  return { net, room, disks, ann, bob, cleo, transfer };
}

const outcomes = (author: Person, { id }: Person): string[] =>
  author.of('transfer-failed').flatMap(({ member, reason }) => (member === id ? [reason] : []));
const asks = (person: Person): number => person.of('transfer-asked-again').length;
const ask = ({ ann, transfer }: Scene, whom: Person): void =>
  void ann.do((peer, now) => peer.askMember(now, transfer, whom.id));
const isRetry = (bytes: Uint8Array): boolean => typeOf(bytes[0] as number) === FRAME.retry;
const has = (author: Person, { id }: Person): boolean =>
  author.of('transfer-done').some(({ member }) => member === id);

/** As its HELLO says it. */
function incarnationOf(net: TestNetwork, person: Person): string {
  for (const { by, bytes } of net.sent.toReversed()) {
    const decoded = by === person ? decodeFrame(bytes) : undefined;
    if (decoded?.ok === true && decoded.value.frame.type === 'hello') return decoded.value.frame.incarnation;
  }
  throw new Error('no HELLO');
}

describe('a member that said no', () => {
  test('is asked once more, also where most of it is lost, and takes it only by its own word', () => {
    const scene = declined(true);
    const { net, disks, ann, bob, transfer } = scene;
    net.isLost = (_, receiver) => receiver === bob;
    ask(scene, bob);
    net.run(500);
    expect(asks(bob)).toBe(0);
    net.isLost = () => false;
    net.until(() => asks(bob) > 0, ANSWER_MS, 'asked');
    expect(bob.of('transfer-asked-again')).toMatchObject([{ transfer, from: ann.id, isKnown: true }]);
    net.run(3000);
    // Nothing was decided there, so nothing comes, and the same ask is no second one.
    expect([asks(bob), disks.finished.has(bob), ann.of('transfer-asked').length]).toEqual([1, false, 0]);

    bob.do((peer, now) => peer.reoffer(now, transfer));
    net.until(() => ann.of('transfer-asked').length > 0, ANSWER_MS, 'told');
    bob.do((peer, now) => peer.accept(now, transfer));
    disks.until(() => has(ann, bob), 20_000, 'there');
    expect(disks.written.get(bob)).toEqual(FILE);
  });

  test('and its process that started again is asked as well, and says so to the author', () => {
    const scene = declined(false);
    const { net, room, ann, bob, transfer, disks } = scene;
    const offer = bob.of('transfer-offered')[0]?.record as Uint8Array;
    bob.crash();
    net.run(1500);
    bob.restart();
    net.run(1500);
    ask(scene, bob);
    net.until(() => asks(bob) > 0, ANSWER_MS, 'asked');
    expect(bob.of('transfer-asked-again')).toMatchObject([{ room, transfer, from: ann.id, isKnown: false }]);
    const nothing = { own: false, pages: [], written: new Uint8Array(1) };
    bob.do((peer, now) => peer.restoreTransfer(now, room, { ...nothing, offer, state: 'offered' }));
    net.until(() => ann.of('transfer-asked').length > 0, ANSWER_MS, 'told');
    bob.do((peer, now) => peer.accept(now, transfer));
    disks.until(() => has(ann, bob), 20_000, 'there');
  });
});

test('what failed by the machine goes on by it; whoever is still at it says so', () => {
  const scene = declined(false);
  const { net, disks, ann, cleo, transfer } = scene;
  // Cleo took it, and her disk was full.
  cleo.do((peer, now) => peer.cancel(now, transfer));
  disks.until(() => has(ann, cleo) || outcomes(ann, cleo).length > 0, 20_000, 'an end');
  expect(outcomes(ann, cleo)).toEqual(['cancelled-by-receiver']);
  ask(scene, cleo);
  net.until(() => asks(cleo) > 0, ANSWER_MS, 'asked');
  cleo.do((peer, now) => peer.retry(now, transfer));
  cleo.do((peer, now) => peer.pause(now, transfer));
  net.run(200);
  ask(scene, cleo);
  net.until(() => ann.of('transfer-paused').length > 0, ANSWER_MS, 'told that it rests');
  expect(asks(cleo)).toBe(1);
  cleo.do((peer, now) => peer.unpause(now, transfer));
  disks.until(() => has(ann, cleo), 20_000, 'there');
});

describe('hostile', () => {
  test('an author that asks all day is heard once a minute, and of 16 files', () => {
    const scene = declined(false);
    const { net, room, ann, bob, transfer } = scene;
    for (let second = 0; second < 12; second++) {
      ask(scene, bob);
      net.run(1000);
    }
    expect(asks(bob)).toBe(1);
    expect(net.sent.filter(({ bytes }) => isRetry(bytes)).length).toBeLessThan(12 * 2 * RETRY_TRIES);
    // Of files that nobody knows here: said on, for they may be of an earlier process, and bounded.
    let counter = 1_000_000;
    const forge = (of: TransferId, by: Person): void => {
      const incarnation = incarnationOf(net, by);
      const frame = { transfer: of, member: by.id, incarnation, counter: counter++, asked: bob.id };
      net.inject(bob, signFrame(by.crypto, 'retry', room, encodeRetry(room, frame)));
    };
    for (let i = 0; i < 100; i++) forge(i.toString(16).padStart(32, '0') as TransferId, ann);
    expect(bob.of('transfer-asked-again').filter(({ isKnown }) => !isKnown)).toHaveLength(
      RETRIES_HEARD_MEMBER_MAX - 1,
    );
    net.run(RETRY_SPACING_MS);
    const before = asks(bob);
    // By one that is not its author.
    forge(transfer, scene.cleo);
    expect([asks(bob), bob.peer.counters()['retry-not-author']]).toEqual([before, 1]);
    forge(transfer, ann);
    expect(asks(bob)).toBe(before + 1);
  });

  test('a recording says nothing after the next HELLO, nor does who is muted, nor an offer that was ended', () => {
    const scene = declined(false);
    const { net, room, ann, bob, cleo, transfer } = scene;
    ask(scene, bob);
    net.run(100);
    const recorded = net.sent.filter(({ bytes }) => isRetry(bytes)).map(({ bytes }) => bytes);
    net.run(RETRY_SPACING_MS + 10_000);
    const before = asks(bob);
    for (const bytes of recorded) net.inject(bob, bytes);
    expect([asks(bob), bob.peer.counters()['retry-stale']]).toEqual([before, recorded.length]);

    bob.do((peer, now) => peer.removeMember(now, room, ann.id));
    ask(scene, bob);
    net.run(10_000);
    expect(asks(bob)).toBe(before);
    bob.do((peer, now) => peer.restoreMember(now, room, ann.id));
    net.run(3000);

    expect(() => cleo.do((peer, now) => peer.askMember(now, transfer, bob.id))).toThrow(
      'not an own transfer',
    );
    ann.do((peer, now) => peer.cancel(now, transfer));
    net.run(1000);
    expect(() => ask(scene, bob)).toThrow('not an own transfer');
    expect(asks(bob)).toBe(before);
  });
});

import { describe, expect, test } from 'vitest';
import { TestNetwork, WALL_MS, letIn, roomOf, talk } from '../../../test/private-network.ts';
import type { Person } from '../../../test/private-network.ts';
import { UsageError } from '../../base/assert.ts';
import type { RecordId, RoomId } from '../../base/ids.ts';
import { ANNOTATIONS_BURST, READ_MARK_INTERVAL_MS, TYPING_INTERVAL_MS } from '../limits.ts';
import { FRAME, typeOf } from '../wire/header.ts';

function three(): [TestNetwork, Person, Person, Person] {
  const net = new TestNetwork('ann', 'bob', 'cleo');
  return [net, ...(net.people as [Person, Person, Person])];
}

function said(net: TestNetwork, by: Person, text: string): RecordId {
  by.say(net.lobby, text);
  net.run(200);
  const id = by.of('message').at(-1)?.id;
  if (id === undefined) throw new Error(`${text} was not said`);
  return id;
}

describe('what is said about a message', () => {
  test('reaches everybody as it was meant, replies with what they answer', () => {
    const [net, ann, bob, cleo] = three();
    const target = said(net, ann, 'lunch?');
    bob.do((peer, now, token) => peer.say(now, net.lobby, 'yes', WALL_MS + now, token, target));
    const all = [
      { kind: 'edit', text: 'lunch at one?' },
      { kind: 'reaction', emoji: '👍', on: true },
      { kind: 'delete' },
      { kind: 'read' },
    ] as const;
    for (const what of all)
      bob.do((peer, now, token) => peer.annotate(now, net.lobby, target, what, WALL_MS + now, token));
    net.run(500);
    for (const who of [ann, cleo]) {
      expect(who.of('message').at(-1)).toMatchObject({ text: 'yes', replyTo: target, from: bob.id });
      expect(who.of('annotation').map(({ what }) => what)).toEqual(all);
      expect(who.of('annotation').every((event) => event.target === target && !event.own)).toBe(true);
    }
    expect(bob.of('annotation').every(({ own }) => own)).toBe(true);
  });

  test('of read marks that follow each other closely, the first and the last are written', () => {
    const [net, ann, bob] = three();
    const targets = Array.from({ length: 5 }, (_, index) => said(net, ann, `line ${index}`));
    for (const target of targets)
      bob.do((peer, now, token) =>
        peer.annotate(now, net.lobby, target, { kind: 'read' }, WALL_MS + now, token),
      );
    const read = (): RecordId[] =>
      ann
        .of('annotation')
        .filter(({ what }) => what.kind === 'read')
        .map(({ target }) => target);
    net.run(200);
    expect(read()).toEqual([targets[0]]);
    net.run(READ_MARK_INTERVAL_MS);
    expect(read()).toEqual([targets[0], targets[4]]);
    net.run(3 * READ_MARK_INTERVAL_MS);
    expect(read()).toHaveLength(2);
  });

  test('is bounded: too many are refused', () => {
    const [net, ann] = three();
    const target = said(net, ann, 'x');
    const annotate = (what: Parameters<typeof ann.peer.annotate>[3]): number =>
      ann.do((peer, now, token) => peer.annotate(now, net.lobby, target, what, WALL_MS + now, token));
    const react = (): number => annotate({ kind: 'reaction', emoji: '👍', on: true });
    for (let i = 0; i < ANNOTATIONS_BURST; i++) react();
    expect(react).toThrow(UsageError);
    expect(() => annotate({ kind: 'reaction', emoji: 'x'.repeat(33), on: true })).toThrow(UsageError);
  });
});

describe('typing', () => {
  test('is told every few seconds at most, and a recording of it says nothing', () => {
    const [net, ann, bob] = three();
    const from = net.sent.length;
    for (let i = 0; i < 20; i++) {
      ann.do((peer, now) => peer.typing(now, net.lobby));
      net.run(100);
    }
    const frames = (): { readonly bytes: Uint8Array }[] =>
      net.sent.slice(from).filter(({ bytes }) => typeOf(bytes[0] as number) === FRAME.typing);
    expect(frames()).toHaveLength(1);
    expect(bob.of('typing')).toEqual([{ type: 'typing', room: net.lobby, member: ann.id }]);
    net.run(TYPING_INTERVAL_MS);
    net.inject(bob, frames()[0]?.bytes as Uint8Array, ann.address);
    expect(bob.of('typing')).toHaveLength(1);
    ann.do((peer, now) => peer.typing(now, net.lobby));
    net.run(100);
    expect(bob.of('typing')).toHaveLength(2);
    expect(ann.of('typing')).toEqual([]);
  });
});

describe('receipts', () => {
  test('come when the message is on the disk, and not before', () => {
    const [net, ann, bob] = three();
    bob.isStoreStuck = true;
    const before = ann.of('receipt').filter(({ member }) => member === bob.id).length;
    ann.say(net.lobby, 'kept?');
    net.run(6000);
    expect(bob.texts(net.lobby)).toContain('kept?');
    expect(ann.of('receipt').filter(({ member }) => member === bob.id)).toHaveLength(before);
    bob.isStoreStuck = false;
    ann.say(net.lobby, 'and this?');
    net.run(3000);
    expect(ann.of('receipt').filter(({ member }) => member === bob.id).length).toBeGreaterThan(before);
  });
});

describe('a private room after a restart', () => {
  function told(net: TestNetwork, room: RoomId, ann: Person, bob: Person, cleo: Person): void {
    talk(net, room, ann, bob);
    ann.say(room, 'between the two of us');
    net.run(500);
    letIn(net, room, ann, cleo);
    // Nobody else is there who knows who could read it.
    bob.crash();
    ann.crash();
    ann.restart();
    net.run(15_000);
  }

  test('gives what was said before a member came to nobody who could not read it then', () => {
    const [net, ann, bob, cleo] = three();
    const room = roomOf(net, ann, bob);
    told(net, room, ann, bob, cleo);
    ann.say(room, 'hello cleo');
    net.until(() => cleo.texts(room).includes('hello cleo'), 20_000, 'talk after the restart');
    expect(cleo.texts(room)).not.toContain('between the two of us');
    expect(ann.texts(room)).toContain('between the two of us');
  });

  test('and to whoever could', () => {
    const [net, ann, bob, cleo] = three();
    const room = roomOf(net, ann, bob);
    bob.side = 1;
    ann.say(room, 'for when you are back');
    net.run(300);
    ann.crash();
    ann.restart();
    bob.side = 0;
    net.until(() => bob.texts(room).includes('for when you are back'), 20_000, 'the old message');
    expect(cleo.id).not.toBe(bob.id);
  });

  test('that a welcome opens again goes on with the own chain that the store has', () => {
    const [net, ann, bob] = three();
    const room = roomOf(net, ann, bob);
    talk(net, room, ann, bob);
    const before =
      bob
        .of('store-record')
        .filter((event) => event.room === room)
        .at(-1)?.sequence ?? 0;
    expect(before).toBeGreaterThan(0);
    const history = bob.records.history(room, true);
    expect(history.records.length).toBeGreaterThan(1);
    bob.do((peer, now) => peer.quit(now, room));
    const secret = ann.privateRooms.get(room)?.secret as Uint8Array;
    // Only the secret is left of it, as after it was left and its keys were dropped; nobody else is there to tell.
    ann.side = 1;
    const chain = { genesisSecret: secret, kind: 'private', operations: [], epochs: [] } as const;
    bob.do((peer, now) => peer.openRoom(now, room, history, { ...chain, audiences: [], invites: [] }));
    net.run(500);
    ann.side = 0;
    net.until(() => bob.peer.privateRoom(room).secured, 10_000, 'being in again');
    bob.say(room, 'again');
    net.until(() => ann.texts(room).includes('again'), 5000, 'the next message');
    expect(
      bob
        .of('store-record')
        .filter((event) => event.room === room)
        .at(-1)?.sequence,
    ).toBe(before + 1);
  });
});

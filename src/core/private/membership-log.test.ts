import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../base/bytes.ts';
import type { RoomId } from '../../base/ids.ts';
import { signOperation } from '../wire/operation.ts';
import type { Operation, OperationFields } from '../wire/operation.ts';
import type { OperationBody } from '../wire/operation-body.ts';
import { MembershipLog } from './membership-log.ts';
import type { RefusalReason } from './membership-log.ts';
import {
  add,
  invite,
  leave,
  person,
  promote,
  remove,
  rename,
  Scenario,
  update,
  use,
} from './scenario.testkit.ts';
import type { Person } from './scenario.testkit.ts';

const ann = person('ann');
const bob = person('bob');
const dan = person('dan');
const eve = person('eve');

function room(): { story: Scenario; log: MembershipLog; bobIn: Operation; danIn: Operation } {
  const story = new Scenario(ann);
  const bobIn = story.write(ann, add(bob, 'admin'));
  const danIn = story.write(ann, add(dan));
  const log = logOf(story);
  return { story, log, bobIn, danIn };
}

function logOf(story: Scenario): MembershipLog {
  const log = new MembershipLog(person('reader').crypto, story.room);
  for (const operation of story.operations) log.insert(operation.bytes);
  return log;
}

const refused = (reason: RefusalReason): object => ({ kind: 'refused', reason });

/** The next operation of somebody, with some of its fields made up. */
function forged(
  log: MembershipLog,
  author: Person,
  body: OperationBody,
  over: Partial<OperationFields>,
): Operation {
  const links = log.links(author.id);
  if (links === undefined) throw new Error('not a member');
  return signOperation(author.crypto, { ...links, publicKey: author.publicKey, body, ...over });
}

describe('MembershipLog', () => {
  test('takes operations in any order, asks for what is missing and says what came in', () => {
    const { story, bobIn, danIn } = room();
    const log = new MembershipLog(ann.crypto, story.room);
    expect(log.state()).toBeUndefined();
    expect(log.insert(danIn.bytes)).toEqual({ kind: 'waiting' });
    expect(log.missing()).toEqual([bobIn.id]);
    expect(log.insert(bobIn.bytes)).toEqual({ kind: 'waiting' });
    expect(log.missing()).toEqual([story.genesis.id]);
    const entered = log.insert(story.genesis.bytes);
    expect(entered.kind === 'inserted' && entered.operations.map(({ id }) => id)).toEqual(
      story.operations.map(({ id }) => id),
    );
    expect(log.insert(bobIn.bytes)).toEqual({ kind: 'known' });
    expect(log.missing()).toEqual([]);
    expect(log.heads()).toEqual([danIn.id]);
    expect([...(log.state()?.members.keys() ?? [])]).toEqual([ann.id, bob.id, dan.id]);
  });

  test('resolves once for each change', () => {
    const { story, log } = room();
    const before = log.state();
    expect(log.state()).toBe(before);
    log.insert(story.write(bob, rename('new')).bytes);
    expect(log.state()?.roomName).toBe('new');
  });

  test('hands out links that others take', () => {
    const { log } = room();
    for (const [author, body] of [
      [bob, add(eve)],
      [dan, update(dan, 1)],
      [eve, update(eve, 1)],
      [ann, remove(dan)],
    ] as const) {
      const operation = forged(log, author, body, {});
      expect(log.insert(operation.bytes).kind).toBe('inserted');
      expect(log.state()?.verdicts.get(operation.id)).toBe('counts');
      expect(log.heads()).toEqual([operation.id]);
    }
    expect(log.links(dan.id)).toBeUndefined();
  });

  test('hands out none to who forked', () => {
    const { story, log, danIn } = room();
    log.insert(story.write(bob, rename('a'), { after: [danIn] }).bytes);
    log.insert(story.write(bob, rename('b'), { after: [danIn], previous: null }).bytes);
    expect(log.links(bob.id)).toBeUndefined();
  });

  test('takes nothing of another room, not even a genesis', () => {
    const { story, log } = room();
    const other = new Scenario(bob);
    expect(log.insert(other.genesis.bytes)).toEqual(refused('other-room'));
    expect(log.insert(other.write(bob, add(dan)).bytes)).toEqual(refused('other-room'));
    const renamed = forged(log, bob, leave, { room: 'ab'.repeat(16) as RoomId });
    expect(log.insert(renamed.bytes)).toEqual(refused('other-room'));
    // Moved into this room, it is not signed any more.
    const moved = renamed.bytes.slice();
    moved.set(story.write(bob, leave).bytes.subarray(1, 17), 1);
    expect(log.insert(moved)).toEqual(refused('signature'));
  });

  test('takes no removal, and nothing else, in the name of another', () => {
    const { log } = room();
    // Dan signs what says that Bob wrote it.
    const inBobsName = forged(log, bob, remove(ann), {});
    const bytes = concatBytes(
      inBobsName.bytes.subarray(0, -64),
      forged(log, dan, leave, {}).bytes.subarray(-64),
    );
    expect(log.insert(bytes)).toEqual(refused('signature'));
    expect(log.waitingCount).toBe(0);
    // Dan rests his own on Bob's grant, on something that is no grant, and on one that he had not seen.
    const bobs = log.links(bob.id)?.authority;
    expect(log.insert(forged(log, dan, remove(bob), { authority: bobs }).bytes)).toEqual(
      refused('authority'),
    );
    const card = forged(log, dan, update(dan, 1), {});
    log.insert(card.bytes);
    expect(log.insert(forged(log, dan, leave, { authority: card.id }).bytes)).toEqual(refused('authority'));
  });

  test('takes no grant as authority that its author had not seen', () => {
    const { story, log, danIn } = room();
    const up = story.write(ann, promote(dan));
    log.insert(up.bytes);
    const early = story.write(dan, rename('early'), { after: [danIn], authority: up });
    expect(log.insert(early.bytes)).toEqual(refused('authority'));
  });

  test('takes no false place in a chain, and no false depth', () => {
    const { story, log, bobIn } = room();
    const card = forged(log, bob, update(bob, 1), {});
    log.insert(card.bytes);
    const next = log.links(bob.id) as OperationFields;
    for (const over of [
      { sequence: 3, depth: 9 },
      { previous: bobIn.id, sequence: 2 },
    ])
      expect(log.insert(forged(log, bob, leave, over).bytes)).toEqual(refused('sequence'));
    for (const depth of [next.depth + 1, next.depth - 1])
      expect(log.insert(forged(log, bob, leave, { depth }).bytes)).toEqual(refused('depth'));
    const onBobs = { sequence: 2, previous: card.id, parents: [] };
    expect(log.insert(forged(log, dan, leave, onBobs).bytes)).toEqual(refused('sequence'));
    const secondBeginning = story.write(ann, rename('again'), { previous: null });
    expect(log.insert(secondBeginning.bytes)).toEqual(refused('sequence'));
  });

  test('takes no use without its proof, for another room, or of what is no invite', () => {
    const { story, log, danIn } = room();
    const ticket = story.write(bob, invite('secret'));
    log.insert(ticket.bytes);
    const other = 'ab'.repeat(16) as RoomId;
    for (const body of [use(ticket, 'guess', eve), use(ticket, 'secret', eve, other)])
      expect(log.insert(forged(log, dan, body, {}).bytes)).toEqual(refused('invite-proof'));
    const swapped = {
      ...use(ticket, 'secret', eve),
      subject: { ...eve.subject, prekey: dan.subject.prekey },
    };
    expect(log.insert(forged(log, dan, swapped as OperationBody, {}).bytes)).toEqual(refused('invite-proof'));
    const noInvite = use(story.genesis, 'secret', eve);
    expect(log.insert(forged(log, dan, noInvite, {}).bytes)).toEqual(refused('invite'));
    const unseen = story.write(dan, use(ticket, 'secret', eve), { after: [danIn] });
    expect(log.insert(unseen.bytes)).toEqual(refused('invite'));
    expect(log.insert(forged(log, dan, use(ticket, 'secret', eve), {}).bytes).kind).toBe('inserted');
  });

  test('refuses what follows something refused, whenever it came', () => {
    const { log } = room();
    const bad = forged(log, bob, rename('bad'), { depth: 50 });
    const child = { sequence: 2, previous: bad.id, parents: [], depth: 51 };
    const before = forged(log, bob, rename('before'), child);
    expect(log.insert(before.bytes).kind).toBe('waiting');
    expect(log.insert(bad.bytes)).toEqual(refused('depth'));
    expect(log.waitingCount).toBe(0);
    expect(log.insert(before.bytes)).toEqual(refused('ancestor'));
    expect(log.insert(forged(log, bob, rename('after'), child).bytes)).toEqual(refused('ancestor'));
    expect(log.insert(bad.bytes)).toEqual(refused('ancestor'));
  });

  test('takes a third branch only where another author built on it', () => {
    const { story, log, danIn } = room();
    const branch = (name: string): Operation =>
      story.write(bob, rename(name), { after: [danIn], previous: null });
    for (const name of ['a', 'b']) expect(log.insert(branch(name).bytes).kind).toBe('inserted');
    const third = branch('c');
    expect(log.insert(third.bytes)).toEqual(refused('branch'));
    const own = story.write(bob, rename('d'), { after: [third], previous: third });
    expect(log.insert(own.bytes).kind).toBe('waiting');
    expect(log.insert(third.bytes)).toEqual(refused('branch'));
    const others = story.write(dan, update(dan, 1), { after: [third] });
    expect(log.insert(others.bytes).kind).toBe('waiting');
    expect(log.insert(third.bytes).kind).toBe('inserted');
    expect(log.has(others.id) && log.waitingCount === 0).toBe(true);
  });

  test('has no third branch slip in by way of the waiting ones', () => {
    const { story, log, danIn } = room();
    const seen = story.write(dan, update(dan, 1));
    const late = ['a', 'b', 'c', 'd'].map((name) =>
      story.write(bob, rename(name), { after: [danIn, seen], previous: null }),
    );
    for (const branch of late) expect(log.insert(branch.bytes).kind).toBe('waiting');
    log.insert(seen.bytes);
    expect(late.filter(({ id }) => log.has(id)).length).toBe(2);
  });
});

import { describe, expect, test } from 'vitest';
import { resolve } from './resolve.ts';
import type { RoomState } from './room-state.ts';
import { add, demote, invite, leave, promote, remove, rename, Scenario, update } from './scenario.testkit.ts';
import { ann, bob, cleo, dan, eve, isIn, roleOf, smallRoom, stateOf, verdict } from './small-room.testkit.ts';

describe('who may do what (§5.1, §5.2)', () => {
  test('a member can do nothing to others or to the room', () => {
    const { story } = smallRoom();
    const bodies = [
      add(eve),
      promote(cleo),
      remove(bob),
      demote(bob),
      invite('x'),
      rename('mine'),
      { kind: 'history', history: { kind: 'since-joining' } } as const,
    ];
    for (const body of bodies) expect(verdict(story, story.write(dan, body))).toBe('role');
    const state = stateOf(story);
    expect([...state.members.keys()]).toEqual([ann.id, bob.id, cleo.id, dan.id]);
    expect(state.roomName).toBe('room');
  });

  test('an admin lets in, invites, renames and promotes, but makes no owners', () => {
    const { story } = smallRoom();
    expect(verdict(story, story.write(bob, add(eve, 'owner')))).toBe('role');
    expect(verdict(story, story.write(bob, promote(dan, 'owner')))).toBe('role');
    expect(isIn(story, eve)).toBe(false);
    for (const body of [add(eve), promote(dan), invite('x'), rename('ours')])
      expect(verdict(story, story.write(bob, body))).toBe('counts');
    expect(roleOf(story, dan)).toBe('admin');
    expect(roleOf(story, eve)).toBe('member');
    expect(stateOf(story).roomName).toBe('ours');
  });

  test('what rests on a grant that does not count does not count', () => {
    const { story } = smallRoom();
    story.write(dan, add(eve, 'admin'));
    expect(verdict(story, story.write(eve, remove(bob)))).toBe('void-authority');
    expect(verdict(story, story.write(eve, update(eve, 1)))).toBe('void-authority');
  });
});

describe('removal (§5.3, §7.2)', () => {
  test('voids what its target wrote without its having been seen, and nothing earlier', () => {
    const { story, start } = smallRoom();
    const earlyCard = story.write(bob, update(bob, 0), { after: [start] });
    const before = story.write(bob, rename('before'), { after: [earlyCard] });
    const removal = story.write(ann, remove(bob, 5), { after: [before] });
    const hidden = story.write(bob, add(eve, 'admin'), { after: [before] });
    const helper = story.write(eve, remove(dan), { after: [hidden] });
    const card = story.write(bob, update(bob, 1), { after: [hidden] });
    expect(verdict(story, earlyCard)).toBe('counts');
    expect(verdict(story, before)).toBe('counts');
    expect(verdict(story, hidden)).toBe('voided');
    expect(verdict(story, helper)).toBe('void-authority');
    expect(verdict(story, card)).toBe('voided');
    expect(verdict(story, story.write(bob, rename('after'), { after: [removal, card] }))).toBe('ended');
    expect(verdict(story, story.write(bob, update(bob, 2), { after: [removal] }))).toBe('ended');
    const state = stateOf(story);
    expect([...state.members.keys()]).toEqual([ann.id, cleo.id, dan.id]);
    expect(state.roomName).toBe('before');
    expect(state.departed.get(bob.id)).toEqual({
      reason: 'removed',
      removals: [
        { operation: removal.id, by: ann.id, cut: { incarnation: '0123456789abcdef', sequence: 5 } },
      ],
      cut: { incarnation: '0123456789abcdef', sequence: 5 },
    });
  });

  test('wins over a self-update whatever its author grinds, in both orders', () => {
    let lowerCount = 0;
    const { story, start } = smallRoom();
    const removal = story.write(ann, remove(dan), { after: [start] });
    for (let ground = 0; ground < 10_000; ground++) {
      const own = story.write(dan, update(dan, ground), { after: [start], previous: null });
      story.operations.pop();
      if (own.id < removal.id) lowerCount++;
      for (const order of [
        [...story.operations, own],
        [own, ...story.operations.toReversed()],
      ]) {
        const state = resolve(order) as RoomState;
        if (state.verdicts.get(own.id) !== 'voided' || state.members.has(dan.id))
          expect.fail(`grinding helped with ${ground}`);
      }
    }
    // The hashes fell on both sides, so it was not luck.
    expect(lowerCount).toBeGreaterThan(0);
    expect(lowerCount).toBeLessThan(10_000);
  });

  test('of several at once the earliest cut wins', () => {
    const { story, start } = smallRoom();
    story.write(bob, remove(dan, 9), { after: [start] });
    story.write(cleo, remove(dan, 4), { after: [start] });
    story.write(ann, remove(dan, 6), { after: [start] });
    const departed = stateOf(story).departed.get(dan.id);
    expect(departed?.cut?.sequence).toBe(4);
    expect(departed?.removals.map(({ by }) => by).toSorted()).toEqual([ann.id, bob.id, cleo.id].toSorted());
  });

  test('reaches only who is junior', () => {
    const { story, start } = smallRoom();
    const upwards = story.write(cleo, remove(bob), { after: [start] });
    const toTheTop = story.write(bob, remove(ann), { after: [start] });
    const sideways = story.write(cleo, demote(bob));
    for (const operation of [upwards, toTheTop, sideways])
      expect(verdict(story, operation)).toBe('outranked');
    expect(verdict(story, story.write(bob, remove(cleo)))).toBe('counts');
    expect([...stateOf(story).members.keys()]).toEqual([ann.id, bob.id, dan.id]);
  });

  test('an owner is senior to an admin who was there before', () => {
    const { story } = smallRoom();
    story.write(ann, add(eve, 'owner'));
    expect(verdict(story, story.write(bob, remove(eve)))).toBe('outranked');
    expect(verdict(story, story.write(eve, remove(bob)))).toBe('counts');
  });

  test('of two who remove each other across a partition the senior stays', () => {
    const { story, start } = smallRoom();
    const junior = story.write(cleo, remove(bob), { after: [start] });
    const senior = story.write(bob, remove(cleo), { after: [start] });
    expect(verdict(story, senior)).toBe('counts');
    expect(verdict(story, junior)).not.toBe('counts');
    expect(isIn(story, bob) && !isIn(story, cleo)).toBe(true);
  });

  test('so too where one did not know that the other had become an admin, and a senior one', () => {
    const { story, start } = smallRoom();
    // Eve is Cleo's admin: junior to all that Bob promotes.
    const eveIn = story.write(cleo, add(eve, 'admin'), { after: [start] });
    const danUp = story.write(bob, promote(dan), { after: [eveIn] });
    const junior = story.write(eve, remove(dan), { after: [eveIn] });
    const senior = story.write(dan, remove(eve), { after: [danUp] });
    expect(verdict(story, junior)).toBe('voided');
    expect(verdict(story, senior)).toBe('counts');
    expect(roleOf(story, dan)).toBe('admin');
    const other = smallRoom();
    const eve2 = other.story.write(cleo, add(eve, 'admin'), { after: [other.start] });
    other.story.write(bob, promote(dan), { after: [eve2] });
    expect(verdict(other.story, other.story.write(eve, remove(dan), { after: [eve2] }))).toBe('outranked');
  });

  test('a removal by somebody who is removed at once does not count, and its target stays', () => {
    const { story, start } = smallRoom();
    const byCleo = story.write(cleo, remove(dan), { after: [start] });
    story.write(bob, remove(cleo), { after: [start] });
    expect(verdict(story, byCleo)).toBe('voided');
    expect(isIn(story, dan)).toBe(true);
  });

  test('is not held up by a promotion that does not count, or that came after it', () => {
    const { story, start } = smallRoom();
    const bogus = story.write(dan, promote(eve, 'owner'), { after: [start] });
    expect(verdict(story, story.write(cleo, remove(eve), { after: [bogus] }))).toBe('counts');
    const removal = story.write(cleo, remove(dan));
    story.write(bob, promote(dan));
    expect(verdict(story, removal)).toBe('counts');
    expect(roleOf(story, dan)).toBe('admin');
  });

  test('does not reach an admin whose demotion its author had not seen, or who was promoted since', () => {
    const { story, start } = smallRoom();
    const blind = story.write(cleo, remove(bob), { after: [start] });
    story.write(ann, demote(bob), { after: [start] });
    expect(verdict(story, blind)).toBe('outranked');
    expect(roleOf(story, bob)).toBe('member');
    story.write(ann, promote(bob, 'owner'));
    expect(verdict(story, story.write(cleo, remove(bob)))).toBe('outranked');
    expect(roleOf(story, bob)).toBe('owner');
  });

  test('an admin demoted first can be removed by a junior one', () => {
    const { story } = smallRoom();
    story.write(ann, demote(bob));
    expect(roleOf(story, bob)).toBe('member');
    expect(verdict(story, story.write(cleo, remove(bob)))).toBe('counts');
    expect(isIn(story, bob)).toBe(false);
  });
});

describe('coming back (§7.1)', () => {
  test('takes an add that follows the removal', () => {
    const { story, start } = smallRoom();
    const removal = story.write(bob, remove(dan), { after: [start] });
    const atOnce = story.write(cleo, add(dan), { after: [start] });
    expect(verdict(story, atOnce)).toBe('counts');
    expect(isIn(story, dan)).toBe(false);
    const again = story.write(cleo, add(dan), { after: [removal, atOnce] });
    expect(stateOf(story).members.get(dan.id)?.grant).toBe(again.id);
    expect(
      stateOf(story)
        .removals.get(dan.id)
        ?.map(({ operation }) => operation),
    ).toEqual([removal.id]);
    expect(verdict(story, story.write(dan, update(dan, 1)))).toBe('counts');
    const onTheOldGrant = story.write(dan, update(dan, 2), { authority: atOnce });
    expect(verdict(story, onTheOldGrant)).toBe('ended');
  });

  test('a removal that had seen the return ends it again', () => {
    const { story } = smallRoom();
    story.write(bob, remove(dan, 3));
    story.write(bob, add(dan));
    story.write(bob, remove(dan, 8));
    expect(stateOf(story).departed.get(dan.id)?.cut?.sequence).toBe(8);
    expect(stateOf(story).removals.get(dan.id)?.length).toBe(2);
  });

  test('who leaves is out until somebody lets it in again', () => {
    const { story, start } = smallRoom();
    const left = story.write(bob, leave, { after: [start] });
    story.write(ann, promote(bob), { after: [start] });
    expect(stateOf(story).departed.get(bob.id)).toEqual({ reason: 'left', removals: [], cut: undefined });
    expect(verdict(story, story.write(bob, rename('late'), { after: [left] }))).toBe('ended');
    story.write(ann, add(bob));
    expect(roleOf(story, bob)).toBe('member');
  });

  test('even the creator can leave, and the room goes on', () => {
    const { story } = smallRoom();
    story.write(ann, leave);
    expect(verdict(story, story.write(bob, add(eve)))).toBe('counts');
    expect(isIn(story, ann)).toBe(false);
  });
});

describe('demotion', () => {
  test('voids what was done as an admin at the same time, and leaves the member', () => {
    const { story, start } = smallRoom();
    story.write(ann, demote(bob), { after: [start] });
    const asAdmin = story.write(bob, add(eve), { after: [start] });
    const asMember = story.write(bob, update(bob, 1), { after: [start] });
    expect(verdict(story, asAdmin)).toBe('voided');
    expect(verdict(story, asMember)).toBe('counts');
    expect(roleOf(story, bob)).toBe('member');
    expect(verdict(story, story.write(bob, rename('late')))).toBe('ended');
    story.write(ann, promote(bob));
    expect(verdict(story, story.write(bob, rename('in time')))).toBe('counts');
  });

  test('stepping down needs nobody, and a promotion at the same time does not undo it', () => {
    const { story, start } = smallRoom();
    const down = story.write(bob, demote(bob), { after: [start] });
    story.write(ann, promote(bob), { after: [start] });
    expect(verdict(story, down)).toBe('counts');
    expect(roleOf(story, bob)).toBe('member');
  });
});

describe('forks (§6)', () => {
  test('two operations with one sequence number are proof; new ones do not count, the author stays', () => {
    const { story, start } = smallRoom();
    const one = story.write(bob, add(eve), { after: [start] });
    const two = story.write(bob, rename('theirs'), { after: [start], previous: null });
    const after = story.write(bob, remove(dan), { after: [one], previous: one });
    expect(stateOf(story).quarantined).toEqual(new Map([[bob.id, [one.id, two.id].toSorted()]]));
    for (const operation of [one, two, after]) expect(verdict(story, operation)).toBe('quarantined');
    expect(roleOf(story, bob)).toBe('admin');
    expect(isIn(story, dan) && !isIn(story, eve)).toBe(true);
  });

  test('what came before the fork stays', () => {
    const { story, start } = smallRoom();
    const before = story.write(bob, add(eve), { after: [start] });
    story.write(bob, rename('one'), { after: [before] });
    story.write(bob, rename('two'), { after: [before], previous: before });
    expect(verdict(story, before)).toBe('counts');
    expect(stateOf(story).roomName).toBe('room');
  });

  test('what others built on before they knew stays: nobody undoes his past by a fork', () => {
    const { story, start } = smallRoom();
    const removal = story.write(bob, remove(dan), { after: [start] });
    const built = story.write(cleo, rename('built'), { after: [removal] });
    const fork = story.write(bob, update(bob, 1), { after: [start], previous: null });
    expect(verdict(story, removal)).toBe('counts');
    expect(verdict(story, fork)).toBe('quarantined');
    expect(isIn(story, dan)).toBe(false);
    // An accomplice cannot take that away either: neither by knowing of the fork, nor by building on the other branch.
    story.write(dan, update(dan, 1), { after: [start, fork] });
    expect(verdict(story, removal)).toBe('counts');
    // Who knows of the fork speaks for nothing that is new.
    const more = story.write(bob, add(eve), { after: [built], previous: removal });
    const knowing = story.write(cleo, rename('knowing'), { after: [more, fork] });
    expect(verdict(story, more)).toBe('quarantined');
    expect(verdict(story, knowing)).toBe('counts');
  });

  test('a creator who let everybody in cannot unmake the room', () => {
    const story = new Scenario(ann);
    const first = story.write(ann, add(bob, 'admin'));
    const card = story.write(bob, update(bob, 1));
    // In the past, Bob is removed; that would unmake his word for the first add, if it had to count.
    story.write(ann, remove(bob), { after: [story.genesis], previous: story.genesis });
    expect(verdict(story, first)).toBe('counts');
    expect(verdict(story, card)).toBe('counts');
    expect(roleOf(story, bob)).toBe('admin');
  });
});

describe('names, keys and settings (§7.3, §7.4)', () => {
  test('the newest update holds until somebody who had seen it lets its author in anew', () => {
    const { story, start } = smallRoom();
    story.write(dan, update(dan, 1), { after: [start] });
    story.write(dan, update(dan, 2));
    expect(stateOf(story).members.get(dan.id)?.name).toBe('dan 2');
    story.write(ann, promote(dan), { after: [start] });
    expect(stateOf(story).members.get(dan.id)?.name).toBe('dan 2');
    story.write(ann, promote(dan));
    expect(stateOf(story).members.get(dan.id)?.name).toBe('dan');
  });

  test('the newest setting holds, of two at once the senior one', () => {
    const { story, start } = smallRoom();
    const early = story.write(ann, rename('early'), { after: [start] });
    story.write(cleo, rename('by Cleo'), { after: [early] });
    expect(stateOf(story).roomName).toBe('by Cleo');
    story.write(bob, rename('by Bob'), { after: [early] });
    expect(stateOf(story).roomName).toBe('by Bob');
    story.write(cleo, { kind: 'history', history: { kind: 'days', days: 3 } });
    expect(stateOf(story)).toMatchObject({ roomName: 'by Bob', history: { kind: 'days', days: 3 } });
  });

  test('nothing without a genesis, and what lacks an ancestor is left out', () => {
    const { story, start } = smallRoom();
    expect(resolve([start])).toBeUndefined();
    const state = resolve(story.operations.filter((operation) => operation !== story.operations[2]));
    expect([...(state as RoomState).members.keys()]).toEqual([ann.id, bob.id]);
  });
});

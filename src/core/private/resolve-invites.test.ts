import { describe, expect, test } from 'vitest';
import type { Operation } from '../wire/operation.ts';
import { demote, invite, leave, person, remove, rename, revoke, update, use } from './scenario.testkit.ts';
import type { Scenario } from './scenario.testkit.ts';
import { ann, bob, cleo, dan, eve, isIn, roleOf, smallRoom, stateOf, verdict } from './small-room.testkit.ts';

describe('invites (§5.5)', () => {
  const open = (): ReturnType<typeof smallRoom> & { ticket: Operation } => {
    const made = smallRoom();
    return { ...made, ticket: made.story.write(cleo, invite('secret')) };
  };

  test('any member may sponsor, once', () => {
    const { story, ticket } = open();
    expect([...stateOf(story).openInvites]).toEqual([[ticket.id, cleo.id]]);
    const first = story.write(dan, use(ticket, 'secret', eve));
    const second = story.write(ann, use(ticket, 'secret', person('fay')));
    expect(verdict(story, first)).toBe('counts');
    expect(verdict(story, second)).toBe('invite-spent');
    expect(roleOf(story, eve)).toBe('member');
    expect(stateOf(story).openInvites.size).toBe(0);
  });

  test("used twice at once, the senior sponsor's use wins", () => {
    const { story, ticket } = open();
    const junior = story.write(dan, use(ticket, 'secret', eve), { after: [ticket] });
    const senior = story.write(bob, use(ticket, 'secret', person('fay')), { after: [ticket] });
    expect(verdict(story, senior)).toBe('counts');
    expect(verdict(story, junior)).toBe('invite-lost');
    expect(isIn(story, eve)).toBe(false);
    expect(verdict(story, story.write(eve, update(eve, 1)))).toBe('void-authority');
  });

  test('a use that is void takes nothing from another at the same time', () => {
    const { story, ticket } = open();
    const good = story.write(dan, use(ticket, 'secret', eve), { after: [ticket] });
    const bad = story.write(bob, use(ticket, 'secret', person('fay')), { after: [ticket] });
    story.write(ann, remove(bob), { after: [ticket] });
    expect(verdict(story, bad)).toBe('voided');
    expect(verdict(story, good)).toBe('counts');
  });

  test('who forks to use one twice gets nobody in, even where others built on both', () => {
    const { story, ticket } = open();
    const first = story.write(dan, use(ticket, 'secret', eve), { after: [ticket], previous: null });
    story.write(bob, rename('a'), { after: [first] });
    const second = story.write(dan, use(ticket, 'secret', person('fay')), {
      after: [ticket],
      previous: null,
    });
    story.write(cleo, rename('b'), { after: [second] });
    expect([verdict(story, first), verdict(story, second)]).toEqual(['invite-lost', 'invite-lost']);
  });

  test('a quarantined use takes nothing from another', () => {
    const { story, ticket } = open();
    const junior = story.write(dan, use(ticket, 'secret', eve), { after: [ticket] });
    story.write(bob, use(ticket, 'secret', person('fay')), { after: [ticket], previous: null });
    story.write(bob, rename('fork'), { after: [ticket], previous: null });
    expect(verdict(story, junior)).toBe('counts');
  });

  test.each([
    ['removed', (story: Scenario, after: Operation[]) => story.write(bob, remove(cleo), { after })],
    ['demoted', (story: Scenario, after: Operation[]) => story.write(bob, demote(cleo), { after })],
    ['gone', (story: Scenario, after: Operation[]) => story.write(cleo, leave, { after })],
  ])('open no door once their author is %s, before or at the same time', (_, end) => {
    for (const sees of [true, false]) {
      const { story, ticket } = open();
      const ended = end(story, [ticket]);
      expect(stateOf(story).openInvites.size).toBe(0);
      const used = story.write(dan, use(ticket, 'secret', eve), { after: sees ? [ended] : [ticket] });
      expect(verdict(story, used)).toBe('invite-void');
      expect(isIn(story, eve)).toBe(false);
    }
    const { story, ticket } = open();
    const used = story.write(dan, use(ticket, 'secret', eve), { after: [ticket] });
    end(story, [used]);
    expect(verdict(story, used)).toBe('counts');
  });

  test('open no door once an admin revoked them, before or at the same time', () => {
    for (const sees of [true, false]) {
      const { story, ticket } = open();
      const ended = story.write(bob, revoke(ticket), { after: [ticket] });
      expect(stateOf(story).openInvites.size).toBe(0);
      const used = story.write(dan, use(ticket, 'secret', eve), { after: sees ? [ended] : [ticket] });
      expect(verdict(story, used)).toBe('invite-void');
      expect(isIn(story, eve)).toBe(false);
    }
    const { story, ticket } = open();
    const used = story.write(dan, use(ticket, 'secret', eve), { after: [ticket] });
    expect(verdict(story, story.write(bob, revoke(ticket), { after: [used] }))).toBe('counts');
    expect(verdict(story, used)).toBe('counts');
  });

  test('stay open where who revokes them is no admin, or none any more', () => {
    const { story, ticket } = open();
    expect(verdict(story, story.write(dan, revoke(ticket)))).toBe('role');
    expect(stateOf(story).openInvites.size).toBe(1);
    const late = story.write(bob, revoke(ticket), { after: [ticket] });
    story.write(ann, remove(bob), { after: [ticket] });
    expect(verdict(story, late)).toBe('voided');
    expect(stateOf(story).openInvites.size).toBe(1);
    expect(verdict(story, story.write(dan, use(ticket, 'secret', eve)))).toBe('counts');
  });

  test('by who is no admin open no door', () => {
    const { story } = smallRoom();
    const ticket = story.write(dan, invite('secret'));
    expect(verdict(story, story.write(bob, use(ticket, 'secret', eve)))).toBe('invite-void');
  });

  test('bring nobody back who was removed since', () => {
    const { story, ticket } = open();
    story.write(bob, remove(dan));
    expect(verdict(story, story.write(bob, use(ticket, 'secret', dan)))).toBe('invite-older-than-removal');
    const fresh = story.write(bob, invite('new'));
    expect(verdict(story, story.write(bob, use(fresh, 'new', dan)))).toBe('counts');
    expect(isIn(story, dan)).toBe(true);
  });
});

import { describe, expect, test } from 'vitest';
import type { MemberInfo, RoomInfo } from '../../contract/api.ts';
import { actsOn, isAdmin, isClosed, isLastOwner, peopleSeen, roomsToAddTo } from './people.ts';

function member(name: string, more: Partial<MemberInfo> = {}): MemberInfo {
  return {
    id: name,
    name,
    address: '',
    self: false,
    away: false,
    silentMs: 0,
    removed: false,
    present: true,
    verified: false,
    canBeReached: true,
    ...more,
  };
}

function room(more: Partial<RoomInfo> = {}): RoomInfo {
  return {
    room: 'Plans',
    id: '01',
    name: 'Plans',
    kind: 'private',
    state: 'open',
    role: 'owner',
    joined: true,
    memberCount: 2,
    groups: [],
    unread: 0,
    ...more,
  };
}

describe('what is offered', () => {
  const heron = member('Heron', { role: 'member' });

  test('in a public room is never to remove for everybody', () => {
    const acts = actsOn(member('Heron'), room({ kind: 'public' }), true);
    expect(acts).toEqual(['message', 'send-file', 'verify', 'add-to-room', 'mute']);
    expect(actsOn(member('Heron', { removed: true }), room({ kind: 'public' }), true)).toContain('unmute');
  });

  test('to a plain member is nothing about others’ rights', () => {
    const acts = actsOn(heron, room({ role: 'member' }), false);
    expect(acts).toEqual(['message', 'send-file', 'verify']);
  });

  test('to an admin is nothing about owners, and no making of owners', () => {
    expect(actsOn(heron, room({ role: 'admin' }), false)).toEqual([
      'message',
      'send-file',
      'verify',
      'make-admin',
      'remove',
    ]);
    expect(actsOn(member('Jay', { role: 'owner' }), room({ role: 'admin' }), false)).toEqual([
      'message',
      'send-file',
      'verify',
    ]);
  });

  test('to an owner is everything, and to step down', () => {
    expect(actsOn(heron, room(), false)).toEqual([
      'message',
      'send-file',
      'verify',
      'make-admin',
      'make-owner',
      'remove',
    ]);
    expect(actsOn(member('Wren', { self: true, role: 'owner' }), room(), false)).toEqual(['step-down']);
    expect(actsOn(member('Wren', { self: true, role: 'member' }), room({ role: 'member' }), false)).toEqual(
      [],
    );
  });

  test('in a room of two is neither a message nor a role', () => {
    expect(actsOn(heron, room({ kind: 'direct' }), false)).toEqual(['verify']);
  });
});

test('nobody is an admin of what is closed, or not joined, or no private room', () => {
  expect(isAdmin(room())).toBe(true);
  expect(isAdmin(room({ state: 'removed' }))).toBe(false);
  expect(isAdmin(room({ joined: false }))).toBe(false);
  expect(isAdmin(room({ kind: 'direct' }))).toBe(false);
  expect(isAdmin(room({ role: 'member' }))).toBe(false);
  expect(roomsToAddTo([room(), room({ role: 'member' })])).toHaveLength(1);
  expect(isClosed(room({ state: 'left' }))).toBe(true);
});

test('people are listed once, by name, without who is oneself, muted or absent', () => {
  const lobby = [
    member('me', { self: true }),
    member('Wren'),
    member('Heron', { canBeReached: false }),
    member('Jay', { removed: true }),
  ];
  const plans = [member('Heron'), member('Finch', { present: false })];
  const people = peopleSeen({
    lobby: { members: lobby, receivedAt: 0 },
    plans: { members: plans, receivedAt: 0 },
  });
  expect(people.map(({ name, canBeReached }) => [name, canBeReached])).toEqual([
    ['Heron', true],
    ['Wren', true],
  ]);
});

test('the last owner is told, unless nobody else is there', () => {
  const self = member('me', { self: true, role: 'owner' });
  expect(isLastOwner([self])).toBe(false);
  expect(isLastOwner([self, member('Heron', { role: 'admin' })])).toBe(true);
  expect(isLastOwner([self, member('Heron', { role: 'owner' })])).toBe(false);
});

import { describe, expect, test } from 'vitest';
import type { DaemonEvent, MemberInfo, RoomInfo, Snapshot, TransferInfo } from '../../contract/api.ts';
import { EVENT_LOG_MAX, NOTICES_MAX } from '../limits.ts';
import { eventLines } from './event-log.ts';
import { reduce } from './reducer.ts';
import type { Action } from './reducer.ts';
import { canSend, initialState, isJoined } from './state.ts';
import type { AppState } from './state.ts';

const lobby: RoomInfo = {
  room: 'lobby',
  id: '00',
  name: 'lobby',
  kind: 'public',
  state: 'open',
  joined: true,
  memberCount: 2,
  groups: [],
  unread: 0,
};

function member(name: string, self = false): MemberInfo {
  const seen = { present: true, away: false, silentMs: 0, removed: false };
  return { id: name, name, address: '127.0.0.1', self, ...seen, verified: self, canBeReached: !self };
}

const snapshot: Snapshot = {
  self: { id: 'wren', name: 'Wren', named: true },
  settings: { language: 'auto', theme: 'auto' },
  rooms: [lobby],
  offers: [],
  colours: {},
  members: { lobby: [member('Wren', true), member('Finch')] },
  messages: [],
  transfers: [],
  readMarks: {},
  downloads: '/tmp',
  profile: '/tmp',
  interfaces: [],
  version: '0',
};

const welcomed = apply(initialState, { type: 'welcome', snapshot, now: 5 });

function apply(state: AppState, ...actions: readonly Action[]): AppState {
  return actions.reduce(reduce, state);
}

function after(...events: readonly DaemonEvent[]): AppState {
  return apply(welcomed, ...events.map((event) => ({ type: 'event', event, now: 7 }) as const));
}

const transfer: TransferInfo = {
  room: 'lobby',
  transfer: 't1',
  file: { name: 'a.png', size: 10 },
  from: { id: 'finch', name: 'Finch' },
  own: false,
  state: 'running',
  bytesDone: 3,
  at: 1,
  depth: 1,
  sequence: 1,
  message: 'r1',
  openable: true,
  members: [],
};

describe('the room', () => {
  test('is open after the welcome', () => {
    expect(canSend(welcomed)).toBe(true);
    expect(welcomed.members['lobby']?.receivedAt).toBe(5);
  });

  test('QUIT empties the member list, and a list that was on its way does not fill it again', () => {
    const state = after(
      { type: 'room-quit', room: 'lobby', info: { ...lobby, joined: false } },
      { type: 'members', room: 'lobby', members: [member('Wren', true), member('Finch')] },
    );
    expect(isJoined(state)).toBe(false);
    expect(state.members['lobby']).toBeUndefined();
  });

  test('one that is joined elsewhere appears', () => {
    const state = after({
      type: 'room-joined',
      room: 'design',
      info: { ...lobby, id: 'design', room: 'design' },
    });
    expect(state.rooms.map(({ room }) => room)).toEqual(['lobby', 'design']);
  });

  test('the shown one stays shown when the daemon comes back with it, and gives way to the lobby when not', () => {
    const shown = apply(welcomed, { type: 'room-shown', room: 'design' });
    const rooms = [lobby, { ...lobby, room: 'design' }];
    const kept = apply(shown, { type: 'welcome', snapshot: { ...snapshot, rooms }, now: 9 });
    expect(kept.room).toBe('design');
    expect(apply(kept, { type: 'welcome', snapshot, now: 9 }).room).toBe('lobby');
  });
});

describe('what comes in', () => {
  test('a transfer and its later states are one entry', () => {
    const state = after(
      { type: 'transfer-state', transfer },
      { type: 'transfer-state', transfer: { ...transfer, state: 'done', bytesDone: 10 } },
    );
    expect(state.timelines['lobby']).toHaveLength(1);
    expect(state.timelines['lobby']?.[0]).toMatchObject({ transfer: { state: 'done', bytesDone: 10 } });
  });

  test('an event that another one carries whole changes nothing', () => {
    expect(after({ type: 'receipt', room: 'lobby', member: 'finch', sequence: 1 })).toBe(welcomed);
  });
});

test('what happens on the network is kept for who looks, up to a bound, and nothing of what is said', () => {
  const away: DaemonEvent = {
    type: 'member-away',
    room: 'lobby',
    member: { id: 'finch', name: 'Finch', address: '' },
  };
  const state = after(...Array.from({ length: EVENT_LOG_MAX + 5 }, () => away));
  expect(state.events).toHaveLength(EVENT_LOG_MAX);
  expect(
    eventLines(state.events.slice(0, 2))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toMatchObject([
    { at: '1970-01-01T00:00:00.000Z', type: 'member-away' },
    { type: 'member-away', member: { name: 'Finch' } },
  ]);
});

test('an own new name is in every list at once', () => {
  const state = after({ type: 'self', id: 'wren', name: 'Jenny', named: true });
  expect(state.members['lobby']?.members.map(({ name }) => name)).toEqual(['Jenny', 'Finch']);
});

describe('the connection', () => {
  test('that ends after *stopping* is no news, until the daemon is back', () => {
    const stopped = apply(
      after({ type: 'stopping' }),
      { type: 'connection', connection: 'lost' },
      { type: 'connection', connection: 'connecting' },
    );
    expect(stopped.connection).toBe('stopped');
    expect(canSend(stopped)).toBe(false);
    expect(apply(stopped, { type: 'welcome', snapshot, now: 9 }).connection).toBe('open');
  });
});

test('the lack of a network is shown until one comes, not as a notice', () => {
  const lo = { name: 'lo', address: '127.0.0.1', loopback: true };
  const alone: DaemonEvent = { type: 'problem', code: 'network-loopback-only', message: '' };
  const state = after(alone, { type: 'network', interfaces: [lo] });
  expect(state.networkNone).toBe(true);
  expect(state.notices).toEqual([]);
  const eth = { name: 'eth0', address: '192.0.2.1', loopback: false };
  expect(after(alone, { type: 'network', interfaces: [lo, eth] }).networkNone).toBe(false);
});

test('who is away has the colour of the last time; who is here, the one of now', () => {
  const colours = { heron: 3, Finch: 5 };
  const finch = { ...member('Finch'), colour: 7 };
  const { colours: shown } = apply(initialState, {
    type: 'welcome',
    snapshot: { ...snapshot, colours, members: { lobby: [finch] } },
    now: 5,
  });
  expect(shown).toEqual({ heron: 3, Finch: 7 });
});

test('a sender that asks again is a notice until it is decided; of own files it is none', () => {
  const offer = { ...transfer, state: 'asking', askedAgain: true } as const;
  const asked: DaemonEvent = { type: 'transfer-asked-again', ...offer, from: { id: 'finch', name: 'Finch' } };
  const state = after({ type: 'transfer-state', transfer: offer }, asked, asked);
  expect(state.notices).toMatchObject([{ kind: 'asked-again', transfer: 't1', file: 'a.png' }]);
  const decided: DaemonEvent = { type: 'transfer-state', transfer: { ...transfer, state: 'declined' } };
  expect(apply(state, { type: 'event', event: decided, now: 8 }).notices).toEqual([]);
  expect(after({ ...asked, own: true }).notices).toEqual([]);
});

describe('notices', () => {
  const problem = (code: string): DaemonEvent => ({ type: 'problem', code, message: code });

  test('the same problem again is one notice', () => {
    expect(after(problem('disk-full'), problem('x'), problem('disk-full')).notices).toMatchObject([
      { code: 'x' },
      { code: 'disk-full' },
    ]);
  });

  test('are bounded', () => {
    const codes = Array.from({ length: NOTICES_MAX + 3 }, (_, index) => problem(`code-${index}`));
    const { notices } = after(...codes);
    expect(notices).toHaveLength(NOTICES_MAX);
    expect(notices.at(-1)).toMatchObject({ code: `code-${NOTICES_MAX + 2}` });
  });

  test('go when dismissed', () => {
    const state = after(problem('x'));
    const [notice] = state.notices;
    expect(apply(state, { type: 'notice-dismissed', key: notice!.key }).notices).toEqual([]);
  });
});

test('an upload is there from the moment it is chosen until the daemon has it', () => {
  const added = apply(welcomed, {
    type: 'upload-added',
    upload: { room: 'lobby', name: 'a', size: 10 },
  });
  const [upload] = added.uploads;
  expect(upload).toMatchObject({ started: false, bytesDone: 0 });
  const moving = apply(added, { type: 'upload-progress', key: upload!.key, bytesDone: 4 });
  expect(moving.uploads).toMatchObject([{ started: true, bytesDone: 4 }]);
  expect(apply(moving, { type: 'upload-ended', key: upload!.key }).uploads).toEqual([]);
});

import { describe, expect, test } from 'vitest';
import type { DaemonEvent, MessageInfo, RoomInfo, Snapshot } from '../../contract/api.ts';
import { reduce } from './reducer.ts';
import type { Action } from './reducer.ts';
import { canSend, canSpeak, initialState } from './state.ts';
import type { AppState } from './state.ts';
import { typingAt } from './typing.ts';
import { unreadSum } from './unread.ts';
import { TYPING_SHOWN_MAX } from '../limits.ts';

function room(name: string, more: Partial<RoomInfo> = {}): RoomInfo {
  const kind = name === 'lobby' ? 'public' : 'private';
  const known = { room: name, id: `id of ${name}`, name, kind, state: 'open' } as const;
  return { ...known, joined: true, memberCount: 2, groups: [], unread: 0, ...more };
}

let count = 0;
function message(where: string, own = false): MessageInfo {
  count++;
  const from = { id: own ? 'me' : 'heron', name: own ? 'Me' : 'Heron' };
  return {
    room: where,
    from,
    text: `text ${count}`,
    id: `m${count}`,
    at: 1,
    own,
    depth: count,
    sequence: count,
    cursor: `${count}`,
  };
}

function snapshot(messages: readonly MessageInfo[] = []): Snapshot {
  return {
    self: { id: 'me', name: 'Me', named: true },
    settings: { language: 'auto', theme: 'auto' },
    rooms: [room('lobby'), room('plans')],
    offers: [],
    colours: {},
    members: {},
    messages,
    transfers: [],
    readMarks: {},
    downloads: '',
    profile: '',
    interfaces: [],
    version: '0',
  };
}

const apply = (state: AppState, ...actions: readonly Action[]): AppState => actions.reduce(reduce, state);
const event = (happened: DaemonEvent): Action => ({ type: 'event', event: happened, now: 0 });
const said = (where: string, own = false): Action => event({ type: 'message', ...message(where, own) });
const welcomed = apply(initialState, { type: 'welcome', snapshot: snapshot(), now: 0 });

describe('unread', () => {
  test('is what others write where one is not looking, until one looks', () => {
    const state = apply(welcomed, said('plans'), said('plans'), said('plans', true), said('lobby'));
    expect(state.unread).toEqual({ plans: 2 });
    expect(apply(state, { type: 'room-shown', room: 'plans' }).unread).toEqual({});
  });

  test('is also the shown room while the page is not in sight', () => {
    const away = apply(welcomed, { type: 'visibility', visible: false }, said('lobby'));
    expect(unreadSum(away)).toBe(1);
    expect(unreadSum(apply(away, { type: 'visibility', visible: true }))).toBe(0);
  });

  test('a file that makes progress is unread once', () => {
    const transfer = {
      room: 'plans',
      transfer: 't',
      file: { name: 'a', size: 9 },
      from: { id: 'heron', name: 'Heron' },
      own: false,
      state: 'running',
      bytesDone: 0,
      at: 0,
      depth: 500,
      sequence: 500,
      message: 'mt',
      openable: false,
      members: [],
    } as const;
    const state = apply(
      welcomed,
      event({ type: 'transfer-state', transfer }),
      event({ type: 'transfer-state', transfer: { ...transfer, bytesDone: 5 } }),
    );
    expect(state.unread).toEqual({ plans: 1 });
  });

  test('is what the daemon counts, for all tabs: after a reload, and when another tab has read', () => {
    const messages = [message('plans'), message('plans'), message('plans')];
    const rooms = [room('lobby'), room('plans', { unread: 2 })];
    const loaded = { ...snapshot(messages), rooms };
    const state = apply(initialState, { type: 'welcome', snapshot: loaded, now: 0 });
    expect(state.unread).toEqual({ plans: 2 });
    const shown = apply(state, { type: 'room-shown', room: 'plans' });
    expect(shown.firstUnread).toEqual({ plans: messages[1]!.id });
    const read = event({ type: 'room-changed', room: 'plans', info: room('plans') });
    expect(apply(state, said('plans'), read).unread).toEqual({});
  });

  test('is also what comes to the end of the shown room while one reads further up, until one comes down', () => {
    const up = apply(welcomed, { type: 'following', following: false }, said('lobby'), said('lobby'));
    expect(up.unread).toEqual({ lobby: 2 });
    const down = apply(up, { type: 'following', following: true });
    expect(down.unread).toEqual({});
    expect(down.firstUnread['lobby']).toBe(up.timelines['lobby']?.at(-2)?.id);
  });
});

describe('a stretch from the middle of the history', () => {
  const [first, second, third] = [message('lobby'), message('lobby'), message('lobby')];
  const page = (messages: readonly MessageInfo[], more: object) => ({
    entries: messages.map((one) => ({ kind: 'message', message: one }) as const),
    ...more,
  });
  const jumped = apply(welcomed, said('lobby'), {
    type: 'stretch',
    room: 'lobby',
    page: page([first, second], { before: 'b', after: 'a' }),
    id: second.id,
  });
  const ids = (state: AppState) => state.timelines['lobby']?.map((entry) => entry.id);

  test('takes the place of what was here, and of its end nothing is added', () => {
    expect(ids(jumped)).toEqual([first.id, second.id]);
    expect(jumped.focus).toMatchObject({ room: 'lobby', id: second.id });
    const state = apply(jumped, said('lobby'));
    expect(ids(state)).toEqual([first.id, second.id]);
    expect(state.unread).toEqual({ lobby: 1 });
    const changed = event({ type: 'message-changed', message: { ...second, text: 'changed' } });
    expect(apply(state, changed).timelines['lobby']?.[1]).toMatchObject({ message: { text: 'changed' } });
  });

  test('goes on to the end, and from there on takes what comes', () => {
    const end = apply(jumped, { type: 'newer', room: 'lobby', page: page([third], {}) });
    expect(end.newer).toEqual({});
    expect(ids(apply(end, said('lobby')))).toHaveLength(4);
  });

  test('gives way to the newest', () => {
    const back = apply(jumped, { type: 'stretch', room: 'lobby', page: page([third], { before: 'c' }) });
    expect(ids(back)).toEqual([third.id]);
    expect([back.newer, back.following, back.focus]).toEqual([{}, true, undefined]);
  });
});

describe('typing', () => {
  const types = (member: string, now: number): Action => ({
    type: 'event',
    event: { type: 'typing', room: 'lobby', member },
    now,
  });

  test('fades when it is not told again, and ends with what was typed', () => {
    const state = apply(welcomed, types('heron', 0), types('finch', 4000));
    expect(typingAt(state.typing['lobby'], 5000)).toEqual({ ids: ['heron', 'finch'], nextAt: 6000 });
    expect(typingAt(state.typing['lobby'], 6500).ids).toEqual(['finch']);
    expect(typingAt(apply(state, said('lobby')).typing['lobby'], 5000).ids).toEqual(['finch']);
  });

  test('of a crowd is bounded', () => {
    const crowd = Array.from({ length: 500 }, (_, index) => types(`m${index}`, 0));
    const state = apply(welcomed, ...crowd);
    expect(Object.keys(state.typing['lobby'] ?? {}).length).toBeLessThanOrEqual(TYPING_SHOWN_MAX + 1);
  });
});

describe('a private room', () => {
  test('that was closed is not written to, and its members are gone', () => {
    const inside = apply(
      welcomed,
      { type: 'room-shown', room: 'plans' },
      event({ type: 'members', room: 'plans', members: [] }),
    );
    expect(canSend(inside)).toBe(true);
    const by = { id: 'jay', name: 'Jay' };
    const info = room('plans', { joined: false, state: 'removed', removedBy: by });
    const state = apply(inside, event({ type: 'room-closed', room: 'plans', reason: 'removed', by, info }));
    expect(canSend(state)).toBe(false);
    expect(state.members['plans']).toBeUndefined();
    expect(state.rooms[1]).toMatchObject({ state: 'removed', removedBy: by });
  });

  test('that was deleted leaves nothing, and the lobby is shown', () => {
    const inside = apply(welcomed, { type: 'room-shown', room: 'plans' }, said('plans'));
    const state = apply(inside, event({ type: 'room-forgotten', room: 'plans' }));
    expect(state.room).toBe('lobby');
    expect(state.rooms.map((info) => info.room)).toEqual(['lobby']);
    expect(state.timelines['plans']).toBeUndefined();
  });

  test('that others opened is new until it is looked at', () => {
    const joined = event({ type: 'room-joined', room: 'board', info: room('board') });
    const state = apply(welcomed, joined);
    expect(state.fresh).toEqual(['board']);
    expect(apply(state, joined).fresh).toEqual(['board']);
    expect(apply(state, { type: 'room-shown', room: 'board' }).fresh).toEqual([]);
    const own = apply(welcomed, { type: 'room-known', info: room('board') }, joined);
    expect(own.fresh).toEqual([]);
  });

  test('takes its new name', () => {
    const info = room('plans', { name: 'Better plans' });
    const state = apply(welcomed, event({ type: 'room-changed', room: 'plans', info }));
    expect(state.rooms[1]?.name).toBe('Better plans');
    expect(state.rooms).toHaveLength(2);
  });

  test('keeps what is in it under a new label, and its old one is another room’s', () => {
    const said = apply(
      welcomed,
      { type: 'room-shown', room: 'plans' },
      event({ type: 'message', ...message('plans') }),
    );
    const moved = room('plans (2)', { id: 'id of plans', continuesIn: 'plans' });
    const other = room('plans', { id: 'lower' });
    const state = apply(
      said,
      event({ type: 'room-joined', room: moved.room, info: moved }),
      event({ type: 'room-joined', room: 'plans', info: other }),
    );
    expect(state.room).toBe('plans');
    expect(state.rooms.map(({ room: label, id }) => `${label} ${id}`)).toEqual([
      'lobby id of lobby',
      'plans (2) id of plans',
      'plans lower',
    ]);
    expect(state.fresh).not.toContain('plans (2)');
    expect(state.timelines['plans (2)']).toMatchObject([{ message: { room: 'plans (2)' } }]);
    expect(state.timelines['plans'] ?? []).toEqual([]);
    expect([canSpeak(state), canSpeak(apply(state, { type: 'room-shown', room: 'plans (2)' }))]).toEqual([
      true,
      false,
    ]);
    // At once under the same label: the room that was empty is gone.
    const swapped = apply(welcomed, event({ type: 'room-joined', room: 'plans', info: other }));
    expect(swapped.rooms.map(({ id }) => id)).toEqual(['id of lobby', 'lower']);
  });

  test('marks what was written after a removal, and only that', () => {
    const [before, after] = [message('plans'), message('plans')];
    const both = apply(welcomed, event({ type: 'message', ...before }), event({ type: 'message', ...after }));
    const hidden = { type: 'messages-hidden', room: 'plans', ids: [after.id] } as const;
    const state = apply(both, event({ ...hidden, by: 'removal' }));
    expect(state.timelines['plans']?.map((entry) => entry.hidden === true)).toEqual([false, true]);
    const again = apply(state, event({ type: 'message', ...after }));
    expect(again.timelines['plans']?.[1]?.hidden).toBe(true);
    // What the user does not want to see leaves nothing.
    expect(apply(both, event({ ...hidden, by: 'us' })).timelines['plans']).toHaveLength(1);
  });
});

describe('people', () => {
  const heron = { id: 'heron', name: 'Heron' };
  const asked = event({ type: 'emoji', member: heron, stage: 'asked' });

  test('who asks to compare pictures is a notice, which goes when that is over', () => {
    const state = apply(welcomed, asked);
    expect(state.notices).toMatchObject([{ kind: 'emoji-asked' }]);
    const over = apply(state, event({ type: 'emoji', member: heron, stage: 'failed', reason: 'cancelled' }));
    expect(over.notices).toEqual([]);
    expect(over.emoji['heron']).toEqual({ stage: 'failed', reason: 'cancelled' });
  });

  test('who declines a room is a notice, one for each room', () => {
    const declined = (label: string) => event({ type: 'member-declined', member: heron, room: label });
    const state = apply(welcomed, declined('plans'), declined('den'), declined('plans'));
    expect(state.notices).toMatchObject([{ room: 'den' }, { kind: 'declined', room: 'plans' }]);
  });

  test('who asks while its dialog is open needs no notice', () => {
    const looking = apply(welcomed, { type: 'dialog', dialog: { kind: 'verify', member: heron } }, asked);
    expect(looking.notices).toEqual([]);
    expect(looking.emoji['heron']?.stage).toBe('asked');
  });

  test('a doubt about somebody is one notice, however often it is told', () => {
    const warning = { kind: 'no-name', shown: '[U+200B]' } as const;
    const doubt = event({ type: 'identity-warning', member: heron, warning });
    expect(apply(welcomed, doubt, doubt).notices).toHaveLength(1);
  });
});

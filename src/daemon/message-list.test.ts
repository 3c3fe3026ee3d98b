import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MessageInfo } from '../contract/api.ts';
import { ROOM_MESSAGES_BYTES_MAX, ROOM_MESSAGES_MAX } from './limits.ts';
import { compareMessages, MessageList } from './message-list.ts';

const message = (depth: number, from = 'a', sequence = depth, text = ''): MessageInfo => ({
  room: 'lobby',
  from: { id: from, name: from },
  text,
  id: `${depth} ${from} ${sequence}`,
  at: 0,
  own: false,
  depth,
  sequence,
  cursor: '',
});
const all = (list: MessageList): readonly MessageInfo[] => list.newest(Infinity, Infinity);

test('whatever the order of arrival, the list is in the one order, each once', () => {
  const messages = fc.array(fc.tuple(fc.nat(20), fc.constantFrom('a', 'b', 'c')), { maxLength: 60 });
  fc.assert(
    fc.property(messages, (arrivals) => {
      const list = new MessageList();
      for (const [depth, from] of arrivals) list.insert(message(depth, from));
      const shown = all(list);
      expect(shown).toEqual([...shown].sort(compareMessages));
      expect(new Set(shown.map((one) => one.id)).size).toBe(shown.length);
      expect(shown.length).toBe(new Set(arrivals.map(([depth, from]) => `${depth} ${from}`)).size);
    }),
  );
});

test('the oldest is dropped beyond the count, and an older one is no news', () => {
  const list = new MessageList();
  for (let depth = 1; depth <= ROOM_MESSAGES_MAX + 10; depth++) list.insert(message(depth));
  expect(all(list)).toHaveLength(ROOM_MESSAGES_MAX);
  expect(all(list)[0]?.depth).toBe(11);
  expect(list.insert(message(3))).toBe(false);
});

test('long messages are dropped by their bytes', () => {
  const list = new MessageList();
  const text = 'x'.repeat(60_000);
  for (let depth = 1; depth <= 400; depth++) list.insert(message(depth, 'a', depth, text));
  expect(all(list).length * 2 * text.length).toBeLessThanOrEqual(ROOM_MESSAGES_BYTES_MAX);
  expect(list.newest(10, 300_000)).toHaveLength(2);
});

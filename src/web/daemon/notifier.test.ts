import { expect, test } from 'vitest';
import type { DaemonEvent } from '../../contract/api.ts';
import { NOTIFICATION_CHARACTERS_MAX } from '../limits.ts';
import { toldOf } from './notifier.ts';

const words = {
  titleOf: (name: string, room: string) => `${name} in ${room}`,
  fileText: (file: string) => `sends ${file}`,
  fileAgainText: (file: string) => `asks again about ${file}`,
};
const message = (text: string, own = false): DaemonEvent => ({
  type: 'message',
  room: 'plans',
  from: { id: 'h', name: 'Heron' },
  text,
  id: 'm1',
  at: 0,
  own,
  depth: 1,
  sequence: 1,
  cursor: 'c',
});

test('what others say and send is told, in any tab once', () => {
  expect(toldOf(message('Hello'), words)).toEqual({
    title: 'Heron in plans',
    body: 'Hello',
    tag: 'm1',
    room: 'plans',
  });
  const offered: DaemonEvent = {
    type: 'transfer-offered',
    room: 'plans',
    transfer: 't1',
    file: { name: 'a.txt', size: 1 },
    from: { id: 'h', name: 'Heron' },
    own: false,
  };
  expect(toldOf(offered, words)?.body).toBe('sends a.txt');
});

test('nothing of what the user did, or of what nobody said', () => {
  expect(toldOf(message('mine', true), words)).toBeUndefined();
  expect(toldOf({ type: 'stopping' }, words)).toBeUndefined();
});

test('a text of 64 KiB is told by its beginning', () => {
  const body = toldOf(message('x'.repeat(65_536)), words)?.body ?? '';
  expect(body).toHaveLength(NOTIFICATION_CHARACTERS_MAX + 1);
});

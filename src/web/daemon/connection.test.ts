import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CLOSE_UNAUTHENTICATED } from '../../contract/api.ts';
import { RECONNECT_MS_MAX } from '../limits.ts';
import { DaemonConnection } from './connection.ts';

/** A socket whose other end is the test. */
class FakeSocket extends EventTarget {
  static readonly opened: FakeSocket[] = [];
  readonly sent: unknown[] = [];

  constructor() {
    super();
    FakeSocket.opened.push(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.dispatchEvent(new Event('closed by the page'));
  }

  open(): void {
    this.dispatchEvent(new Event('open'));
  }

  receive(frame: unknown): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data: JSON.stringify(frame) }));
  }

  lose(code: number): void {
    this.dispatchEvent(Object.assign(new Event('close'), { code }));
  }
}

const listener = { onWelcome: vi.fn(), onEvent: vi.fn(), onConnection: vi.fn() };
function last(): FakeSocket {
  const socket = FakeSocket.opened.at(-1);
  if (socket === undefined) throw new Error('nothing was opened');
  return socket;
}

function connected(): DaemonConnection {
  const connection = new DaemonConnection(listener);
  connection.connect('secret');
  last().open();
  last().receive({ type: 'welcome', snapshot: {} });
  return connection;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal('location', { host: '127.0.0.1:1' });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.clearAllMocks();
  FakeSocket.opened.length = 0;
});

test('the token is the first thing said', () => {
  connected();
  expect(last().sent).toEqual([{ type: 'authenticate', token: 'secret', client: 'web' }]);
  expect(listener.onWelcome).toHaveBeenCalledOnce();
});

test('answers find their requests, whatever their order', async () => {
  const connection = connected();
  const first = connection.request('join', { room: 'a' });
  const second = connection.request('join', { room: 'b' });
  last().receive({ type: 'response', id: 2, ok: true, result: 'b' });
  last().receive({ type: 'response', id: 1, ok: false, error: { code: 'no', message: 'm' } });
  expect(await second).toBe('b');
  await expect(first).rejects.toMatchObject({ code: 'no' });
});

test('what was asked when the daemon went away fails, and so does what is asked meanwhile', async () => {
  const connection = connected();
  const asked = connection.request('probe', { room: 'a' });
  last().lose(1006);
  await expect(asked).rejects.toMatchObject({ code: 'disconnected' });
  await expect(connection.request('probe', { room: 'a' })).rejects.toMatchObject({ code: 'disconnected' });
});

test('a lost daemon is looked for until it is back', () => {
  connected();
  for (let losses = 1; losses <= 5; losses++) {
    last().lose(1006);
    vi.advanceTimersByTime(RECONNECT_MS_MAX);
    expect(FakeSocket.opened).toHaveLength(1 + losses);
  }
  last().open();
  last().receive({ type: 'welcome', snapshot: {} });
  expect(listener.onWelcome).toHaveBeenCalledTimes(2);
});

test('a refused token is not tried again', () => {
  connected();
  last().lose(CLOSE_UNAUTHENTICATED);
  vi.advanceTimersByTime(10 * RECONNECT_MS_MAX);
  expect(FakeSocket.opened).toHaveLength(1);
  expect(listener.onConnection).toHaveBeenLastCalledWith('signed-out');
});

test('what is no frame is ignored', () => {
  connected();
  last().dispatchEvent(Object.assign(new Event('message'), { data: '<html>' }));
  last().receive(5);
  expect(listener.onEvent).not.toHaveBeenCalled();
});

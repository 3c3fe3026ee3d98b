/** The whole product through its local API: a client of the daemon that runs on this host's profile. */
import { WebSocket } from 'ws';
import { HTTP } from '../../src/contract/api.ts';
import type { ServerFrame } from '../../src/contract/api.ts';
import { readDoor } from '../../src/daemon/door.ts';
import { profileAt } from '../../src/daemon/profile.ts';
import type { Way } from './latency.ts';

export function productWay({ profile = '' }: Record<string, string>): Way {
  const door = readDoor(profileAt(profile));
  if (door === undefined) throw new Error('no daemon runs on this profile');
  const socket = new WebSocket(`ws://127.0.0.1:${door.port}${HTTP.socket}`, { perMessageDeflate: false });
  let requestCount = 0;
  const request = (method: string, params: object): void => {
    socket.send(JSON.stringify({ type: 'request', id: ++requestCount, method, params }));
  };
  return {
    start: (hear, onMembers) =>
      new Promise((resolve) => {
        socket.on('open', () =>
          socket.send(JSON.stringify({ type: 'authenticate', token: door.token, client: 'cli' })),
        );
        socket.on('message', (bytes: Buffer) => {
          const frame = JSON.parse(bytes.toString('utf8')) as ServerFrame;
          if (frame.type === 'welcome') {
            onMembers((frame.snapshot.members['lobby'] ?? []).filter(({ self }) => !self).length);
            resolve();
          } else if (frame.type === 'message' && !frame.own) hear(frame.text);
          else if (frame.type === 'members') onMembers(frame.members.filter(({ self }) => !self).length);
          else if (frame.type === 'response' && !frame.ok) process.stderr.write(`${frame.error.message}\n`);
        });
      }),
    say: (text) => request('say', { room: 'lobby', text }),
    offer: (path) => request('send-path', { room: 'lobby', path }),
  };
}

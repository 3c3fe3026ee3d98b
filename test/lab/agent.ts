/**
 * A client of the local API, run inside a host: requests come as JSON lines on standard input, and everything that the
 * daemon says goes to standard output, one frame a line. `node agent.ts PROFILE`
 */
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { HTTP } from '../../src/contract/api.ts';
import { readDoor } from '../../src/daemon/door.ts';
import { profileAt } from '../../src/daemon/profile.ts';

const door = readDoor(profileAt(process.argv[2]));
if (door === undefined) throw new Error('no daemon runs on this profile');
const socket = new WebSocket(`ws://127.0.0.1:${door.port}${HTTP.socket}`);
socket.on('open', () =>
  socket.send(JSON.stringify({ type: 'authenticate', token: door.token, client: 'cli' })),
);
socket.on('message', (text: Buffer) => process.stdout.write(`${text.toString('utf8')}\n`));
socket.on('close', (code) => process.exit(code === 1000 ? 0 : 1));
createInterface({ input: process.stdin })
  .on('line', (line) => socket.send(line))
  .on('close', () => socket.close());

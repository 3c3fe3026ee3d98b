/**
 * Asks the daemon of a profile for its page every 20 ms, as a browser would that never sleeps, and prints for each second
 * the slowest answer and how late its own timer was at worst: what this machine does to a process that does nothing.
 * `node heartbeat.ts PROFILE`
 */
import { Agent, get } from 'node:http';
import { readDoor } from '../../src/daemon/door.ts';
import { profileAt } from '../../src/daemon/profile.ts';

const INTERVAL_MS = 20;
const door = readDoor(profileAt(process.argv[2]));
if (door === undefined) throw new Error('no daemon runs on this profile');
const { port } = door;
const agent = new Agent({ keepAlive: true });
const second = { answerMs: 0, lateMs: 0, answers: 0 };

function ask(): void {
  const askedAt = performance.now();
  get({ host: '127.0.0.1', port, path: '/', agent }, (response) => {
    // The first byte: what follows is the kernel's work.
    second.answerMs = Math.max(second.answerMs, performance.now() - askedAt);
    second.answers++;
    response.resume();
  }).on('error', (error) => process.stderr.write(`${error.message}\n`));
}

let expectedAt = performance.now() + INTERVAL_MS;
function beat(): void {
  const now = performance.now();
  second.lateMs = Math.max(second.lateMs, now - expectedAt);
  expectedAt = Math.max(now, expectedAt) + INTERVAL_MS;
  ask();
  setTimeout(beat, expectedAt - now);
}
setTimeout(beat, INTERVAL_MS);
setInterval(() => {
  process.stdout.write(`${JSON.stringify({ at: Date.now(), ...second })}\n`);
  Object.assign(second, { answerMs: 0, lateMs: 0, answers: 0 });
}, 1000);

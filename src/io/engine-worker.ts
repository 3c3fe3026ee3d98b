/**
 * The worker thread's entry: an Engine between the two ends of a message channel. An exception ends the thread, for
 * nothing in it can be trusted afterwards; whoever started it gets it as the worker's `error`.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../base/assert.ts';
import { Peer } from '../core/peer.ts';
import type { EngineCommand, EngineConfig, EngineEvent } from './engine-messages.ts';
import { startEngine } from './engine.ts';
import { chooseSockets } from './sockets/choose.ts';

const channel = parentPort;
assert(channel !== null, 'the engine runs in a worker thread');
const post = (event: EngineEvent): void => channel.postMessage(event);

const early: EngineCommand[] = [];
let take = (command: EngineCommand): void => void early.push(command);
channel.on('message', (command: EngineCommand) => take(command));

const started = await startEngine(workerData as EngineConfig, {
  sockets: await chooseSockets(process.env['STARLING_SOCKETS']),
  createPeer: (config) => new Peer(config),
  post,
});
if (started.ok) {
  const engine = started.value;
  take = (command) => {
    if (command.type === 'stop') void engine.stop().then(() => process.exit(0));
    else engine.command(command);
  };
  for (const command of early.splice(0)) take(command);
} else {
  post({ type: 'start-failed', ...started.error });
  process.exit(1);
}

/** The pack thread's entry: a PackDesk between the two ends of a message channel. */
import { parentPort } from 'node:worker_threads';
import { assert } from '../../base/assert.ts';
import { PackDesk } from './pack-desk.ts';
import type { PackRequest } from './pack-messages.ts';

const channel = parentPort;
assert(channel !== null, 'the pack desk runs in a worker thread');
const desk = new PackDesk();

channel.on('message', ({ id, request }: { id: number; request: PackRequest }) => {
  void desk.answer(request).then((reply) => {
    const moved = request.type === 'read' ? [request.bytes.buffer as ArrayBuffer] : [];
    channel.postMessage({ id, reply }, moved);
  });
});

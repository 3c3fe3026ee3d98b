/** The other side of seeds.ts: runs each seed that it is sent. */
import { parentPort } from 'node:worker_threads';

import { runPrivate } from './private/scenario.ts';
import { runScenario } from './scenario.ts';
import type { SeedTask } from './seeds.ts';

parentPort?.on('message', (task: SeedTask) =>
  parentPort?.postMessage(task.isPrivate === true ? runPrivate(task) : runScenario(task)),
);

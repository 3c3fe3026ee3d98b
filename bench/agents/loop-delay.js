/**
 * Loaded by `node --import` ahead of Starling: once a second writes how long the event loop of the main thread was kept
 * from its timers in that second, as a JSON line, to the file that STARLING_BENCH_LOOP names. Workers have loops of
 * their own, which may rest. JavaScript, for Node's stripping of types would add 22 MB to the process that is measured.
 */
import { appendFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const RESOLUTION_MS = 5;
const path = process.env['STARLING_BENCH_LOOP'];
if (isMainThread && path !== undefined) {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  const write = () => {
    // What is measured is from timer to timer.
    const maxMs = Math.max(0, histogram.max / 1e6 - RESOLUTION_MS);
    appendFileSync(path, `${JSON.stringify({ at: Date.now(), maxMs })}\n`);
    histogram.reset();
  };
  setInterval(write, 1000).unref();
}

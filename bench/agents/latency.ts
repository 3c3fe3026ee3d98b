/**
 * One host of a latency measurement: `latency.ts WAY ROLE CONFIG`, CONFIG being JSON. The speaker says a message at a
 * time, each with the time at which it was asked to; a listener takes the difference when the message reaches it.
 * All hosts share one monotonic clock. Commands come as lines on standard input, answers leave as JSON lines:
 * `go COUNT INTERVAL_MS` (speaker) → said; `offer PATH` (speaker); `report` (listener) → latencies in ms.
 */
import { createInterface } from 'node:readline';
import { engineWay } from './engine-way.ts';
import { productWay } from './product-way.ts';
import { udpWay } from './udp-way.ts';

export interface Way {
  /** Resolves when it can say and hear. */
  start(hear: (text: string) => void, onMembers: (count: number) => void): Promise<void>;
  say(text: string): void;
  /** Offers a file to everybody. */
  offer(path: string): void;
}

const WAYS: Readonly<Record<string, (config: Record<string, string>) => Way>> = {
  udp: udpWay,
  engine: engineWay,
  product: productWay,
};
/** As long as an ordinary sentence. */
const PADDING = ' a sentence of ordinary length, as people write it to each other.';

const [wayName = '', configText = '{}'] = process.argv.slice(2);
const makeWay = WAYS[wayName];
if (makeWay === undefined) throw new Error(`no way ${wayName}`);
const print = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

const latencies: number[] = [];
const way = makeWay(JSON.parse(configText) as Record<string, string>);
const hear = (text: string): void => {
  const saidAtMs = Number(text.split(' ')[0]);
  // Words that are no measurement come first, until everybody's code is warm.
  if (Number.isFinite(saidAtMs)) latencies.push(nowMs() - saidAtMs);
};

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [command, ...args] = line.split(' ');
    if (command === 'go') speak(Number(args[0]), Number(args[1]), args[2] === 'warm');
    else if (command === 'offer') way.offer(args.join(' '));
    else if (command === 'report') print({ type: 'report', latencies: latencies.splice(0) });
  })
  .on('close', () => process.exit(0));

await way.start(hear, (count) => print({ type: 'members', count }));
print({ type: 'ready' });

/** At intervals that vary by half, so that nothing periodic stays in step with them. */
function speak(count: number, intervalMs: number, isWarmUp: boolean): void {
  if (count === 0) return print({ type: 'said' });
  way.say(`${isWarmUp ? 'warm' : nowMs().toFixed(4)}${PADDING}`);
  const pauseMs = intervalMs * (0.5 + Math.random());
  setTimeout(() => speak(count - 1, intervalMs, isWarmUp), pauseMs);
  return undefined;
}

/**
 * Where a transfer begins and ends, from a capture on the sender's link: from the `send` request to the first packet
 * of data (a daemon that runs, members who are there), and from the last packet of the first pass to the last member.
 */
import { resolve } from 'node:path';
import { Capture } from '../capture.ts';
import type { FilePacket } from '../capture.ts';
import { StarlingProgram } from '../contestants/starling.ts';
import { Program } from '../program.ts';
import { Rig, SourceFile } from '../rig.ts';
import type { Conditions } from '../rig.ts';
import { median, spread } from '../statistics.ts';
import type { TakeTurn } from '../turn.ts';

export interface Edge {
  readonly conditions: Conditions;
  readonly fileBytes: number;
  readonly firstPacketMs: number;
  /** After the last source symbol went out for the first time. */
  readonly tailMs: number;
  readonly transferMs: number;
}

const START_MS_MAX = 30_000;
const SLOWEST_BYTES_PER_MS = 800;
const agentPath = resolve(import.meta.dirname, '../agents/latency.ts');

export async function measureEdges(
  conditions: Conditions,
  fileBytes: number,
  rounds: number,
  tree: string,
  takeTurn: TakeTurn,
): Promise<Edge[]> {
  const edges: Edge[] = [];
  for (let round = 0; round < rounds; round++) {
    edges.push(await takeTurn(() => once(conditions, fileBytes, tree)));
  }
  const text = (values: readonly number[]): string => {
    const [low, high] = spread(values);
    return `${median(values).toFixed(1)} (${low.toFixed(1)}–${high.toFixed(1)}) ms`;
  };
  const first = text(edges.map((edge) => edge.firstPacketMs));
  const tail = text(edges.map((edge) => edge.tailMs));
  const whole = median(edges.map((edge) => edge.transferMs)).toFixed(0);
  const { receiverCount, lossPercent } = conditions;
  process.stdout.write(
    `edges N=${receiverCount} loss ${lossPercent} % ${fileBytes / 1e6} MB: first packet after ${first}, ` +
      `end after the first pass ${tail}, of ${whole} ms\n`,
  );
  return edges;
}

async function once(conditions: Conditions, fileBytes: number, tree: string): Promise<Edge> {
  const rig = new Rig(conditions);
  const file = new SourceFile(fileBytes);
  try {
    const deadlineMs = performance.now() + START_MS_MAX + fileBytes / SLOWEST_BYTES_PER_MS;
    const stations = [rig.sender, ...rig.receivers];
    const daemons = stations.map(
      (station, index) => new StarlingProgram(tree, station, `Bird${index}`, 'fast', ['watch']),
    );
    const sender = daemons[0]!;
    await Promise.all(daemons.map((one) => one.event('ready', deadlineMs, ({ type }) => type === 'ready')));
    const config = JSON.stringify({ profile: rig.sender.path('profile') });
    const agent = new Program(rig.sender, process.execPath, [agentPath, 'product', config]);
    await agent.line(new RegExp(`"members","count":${conditions.receiverCount}\\b`), deadlineMs);
    const capture = await Capture.start(rig.sender);

    const requestedAtMs = performance.now();
    agent.child.stdin?.write(`offer ${file.path}\n`);
    let doneCount = 0;
    const last = await sender.event(
      'every member',
      deadlineMs,
      (event) =>
        event.type === 'transfer-done' &&
        event['member'] !== undefined &&
        ++doneCount === conditions.receiverCount,
    );
    const packets = await capture.stop();
    const wrong = rig.receivers.map((station) => file.compare(station.path('downloads', 'data.bin')));
    if (wrong.some((fault) => fault !== undefined)) throw new Error(`bad copies: ${wrong.join(', ')}`);
    if (packets.length === 0) throw new Error('the capture has no packet of the file');
    return {
      conditions,
      fileBytes,
      firstPacketMs: packets[0]!.atMs - requestedAtMs,
      tailMs: last.atMs - endOfFirstPass(packets),
      transferMs: last.atMs - requestedAtMs,
    };
  } finally {
    rig.close();
    file.close();
  }
}

/** When the last source symbol went out for its first time. */
function endOfFirstPass(packets: readonly FilePacket[]): number {
  const seen = new Set<number>();
  let endMs = 0;
  for (const { atMs, isRepair, block, symbol } of packets) {
    const key = block * 2 ** 24 + symbol;
    if (isRepair || seen.has(key)) continue;
    seen.add(key);
    endMs = atMs;
  }
  return endMs;
}

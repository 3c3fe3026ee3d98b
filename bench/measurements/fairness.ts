/**
 * Shares of one 100 Mbit/s link, which is the switch's port to a receiver, so that each sender is a host of its own.
 * Beside one TCP CUBIC flow (iperf3), over a queue of 50 ms; and among several Starling senders, each in a room of
 * its own, so that what a host must receive is not what decides. Goodput is counted at the receiver.
 */
import { StarlingProgram } from '../contestants/starling.ts';
import { Program } from '../program.ts';
import { Rig, SourceFile } from '../rig.ts';
import type { Station } from '../rig.ts';
import type { TakeTurn } from '../turn.ts';

export interface FairnessRow {
  /** `tcp`, or how many Starling senders. */
  readonly against: string;
  readonly seconds: number;
  /** Mbit/s of file bytes at the receiver; the TCP flow, where there is one, is last. */
  readonly goodputsMbit: readonly number[];
  /** Each one's part of the sum. */
  readonly shares: readonly number[];
  /** Jain's index: 1 where all are equal, 1/n where one has it all. */
  readonly fairness: number;
}

const LIMIT_MBIT = 100;
const QUEUE_MS = 50;
/** Thirty processes start, half of them after the other half. */
const START_MS_MAX = 90_000;
/** What is left out at the beginning, while the rates are being found. */
const HEAD_MS = 3000;

/** Starling alone for a moment, then TCP joins for `seconds`. */
export async function besideTcp(tree: string, seconds: number, takeTurn: TakeTurn): Promise<FairnessRow> {
  return takeTurn(async () => {
    const rig = openRig(1);
    const file = fileFor(seconds + 8);
    try {
      const receiverStation = rig.receivers[0]!;
      const tcpServer = new Program(receiverStation, 'iperf3', ['-s', '-1', '--forceflush']);
      await tcpServer.line(/listening/, performance.now() + START_MS_MAX);
      const [receiver] = await startPairs(tree, receiverStation, [rig.sender], file);
      await pause(HEAD_MS);
      const flags = ['-c', receiverStation.host.address, '-t', String(seconds), '-C', 'cubic', '-J'];
      const tcp = new Program(rig.bystanders[0]!, 'iperf3', flags);
      const fromMs = performance.now();
      await tcp.success(fromMs + 1000 * seconds + START_MS_MAX);
      const report = JSON.parse(tcp.lines.map(({ text }) => text).join('\n')) as {
        end: { sum_received: { bits_per_second: number } };
      };
      const own = goodputMbit(receiver!, fromMs, fromMs + 1000 * seconds);
      return rowOf('tcp', seconds, [own, report.end.sum_received.bits_per_second / 1e6]);
    } finally {
      rig.close();
      file.close();
    }
  });
}

export async function amongSenders(
  tree: string,
  senderCount: number,
  seconds: number,
  takeTurn: TakeTurn,
): Promise<FairnessRow> {
  return takeTurn(async () => {
    const rig = openRig(senderCount - 1);
    // Each could have the whole link for a while.
    const file = fileFor(seconds + HEAD_MS / 1000 + 8);
    try {
      const senders = [rig.sender, ...rig.bystanders];
      const receivers = await startPairs(tree, rig.receivers[0]!, senders, file);
      await pause(HEAD_MS);
      const fromMs = performance.now();
      await pause(1000 * seconds);
      const goodputs = receivers.map((receiver) => goodputMbit(receiver, fromMs, performance.now()));
      return rowOf(`${senderCount} senders`, seconds, goodputs);
    } finally {
      rig.close();
      file.close();
    }
  });
}

function openRig(bystanderCount: number): Rig {
  const rig = new Rig(
    { receiverCount: 1, lossPercent: 0, limitMbit: undefined, queueMs: QUEUE_MS },
    bystanderCount,
  );
  rig.receivers[0]!.host.limitReceiving(LIMIT_MBIT, QUEUE_MS);
  return rig;
}

const fileFor = (seconds: number): SourceFile => new SourceFile(Math.round((seconds * LIMIT_MBIT * 1e6) / 8));

/** A room for each sender, and a receiving process in each room, all on one host. Resolves when all have begun. */
async function startPairs(
  tree: string,
  receiverStation: Station,
  senders: readonly Station[],
  file: SourceFile,
): Promise<StarlingProgram[]> {
  const deadlineMs = performance.now() + START_MS_MAX;
  const receivers = await Promise.all(
    senders.map((_, index) => {
      const place = { folder: `r${index}`, room: `room-${index}` };
      return inRoom(tree, receiverStation, place, ['receive', '--any-size'], deadlineMs);
    }),
  );
  await Promise.all(receivers.map((one) => one.event('ready', deadlineMs, ({ type }) => type === 'ready')));
  const sending = await Promise.all(
    senders.map((station, index) => {
      const place = { folder: 's', room: `room-${index}` };
      return inRoom(tree, station, place, ['send', file.path, '--expect', '1'], deadlineMs);
    }),
  );
  await Promise.all(
    sending.map((one) => one.event('the offer', deadlineMs, ({ type }) => type === 'transfer-offered')),
  );
  return receivers;
}

/** Joins the room, which is remembered, then runs the command in it. */
async function inRoom(
  tree: string,
  station: Station,
  { folder, room }: { folder: string; room: string },
  command: readonly string[],
  deadlineMs: number,
): Promise<StarlingProgram> {
  const start = (args: readonly string[]): StarlingProgram =>
    new StarlingProgram(tree, station, `${folder}-${room}`, 'fast', args, folder);
  await start(['join', room]).success(deadlineMs);
  return start([...command, '--room', room]);
}

/** From the receiver's own account of what is on its disk, which comes five times a second, in whole blocks. */
function goodputMbit(receiver: StarlingProgram, fromMs: number, toMs: number): number {
  receiver.parse();
  const bytesAt = (ms: number): number => {
    const last = receiver.events.findLast(({ type, atMs }) => type === 'transfer-progress' && atMs <= ms);
    return (last?.['bytesDone'] as number | undefined) ?? 0;
  };
  return ((bytesAt(toMs) - bytesAt(fromMs)) * 8) / 1000 / (toMs - fromMs);
}

function rowOf(against: string, seconds: number, goodputsMbit: readonly number[]): FairnessRow {
  const sum = goodputsMbit.reduce((total, value) => total + value, 0);
  const squares = goodputsMbit.reduce((total, value) => total + value * value, 0);
  const row: FairnessRow = {
    against,
    seconds,
    goodputsMbit,
    shares: goodputsMbit.map((value) => value / sum),
    fairness: (sum * sum) / (goodputsMbit.length * squares),
  };
  const text = goodputsMbit.map((value) => value.toFixed(1)).join(', ');
  process.stdout.write(
    `fairness ${against}: ${text} Mbit/s; shares ${row.shares.map((share) => share.toFixed(2)).join(', ')}; ` +
      `Jain ${row.fairness.toFixed(3)}\n`,
  );
  return row;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What `npm run bench` measures, under which names, and how much of it with --quick. */
import { tmpdir } from 'node:os';
import { norm } from './contestants/norm.ts';
import { starling } from './contestants/starling.ts';
import { udpcast, udpcastFec } from './contestants/udpcast.ts';
import { uftp } from './contestants/uftp.ts';
import type { Contestant } from './contestant.ts';
import { measureEdges } from './measurements/edges.ts';
import { measureEndurance } from './measurements/endurance.ts';
import { measureFolder } from './measurements/folder.ts';
import { amongSenders, besideTcp } from './measurements/fairness.ts';
import { measureHistory } from './measurements/history.ts';
import { measurePage, printPage } from './measurements/page.ts';
import { measureLatency } from './measurements/latency.ts';
import { measureQueue } from './measurements/queue.ts';
import { measureChat, measureRemoval } from './measurements/rooms.ts';
import { measureCell } from './measurements/transfer.ts';
import type { Options } from './options.ts';
import type { ChatCost, RoomCost } from './measurements/rooms.ts';
import { saveResult } from './results.ts';
import type { Conditions } from './rig.ts';
import { retrying } from './turn.ts';
import type { TakeTurn } from './turn.ts';

const MB = 1_000_000;
const QUEUE_MS = 50;
const PAGE_LINES = 100_000;
const HISTORY_LINES = 1_000_000;
const HISTORY_LINES_QUICK = 50_000;

export interface Measurement {
  readonly name: string;
  readonly what: string;
  /** Left out of a plain `npm run bench`. */
  readonly onlyByName?: boolean;
  /** Left out of `--quick`: it takes long. */
  readonly notQuick?: boolean;
  run(options: Options, takeTurn: TakeTurn): Promise<void>;
}

function contestantsOf(names: readonly string[], tree: string, quick: boolean): readonly Contestant[] {
  return names.map((name) => {
    const found = [
      () => starling('starling', tree, 'fast'),
      () => starling('starling-portable', tree, 'portable'),
      () => starling('starling-daemon', tree, 'fast', 'daemon in lobby'),
      () => starling('starling-private', tree, 'fast', 'daemon in private room'),
      ...[uftp, udpcast, udpcastFec, norm].map((peer) => () => peer),
    ]
      .map((make) => make())
      .find((one) => one.name === name);
    if (found === undefined) throw new Error(`no contestant ${name}`);
    // There is no time to try all settings; the first one is the usual best.
    return quick ? { ...found, tunings: (conditions) => found.tunings(conditions).slice(0, 1) } : found;
  });
}

interface CellPlan {
  readonly receivers: readonly number[];
  readonly losses: readonly number[];
  readonly limits: readonly (number | undefined)[];
  readonly sizeMb: number;
  readonly rounds: number;
  readonly contestants: readonly string[];
}

async function transferCells(
  name: string,
  plan: CellPlan,
  options: Options,
  takeTurn: TakeTurn,
): Promise<void> {
  const limits = options.limits ?? plan.limits;
  for (const limitMbit of limits) {
    for (const receiverCount of options.receivers ?? plan.receivers) {
      for (const lossPercent of options.lossPercents ?? plan.losses) {
        const conditions: Conditions = { receiverCount, lossPercent, limitMbit, queueMs: options.queueMs };
        const names = options.contestants ?? plan.contestants;
        const cells = await measureCell(
          contestantsOf(names, options.tree, options.quick),
          conditions,
          (options.sizeMb ?? plan.sizeMb) * MB,
          options.rounds ?? plan.rounds,
          takeTurn,
        );
        for (const cell of cells) {
          const key = [cell.contestant, receiverCount, lossPercent, limitMbit ?? 'none'].join(' ');
          saveResult(name, key, cell, options.tree, options.quick);
        }
      }
    }
  }
}

const shapedConditions = (receiverCount: number, lossPercent: number): Conditions => ({
  receiverCount,
  lossPercent,
  limitMbit: 100,
  queueMs: QUEUE_MS,
});

export const MEASUREMENTS: readonly Measurement[] = [
  {
    name: 'shaped',
    what: 'one file to 8 receivers over 100 Mbit/s, by loss: MB/s, wire, CPU, feedback, all contestants',
    run: (options, takeTurn) =>
      transferCells(
        'shaped',
        {
          receivers: [8],
          losses: options.quick ? [0, 5, 20] : [0, 1, 5, 10, 20],
          limits: [100],
          sizeMb: options.quick ? 25 : 50,
          rounds: options.quick ? 1 : 3,
          contestants: options.quick
            ? ['starling', 'uftp']
            : ['starling', 'uftp', 'udpcast', 'udpcast-fec', 'norm'],
        },
        options,
        takeTurn,
      ),
  },
  {
    name: 'crowd',
    what: 'the same to 16 receivers at 20 % loss: wire',
    notQuick: true,
    run: (options, takeTurn) =>
      transferCells(
        'crowd',
        {
          receivers: [16],
          losses: [20],
          limits: [100],
          sizeMb: 30,
          rounds: 3,
          contestants: ['starling', 'uftp'],
        },
        options,
        takeTurn,
      ),
  },
  {
    name: 'open',
    what: 'no limit on the link, 1, 4 and 8 receivers, 0 and 5 % loss: MB/s and CPU, both kinds of sockets',
    run: (options, takeTurn) =>
      transferCells(
        'open',
        {
          receivers: options.quick ? [1, 8] : [1, 4, 8],
          losses: options.quick ? [0] : [0, 5],
          limits: [undefined],
          sizeMb: options.quick ? 50 : 100,
          rounds: options.quick ? 1 : 3,
          contestants: options.quick
            ? ['starling', 'uftp']
            : ['starling', 'starling-portable', 'uftp', 'udpcast'],
        },
        options,
        takeTurn,
      ),
  },
  {
    name: 'edges',
    what: 'from `send` to the first packet of data, and from the first pass to the last receiver',
    async run(options, takeTurn) {
      const plans = options.quick
        ? [[8, 5, 20]]
        : [
            [8, 0, 1],
            [8, 0, 100],
            [8, 5, 50],
            [8, 20, 50],
          ];
      for (const [receiverCount, loss, sizeMb] of plans as [number, number, number][]) {
        const conditions = shapedConditions(receiverCount, loss);
        const rounds = options.rounds ?? (options.quick ? 1 : 5);
        const value = await measureEdges(conditions, sizeMb * MB, rounds, options.tree, retrying(takeTurn));
        saveResult('edges', `${receiverCount} ${loss} ${sizeMb}`, value, options.tree, options.quick);
      }
    },
  },
  {
    name: 'queue',
    what: 'what a transfer adds to the delay of others on a 100 Mbit/s link (ping)',
    async run(options, takeTurn) {
      const names = options.contestants ?? ['starling', 'uftp'];
      const contestants = contestantsOf(names, options.tree, options.quick);
      const sizeMb = options.sizeMb ?? (options.quick ? 20 : 50);
      const conditions = { ...shapedConditions(options.receivers?.[0] ?? 4, 0), queueMs: options.queueMs };
      const rounds = options.rounds ?? (options.quick ? 1 : 3);
      const value = await measureQueue(contestants, conditions, sizeMb * MB, rounds, retrying(takeTurn));
      for (const row of value) saveResult('queue', row.contestant, row, options.tree, options.quick);
    },
  },
  {
    name: 'fairness',
    what: 'shares of 100 Mbit/s beside one TCP CUBIC flow, and among 2 and 8 Starling senders',
    async run(options, takeTurn) {
      const seconds = options.quick ? 10 : 20;
      for (let round = 0; round < (options.rounds ?? (options.quick ? 1 : 3)); round++) {
        const value = await besideTcp(options.tree, seconds, retrying(takeTurn));
        saveResult('fairness', `tcp ${round}`, value, options.tree, options.quick);
      }
      for (const senderCount of options.quick ? [] : [2, 8]) {
        const value = await amongSenders(options.tree, senderCount, seconds, retrying(takeTurn));
        saveResult('fairness', `${senderCount} senders`, value, options.tree, options.quick);
      }
    },
  },
  {
    name: 'rooms',
    what: 'a removal in private rooms of 16, 100 and 300, and chat under the seal beside chat in the open',
    async run(options, takeTurn) {
      const rounds = options.rounds ?? (options.quick ? 1 : 5);
      for (const memberCount of [16, 100, 300]) {
        const rows: RoomCost[] = [];
        for (let round = 0; round < rounds; round++)
          rows.push(await takeTurn(async () => measureRemoval(memberCount)));
        saveResult('rooms', `removal ${memberCount}`, rows, options.tree, options.quick);
        const [last] = rows.slice(-1);
        process.stdout.write(`rooms removal ${JSON.stringify(last)}\n`);
      }
      for (const room of ['public', 'private'] as const) {
        const rows: ChatCost[] = [];
        for (let round = 0; round < rounds; round++) rows.push(await takeTurn(async () => measureChat(room)));
        saveResult('chat', room, rows, options.tree, options.quick);
        const [last] = rows.slice(-1);
        process.stdout.write(`rooms chat ${JSON.stringify(last)}\n`);
      }
    },
  },
  {
    name: 'latency',
    what: 'a small message to 8 others at 1 % loss: bare datagram, engine, whole product; idle and beside a transfer',
    async run(options, takeTurn) {
      const conditions = shapedConditions(options.receivers?.[0] ?? 8, options.lossPercents?.[0] ?? 1);
      for (const beside of ['idle', 'transfer'] as const) {
        const plan = {
          conditions,
          beside,
          messageCount: options.quick ? 120 : 300,
          intervalMs: 40,
          rounds: options.rounds ?? (options.quick ? 1 : 3),
        };
        const ways = options.quick ? (['udp', 'engine'] as const) : (['udp', 'engine', 'product'] as const);
        for (const row of await measureLatency(ways, plan, options.tree, retrying(takeTurn))) {
          saveResult('latency', `${row.way} ${beside}`, row, options.tree, options.quick);
        }
      }
    },
  },
  {
    name: 'endurance',
    what: '10 GB to 2 receivers on this disk (30 GB of it): resident memory and event loops; takes minutes',
    onlyByName: true,
    async run(options, takeTurn) {
      const receiverCount = options.receivers?.[0] ?? 2;
      const lossPercent = options.lossPercents?.[0] ?? 0;
      const limitMbit = options.limits?.[0];
      const conditions = { receiverCount, lossPercent, limitMbit, queueMs: options.queueMs };
      const bytes = (options.sizeMb ?? 10_000) * MB;
      const value = await takeTurn(() => measureEndurance(conditions, bytes, options.tree));
      saveResult('endurance', `${receiverCount} ${lossPercent}`, value, options.tree, options.quick);
    },
  },
  {
    name: 'folder',
    what: '10,000 files of 10 kB as one folder beside one file of their size: --n --loss --limit --rounds',
    onlyByName: true,
    async run(options, takeTurn) {
      const receiverCount = options.receivers?.[0] ?? 1;
      const lossPercent = options.lossPercents?.[0] ?? 0;
      const conditions = {
        receiverCount,
        lossPercent,
        limitMbit: options.limits?.[0],
        queueMs: options.queueMs,
      };
      const [contestant] = contestantsOf(['starling'], options.tree, options.quick);
      const plan = {
        conditions,
        fileCount: 10_000,
        fileBytes: 10_000,
        rounds: options.rounds ?? (options.quick ? 1 : 5),
      };
      const value = await measureFolder(contestant!, plan, retrying(takeTurn));
      saveResult('folder', `${receiverCount} ${lossPercent}`, value, options.tree, options.quick);
    },
  },
  {
    name: 'history',
    what: 'a profile with a million lines: search, opening a room, further pages; 3 GB of disk, some minutes',
    onlyByName: true,
    async run(options, takeTurn) {
      const lines = options.quick ? HISTORY_LINES_QUICK : HISTORY_LINES;
      const value = await takeTurn(async () => measureHistory(lines, tmpdir()));
      saveResult('history', String(lines), value, options.tree, options.quick);
    },
  },
  {
    name: 'page',
    what: 'the page in Chromium with 100,000 lines (and a million): paint, use, search, frames while scrolling and sending to 50',
    onlyByName: true,
    async run(options, takeTurn) {
      for (const lines of options.quick ? [PAGE_LINES] : [PAGE_LINES, HISTORY_LINES]) {
        const rounds = options.rounds ?? (options.quick ? 1 : 5);
        const value = await takeTurn(async () => measurePage(lines, tmpdir(), options.tree, rounds));
        printPage(value);
        saveResult('page', String(lines), value, options.tree, options.quick);
      }
    },
  },
  {
    name: 'transfer',
    what: 'one file under any conditions: --n --loss --limit --size --contestants --rounds',
    onlyByName: true,
    run: (options, takeTurn) =>
      transferCells(
        'transfer',
        {
          receivers: [8],
          losses: [0],
          limits: [100],
          sizeMb: 50,
          rounds: 3,
          contestants: ['starling', 'uftp'],
        },
        options,
        takeTurn,
      ),
  },
];

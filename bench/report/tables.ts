/** The tables of docs/performance.md, in Markdown. */
import type { Run } from '../measurements/transfer.ts';
import { figureOf, speed, text, wire } from './data.ts';
import type { Results } from './data.ts';
import { targets } from './targets.ts';

export const SHAPED_LOSSES = [0, 1, 5, 10, 20] as const;
export const SHAPED_CONTESTANTS = [
  ['starling', 'Starling'],
  ['uftp', 'UFTP'],
  ['udpcast', 'udpcast'],
  ['udpcast-fec', 'udpcast, tuned FEC'],
  ['norm', 'NORM'],
] as const;
const OPEN_CONTESTANTS = [
  ['starling', 'Starling'],
  ['starling-portable', 'Starling, portable sockets'],
  ['uftp', 'UFTP'],
  ['udpcast', 'udpcast'],
] as const;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Which build, on what, when. */
export function provenance(results: Results): string {
  const all = results.all;
  if (all.length === 0) return 'Nothing has been measured yet.';
  const unique = (values: readonly string[]): string => [...new Set(values)].toSorted().join(', ');
  const days = all.map(({ at }) => at.slice(0, 10)).toSorted();
  const period = days[0] === days.at(-1) ? days[0] : `${days[0]} to ${days.at(-1)}`;
  const quick = all.some((one) => one.quick) ? ' Some of it with `--quick`: one round each.' : '';
  return `Measured ${period} on ${unique(all.map(({ machine }) => machine))}; Starling at ${unique(all.map(({ commit }) => commit))}.${quick}`;
}

export function targetTable(results: Results): string {
  const verdict = { true: 'met', false: '**missed**', undefined: 'not measured' } as const;
  const rows = targets(results).map(({ what, bound, measured, isMet }) => [
    what,
    bound,
    measured,
    verdict[`${isMet}`],
  ]);
  return table(['what', 'to reach', 'measured', ''], rows);
}

export function shapedTable(results: Results): string {
  const rows = SHAPED_LOSSES.map((loss) => [
    `${loss} %`,
    ...SHAPED_CONTESTANTS.map(([name]) => {
      const mb = results.figure(speed, name, 8, loss, 100);
      return mb === undefined ? '—' : `${text(mb, 1)}, ${text(results.figure(wire, name, 8, loss, 100), 3)}`;
    }),
  ]);
  return table(['loss', ...SHAPED_CONTESTANTS.map(([, title]) => title)], rows);
}

export function feedbackTable(results: Results): string {
  const packets = (run: Run): number => run.feedbackPackets;
  const share = (run: Run): number => (100 * run.feedbackBytes) / run.fileBytes;
  const rows = SHAPED_LOSSES.map((loss) => [
    `${loss} %`,
    ...SHAPED_CONTESTANTS.map(([name]) => {
      const count = results.figure(packets, name, 8, loss, 100);
      return count === undefined
        ? '—'
        : `${text(count, 0)}, ${text(results.figure(share, name, 8, loss, 100), 2)} %`;
    }),
  ]);
  return table(['loss', ...SHAPED_CONTESTANTS.map(([, title]) => title)], rows);
}

export function openTable(results: Results, value: (run: Run) => number, digits: number): string {
  const rows = [1, 4, 8].flatMap((receivers) =>
    [0, 5].map((loss) => [
      `${receivers}, ${loss} %`,
      ...OPEN_CONTESTANTS.map(([name]) => text(results.figure(value, name, receivers, loss), digits)),
    ]),
  );
  return table(['N, loss', ...OPEN_CONTESTANTS.map(([, title]) => title)], rows);
}

export function cpuTable(results: Results): string {
  const rows = [1, 4, 8].flatMap((receivers) =>
    [0, 5].map((loss) => [
      `${receivers}, ${loss} %`,
      ...OPEN_CONTESTANTS.map(([name]) => {
        const sender = results.figure((run) => run.senderCpuS, name, receivers, loss);
        const all = results.figure((run) => run.receiversCpuS, name, receivers, loss);
        return sender === undefined ? '—' : `${sender.middle.toFixed(2)} / ${all!.middle.toFixed(2)}`;
      }),
    ]),
  );
  return table(['N, loss', ...OPEN_CONTESTANTS.map(([, title]) => title)], rows);
}

export function edgesTable(results: Results): string {
  const rows = results.edges.map(({ value }) => {
    const { conditions, fileBytes } = value[0]!;
    return [
      `${conditions.receiverCount}, ${conditions.lossPercent} %, ${fileBytes / 1e6} MB`,
      text(figureOf(value.map(({ firstPacketMs }) => firstPacketMs)), 0),
      text(figureOf(value.map(({ tailMs }) => tailMs)), 0),
      text(figureOf(value.map(({ transferMs }) => transferMs)), 0),
    ];
  });
  return table(['N, loss, size', 'first packet, ms', 'after the first pass, ms', 'whole, ms'], rows);
}

export function queueTable(results: Results): string {
  const rows = results.queue.map(({ value }) => [
    value.contestant,
    ...[value.idleP50Ms, value.idleP99Ms, value.p50Ms, value.p99Ms].map((ms) => ms.toFixed(2)),
  ]);
  return table(['beside', 'idle p50, ms', 'idle p99', 'beside p50', 'beside p99'], rows);
}

export function fairnessTable(results: Results): string {
  const rows = results.fairness.map(({ value }) => [
    value.against === 'tcp' ? 'Starling, TCP CUBIC' : value.against,
    value.goodputsMbit.map((mbit) => mbit.toFixed(1)).join(', '),
    value.shares.map((share) => `${(100 * share).toFixed(0)} %`).join(', '),
    value.fairness.toFixed(3),
  ]);
  return table(['who', 'goodput, Mbit/s', 'shares', "Jain's index"], rows);
}

export function latencyTable(results: Results): string {
  const titles = { udp: 'a bare datagram', engine: 'the engine', product: 'the whole product' } as const;
  const rows = results.latency.map(({ value }) => [
    titles[value.way],
    value.beside === 'idle' ? 'idle' : 'beside a transfer',
    ...[value.p50Ms, value.p99Ms, value.p999Ms, value.maxMs].map((ms) => ms.toFixed(2)),
    `${value.samples} of ${value.expected}`,
  ]);
  return table(['by', 'network', 'p50, ms', 'p99', 'p99.9', 'most', 'arrived'], rows);
}

export function roomsTable(results: Results): string {
  const rows = results.removals.map(({ value }) => [
    String(value[0]!.memberCount),
    ...[
      value.map(({ removerMs }) => removerMs),
      value.map(({ otherMs }) => otherMs),
      value.map(({ longestCallMs }) => longestCallMs),
      value.map(({ wireBytes }) => wireBytes / 1000),
      value.map(({ openMs }) => openMs),
    ].map((figures) => text(figureOf(figures), 1)),
  ]);
  return table(
    [
      'members',
      "remover's processor, ms",
      "each other's, ms",
      'longest call, ms',
      'sent, kB',
      'opening the room, ms',
    ],
    rows,
  );
}

export function chatTable(results: Results): string {
  const rows = results.chats.map(({ value }) => [
    value[0]!.room,
    text(figureOf(value.map(({ speakerMs }) => speakerMs)), 2),
    text(figureOf(value.map(({ listenerMs }) => listenerMs)), 2),
    text(figureOf(value.map(({ listenerMs }) => 1000 / listenerMs)), 0),
  ]);
  return table(
    ['room', 'speaker, ms a message', 'listener, ms a message', 'messages a second that a listener takes'],
    rows,
  );
}

/** Of the largest history that was measured. */
export function historyTable(results: Results): string {
  const largest = results.histories.map(({ value }) => value).toSorted((a, b) => b.lines - a.lines)[0];
  if (largest === undefined) return 'Not measured.';
  const { lines, fileMegabytes, linesPerSecond, reopenMs, rows } = largest;
  const about = `${lines.toLocaleString('en')} lines, ${fileMegabytes} MB; filled at ${linesPerSecond.toLocaleString('en')} lines a second, opened in ${reopenMs} ms.`;
  const cells = rows.map(({ what, p50Ms, p99Ms }) => [what, p50Ms.toFixed(1), p99Ms.toFixed(1)]);
  return `${about}\n\n${table(['what', 'p50, ms', 'p99, ms'], cells)}`;
}

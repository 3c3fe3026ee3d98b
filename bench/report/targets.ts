/** What Starling must reach (issue 3), against what was measured. */
import { figureOf, speed, text, wire } from './data.ts';
import type { Figure, Results } from './data.ts';
import { median } from '../statistics.ts';

const PEERS = ['uftp', 'udpcast', 'udpcast-fec', 'norm'] as const;

export interface Target {
  readonly what: string;
  readonly bound: string;
  readonly measured: string;
  /** Undefined: not measured. */
  readonly isMet: boolean | undefined;
}

export function targets(results: Results): readonly Target[] {
  return [
    ...wireTargets(results),
    ...shapedTargets(results),
    ...openTargets(results),
    ...costTargets(results),
    ...edgeTargets(results),
    ...delayTargets(results),
    ...latencyTargets(results),
  ];
}

const atMost = (
  what: string,
  bound: number,
  figure: Figure | undefined,
  digits: number,
  unit = '',
): Target => ({
  what,
  bound: `≤ ${bound}${unit}`,
  measured: `${text(figure, digits)}${figure === undefined ? '' : unit}`,
  isMet: figure === undefined ? undefined : figure.middle <= bound,
});

const ratioAtLeast = (
  what: string,
  bound: number,
  own: Figure | undefined,
  peer: Figure | undefined,
  peerName: string,
): Target => {
  const isKnown = own !== undefined && peer !== undefined;
  const ratio = isKnown ? own.middle / peer.middle : Number.NaN;
  return {
    what,
    bound: `≥ ${bound} ×`,
    measured: isKnown
      ? `${ratio.toFixed(2)} × (${own.middle.toFixed(1)} against ${peer.middle.toFixed(1)}, ${peerName})`
      : '—',
    isMet: isKnown ? ratio >= bound : undefined,
  };
};

function wireTargets(results: Results): Target[] {
  const bounds = [
    [8, 1, 1.06],
    [8, 5, 1.112],
    [8, 10, 1.19],
    [8, 20, 1.36],
    [16, 20, 1.39],
  ] as const;
  return bounds.map(([receivers, loss, bound]) =>
    atMost(
      `wire, N=${receivers}, ${loss} %`,
      bound,
      results.figure(wire, 'starling', receivers, loss, 100),
      3,
    ),
  );
}

function shapedTargets(results: Results): Target[] {
  const at = (name: string, loss: number): Figure | undefined => results.figure(speed, name, 8, loss, 100);
  const uftp = ([0, 5, 10, 20] as const).map((loss, index) =>
    ratioAtLeast(
      `MB/s against UFTP, 100 Mbit/s, N=8, ${loss} %`,
      [0.97, 1.3, 1.45, 1.7][index]!,
      at('starling', loss),
      at('uftp', loss),
      'UFTP',
    ),
  );
  const best = [0, 1, 5, 10, 20].map((loss) => {
    const peer = PEERS.map((name) => ({ name, figure: at(name, loss) }))
      .filter(({ figure }) => figure !== undefined)
      .sort((a, b) => b.figure!.middle - a.figure!.middle)[0];
    const what = `MB/s against the best peer tuned by hand, ${loss} %`;
    const bound = loss < 5 ? 0.97 : 1.1;
    return ratioAtLeast(what, bound, at('starling', loss), peer?.figure, peer?.name ?? '');
  });
  return [...uftp, ...best];
}

function openTargets(results: Results): Target[] {
  const at = (name: string, receivers: number, loss: number): Figure | undefined =>
    results.figure(speed, name, receivers, loss);
  const rows = [0, 5].flatMap((loss) =>
    [1, 4, 8].map((receivers) =>
      ratioAtLeast(
        `MB/s against UFTP, no limit, N=${receivers}, ${loss} %`,
        loss === 0 ? 1.4 : 1.3,
        at('starling', receivers, loss),
        at('uftp', receivers, loss),
        'UFTP',
      ),
    ),
  );
  const portable = [1, 4, 8].map((receivers) =>
    ratioAtLeast(
      `the same, portable sockets, N=${receivers}, 0 %`,
      0.6,
      at('starling-portable', receivers, 0),
      at('uftp', receivers, 0),
      'UFTP',
    ),
  );
  return [...rows, ...portable];
}

function costTargets(results: Results): Target[] {
  const cpu = (name: string): Figure | undefined => results.figure((run) => run.senderCpuS, name, 8, 0);
  const [own, peer] = [cpu('starling'), cpu('uftp')];
  const isKnown = own !== undefined && peer !== undefined;
  const rows: Target[] = [
    {
      what: 'CPU of the sender against UFTP, N=8, no limit',
      bound: '≤ 0.6 ×',
      measured: isKnown
        ? `${(own.middle / peer.middle).toFixed(2)} × (${own.middle.toFixed(2)} s against ${peer.middle.toFixed(2)} s)`
        : '—',
      isMet: isKnown ? own.middle <= 0.6 * peer.middle : undefined,
    },
  ];
  for (const loss of [0, 5, 20]) {
    const share = results.figure(
      (run) => (100 * run.feedbackBytes) / run.fileBytes,
      'starling',
      8,
      loss,
      100,
    );
    rows.push(atMost(`feedback, share of the data, N=8, ${loss} %`, 1, share, 2, ' %'));
    const packets = (name: string): Figure | undefined =>
      results.figure((run) => run.feedbackPackets, name, 8, loss, 100);
    const uftp = packets('uftp');
    if (uftp !== undefined) {
      rows.push(
        atMost(
          `feedback packets, N=8, ${loss} % (UFTP: ${uftp.middle.toFixed(0)})`,
          Math.round(4 * uftp.middle),
          packets('starling'),
          0,
        ),
      );
    }
  }
  return rows;
}

function edgeTargets(results: Results): Target[] {
  // Beside a transfer: what stands in the sender's queue belongs to it.
  const roundTripMs = results.queue.find(({ value }) => value.contestant === 'starling')?.value.p50Ms ?? 1;
  return results.edges.flatMap(({ value }) => {
    const first = value[0];
    if (first === undefined) return [];
    const { conditions, fileBytes } = first;
    const where = `N=${conditions.receiverCount}, ${conditions.lossPercent} %, ${fileBytes / 1e6} MB`;
    const begin = figureOf(value.map(({ firstPacketMs }) => firstPacketMs));
    const tail = figureOf(value.map(({ tailMs }) => tailMs));
    const bound = Math.ceil(2 * roundTripMs + 0.01 * median(value.map(({ transferMs }) => transferMs)));
    return [
      atMost(`first packet after \`send\`, ${where}`, 50, begin, 0, ' ms'),
      atMost(`end after the first pass, ${where}`, bound, tail, 0, ' ms'),
    ];
  });
}

function delayTargets(results: Results): Target[] {
  const own = results.queue.find(({ value }) => value.contestant === 'starling')?.value;
  const added = own === undefined ? undefined : figureOf([own.p99Ms - own.idleP99Ms]);
  const tcp = results.fairness
    .filter(({ value }) => value.against === 'tcp')
    .map(({ value }) => value.shares[0]!);
  const share = figureOf(tcp.map((value) => 100 * value));
  return [
    atMost('added delay of others, p99, alone on 100 Mbit/s', 20, added, 1, ' ms'),
    {
      what: 'share beside one TCP CUBIC flow, queue of 50 ms',
      bound: '30–70 %',
      measured: share === undefined ? '—' : `${text(share, 0)} %`,
      isMet: share === undefined ? undefined : share.middle >= 30 && share.middle <= 70,
    },
  ];
}

function latencyTargets(results: Results): Target[] {
  const row = (way: string, beside: string) =>
    results.latency.find(({ value }) => value.way === way && value.beside === beside)?.value;
  const bare = row('udp', 'idle');
  const engine = row('engine', 'idle');
  const busy = row('engine', 'transfer');
  const one = (value: number | undefined): Figure | undefined =>
    value === undefined ? undefined : figureOf([value]);
  const p50 = bare === undefined ? undefined : bare.p50Ms + 0.6;
  return [
    ...(p50 === undefined
      ? []
      : [
          atMost(
            'message, N=8, 1 %, p50 (a bare datagram + 0.6 ms)',
            Number(p50.toFixed(2)),
            one(engine?.p50Ms),
            2,
            ' ms',
          ),
        ]),
    atMost('message, N=8, 1 %, p99.9', 15, one(engine?.p999Ms), 1, ' ms'),
    atMost('message beside a transfer, p99', 30, one(busy?.p99Ms), 1, ' ms'),
  ];
}

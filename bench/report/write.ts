/** Brings the tables and the charts of docs/performance.md up to date with the saved results. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Run } from '../measurements/transfer.ts';
import { Results, speed, wire } from './data.ts';
import { lineChart } from './svg.ts';
import type { Line } from './svg.ts';
import {
  chatTable,
  cpuTable,
  edgesTable,
  fairnessTable,
  feedbackTable,
  historyTable,
  latencyTable,
  openTable,
  provenance,
  queueTable,
  roomsTable,
  SHAPED_CONTESTANTS,
  SHAPED_LOSSES,
  shapedTable,
  targetTable,
} from './tables.ts';

const docs = resolve(import.meta.dirname, '../../docs');
/** An Ethernet packet of 1514 bytes carries a symbol of 1460. */
const FRAMING = 1514 / 1460;
const LINE_MB_PER_S = 12.5;

export function writeReport(): void {
  const results = new Results();
  const page = join(docs, 'performance.md');
  const parts: Readonly<Record<string, string>> = {
    provenance: provenance(results),
    targets: targetTable(results),
    shaped: shapedTable(results),
    charts: charts(results),
    feedback: feedbackTable(results),
    open: openTable(results, speed, 1),
    cpu: cpuTable(results),
    edges: edgesTable(results),
    queue: queueTable(results),
    fairness: fairnessTable(results),
    latency: latencyTable(results),
    rooms: roomsTable(results),
    chat: chatTable(results),
    history: historyTable(results),
  };
  let text = readFileSync(page, 'utf8');
  for (const [name, content] of Object.entries(parts)) text = replaced(text, name, content);
  writeFileSync(page, text);
}

/** Draws what there are figures for, and returns the page's references to it. */
function charts(results: Results): string {
  const drawn = [
    chart(results, 'throughput', 'MB/s to 8 receivers over 100 Mbit/s', 'MB/s', 0, speed, (p) => {
      return (LINE_MB_PER_S / FRAMING) * (1 - p);
    }),
    chart(
      results,
      'wire',
      'Bytes on the wire for each byte of the file, 8 receivers',
      'wire',
      1,
      wire,
      (p) => {
        return FRAMING / (1 - p);
      },
    ),
  ];
  return drawn.filter((reference) => reference !== undefined).join('\n\n');
}

/** What stands between the two comments of that name. */
function replaced(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/performance.md has no place for "${name}"`);
  return `${text.slice(0, from)}${begin}\n${content}\n${text.slice(to)}`;
}

function chart(
  results: Results,
  name: string,
  title: string,
  yTitle: string,
  yFrom: number,
  value: (run: Run) => number,
  bound: (loss: number) => number,
): string | undefined {
  const lines: Line[] = SHAPED_CONTESTANTS.map(([contestant, label]) => ({
    name: label,
    points: SHAPED_LOSSES.flatMap((loss) => {
      const figure = results.figure(value, contestant, 8, loss, 100);
      return figure === undefined ? [] : [{ x: loss, y: figure.middle, low: figure.low, high: figure.high }];
    }),
  })).filter(({ points }) => points.length > 0);
  if (lines.length === 0) return undefined;
  const points = Array.from({ length: 21 }, (_, percent) => ({ x: percent, y: bound(percent / 100) }));
  const svg = lineChart({
    title,
    xTitle: 'lost packets at each receiver, %',
    yTitle,
    yFrom,
    lines: [...lines, { name: 'no code can do better', points, isBound: true }],
  });
  mkdirSync(join(docs, 'performance'), { recursive: true });
  writeFileSync(join(docs, 'performance', `${name}.svg`), svg);
  return `![${title}](performance/${name}.svg)`;
}

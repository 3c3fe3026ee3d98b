/** What was measured, as the report asks for it. */
import type { Edge } from '../measurements/edges.ts';
import type { FairnessRow } from '../measurements/fairness.ts';
import type { LatencyRow } from '../measurements/latency.ts';
import type { QueueRow } from '../measurements/queue.ts';
import type { HistoryCost } from '../measurements/history.ts';
import type { ChatCost, RoomCost } from '../measurements/rooms.ts';
import type { Cell, Run } from '../measurements/transfer.ts';
import { readResults } from '../results.ts';
import type { Measured } from '../results.ts';
import { median, spread } from '../statistics.ts';

/** A median and where the runs lay. */
export interface Figure {
  readonly middle: number;
  readonly low: number;
  readonly high: number;
}

export function figureOf(values: readonly number[]): Figure | undefined {
  if (values.length === 0) return undefined;
  const [low, high] = spread(values);
  return { middle: median(values), low, high };
}

export const text = (figure: Figure | undefined, digits: number): string => {
  if (figure === undefined) return '—';
  const { middle, low, high } = figure;
  const [one, other] = [low.toFixed(digits), high.toFixed(digits)];
  return one === other ? middle.toFixed(digits) : `${middle.toFixed(digits)} (${one}–${other})`;
};

export class Results {
  readonly cells = ['shaped', 'crowd', 'open'].flatMap((name) => readResults<Cell>(name));
  readonly edges = readResults<readonly Edge[]>('edges');
  readonly queue = readResults<QueueRow>('queue');
  readonly fairness = readResults<FairnessRow>('fairness');
  readonly latency = readResults<LatencyRow>('latency');
  readonly removals = readResults<readonly RoomCost[]>('rooms');
  readonly histories = readResults<HistoryCost>('history');
  readonly chats = readResults<readonly ChatCost[]>('chat');

  get all(): readonly Measured<unknown>[] {
    return [
      ...this.cells,
      ...this.edges,
      ...this.queue,
      ...this.fairness,
      ...this.latency,
      ...this.removals,
      ...this.histories,
      ...this.chats,
    ];
  }

  cell(contestant: string, receiverCount: number, lossPercent: number, limitMbit?: number): Cell | undefined {
    return this.cells.find(
      ({ value: { contestant: name, conditions } }) =>
        name === contestant &&
        conditions.receiverCount === receiverCount &&
        conditions.lossPercent === lossPercent &&
        conditions.limitMbit === limitMbit,
    )?.value;
  }

  figure(
    value: (run: Run) => number,
    contestant: string,
    receiverCount: number,
    lossPercent: number,
    limitMbit?: number,
  ): Figure | undefined {
    const cell = this.cell(contestant, receiverCount, lossPercent, limitMbit);
    return figureOf((cell?.runs ?? []).map(value));
  }
}

export const speed = (run: Run): number => run.megabytesPerSecond;
export const wire = (run: Run): number => run.wire;

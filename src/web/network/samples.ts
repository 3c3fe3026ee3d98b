/** What is plotted: the network once a second, for the last minutes. Pure. */
import type { NetworkNow } from '../../contract/network.ts';
import { NETWORK_LINES_MAX, NETWORK_SAMPLES_MAX } from '../limits.ts';

export interface Sample {
  /** Unix milliseconds. */
  readonly at: number;
  /** Bytes a second since the sample before. */
  readonly sent: number;
  readonly received: number;
  /** By member: share of its HELLOs that are missed, and milliseconds. */
  readonly loss: Readonly<Record<string, number>>;
  readonly roundTrip: Readonly<Record<string, number>>;
}

export interface Samples {
  readonly last: NetworkNow | undefined;
  readonly list: readonly Sample[];
}

export const NO_SAMPLES: Samples = { last: undefined, list: [] };

/** With a further answer of the daemon. One that began anew counts from nothing, so no rate is told for that second. */
export function withSample({ last, list }: Samples, now: NetworkNow): Samples {
  const seconds = last === undefined ? 0 : (now.at - last.at) / 1000;
  const rate = (before: number | undefined, after: number): number =>
    before === undefined || seconds <= 0 || after < before ? 0 : (after - before) / seconds;
  const sample: Sample = {
    at: now.at,
    sent: rate(last?.sentBytes, now.sentBytes),
    received: rate(last?.receivedBytes, now.receivedBytes),
    loss: Object.fromEntries(now.links.map(({ id, loss }) => [id, loss])),
    roundTrip: Object.fromEntries(
      now.links.flatMap(({ id, roundTripMs }) =>
        roundTripMs === undefined ? [] : [[id, roundTripMs] as const],
      ),
    ),
  };
  return { last: now, list: [...list, sample].slice(-NETWORK_SAMPLES_MAX) };
}

/** A line of a plot; `undefined` where nothing was known. */
export interface Line {
  readonly label: string;
  readonly values: readonly (number | undefined)[];
}

/** One line for each member, those with the greatest last value first: more lines than these nobody tells apart. */
export function linesOf(samples: Samples, what: 'loss' | 'roundTrip'): readonly Line[] {
  const lastOf = (id: string): number => samples.list.at(-1)?.[what][id] ?? -1;
  const members = (samples.last?.links ?? []).toSorted((a, b) => lastOf(b.id) - lastOf(a.id));
  return members.slice(0, NETWORK_LINES_MAX).map(({ id, name }) => ({
    label: name,
    values: samples.list.map((sample) => sample[what][id]),
  }));
}

/** The command line of the bench. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface Options {
  readonly list: boolean;
  readonly help: boolean;
  readonly quick: boolean;
  /** Only writes docs/performance.md from saved results. */
  readonly report: boolean;
  /** Names of measurements; empty: all. */
  readonly only: readonly string[];
  /** For `transfer`; undefined: the cells of the report. */
  readonly receivers: readonly number[] | undefined;
  readonly lossPercents: readonly number[] | undefined;
  /** Mbit/s; undefined in the list: no limit. */
  readonly limits: readonly (number | undefined)[] | undefined;
  readonly sizeMb: number | undefined;
  readonly contestants: readonly string[] | undefined;
  readonly rounds: number | undefined;
  readonly queueMs: number;
  /** The checkout whose `dist/` is measured. */
  readonly tree: string;
  /** A file to hold locked during each run, where several people measure on one machine. */
  readonly lock: string | undefined;
}

export const USAGE = `npm run bench -- [options]
  --list                 what can be measured
  --quick                the key rows, fewer rounds, within five minutes
  --only NAME[,NAME]     these measurements alone
  --report               measure nothing; write docs/performance.md from the saved results
  --rounds N             rounds of each cell
  --tree DIR             measure the build of another checkout
  --lock FILE            hold this file locked (flock) during each run
 for \`transfer\`, each a list:
  --n 1,8  --loss 0,5  --limit 100,none  --size MB  --contestants starling,uftp  --queue MS
`;

const list = (text: string | undefined): readonly string[] | undefined =>
  text
    ?.split(',')
    .map((part) => part.trim())
    .filter(Boolean);

function numberFrom(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new Error(`not a number: ${text}`);
  return value;
}

export function readOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
      quick: { type: 'boolean', default: false },
      report: { type: 'boolean', default: false },
      only: { type: 'string' },
      n: { type: 'string' },
      loss: { type: 'string' },
      limit: { type: 'string' },
      size: { type: 'string' },
      contestants: { type: 'string' },
      rounds: { type: 'string' },
      queue: { type: 'string', default: '50' },
      tree: { type: 'string' },
      lock: { type: 'string' },
    },
  });
  const numbers = (text: string | undefined): readonly number[] | undefined => list(text)?.map(numberFrom);
  const optional = (text: string | undefined): number | undefined =>
    text === undefined ? undefined : numberFrom(text);
  const limits = list(values.limit)?.map((text) => (text === 'none' ? undefined : numberFrom(text)));
  return {
    list: values.list,
    help: values.help,
    quick: values.quick,
    report: values.report,
    only: list(values.only) ?? [],
    receivers: numbers(values.n),
    lossPercents: numbers(values.loss),
    limits,
    sizeMb: optional(values.size),
    contestants: list(values.contestants),
    rounds: optional(values.rounds),
    queueMs: numberFrom(values.queue),
    tree: resolve(values.tree ?? resolve(import.meta.dirname, '..')),
    lock: values.lock === undefined ? undefined : resolve(values.lock),
  };
}

/**
 * What a member keeps is bounded: at any time by the limits of the protocol, and when all is quiet by what it has
 * to keep (the log and the roster). What grows while nothing happens but HELLOs is a leak.
 */
import { LOG_RECORDS_MAX } from '../../src/core/limits.ts';
import type { SimNode } from '../node.ts';
import { measureRetained, type Retained } from '../retained.ts';
import { Violation } from '../violation.ts';
import type { Checker, CheckerFactory } from './checker.ts';

const NAME = 'memory';

/** One node is measured this often while the run goes on. */
const SAMPLE_INTERVAL_MS = 500;
/**
 * A run's transfers hold far less than the protocol's own bound, so this one bites: two rooms, and the windows of
 * eight senders of small files (two MiB each, plain and sealed, at sender and receiver).
 */
const RETAINED_BYTES_MAX = 64 * 1024 * 1024;
/** Of any one collection: the largest that limits.ts allows. */
const COLLECTION_ENTRIES_MAX = LOG_RECORDS_MAX;
/** At rest, besides the records: roster, chains, counters, tables. */
const REST_BYTES_BASE = 256 * 1024;
const REST_BYTES_PER_MEMBER = 8 * 1024;
/** Each record is kept parsed and as bytes, under several keys. */
const REST_BYTES_PER_RECORD = 4 * 1024;
const REST_RECORD_BYTES_FACTOR = 4;
/** Growth that a calm time may show: a HELLO may renew what it names. */
const CALM_GROWTH_ENTRIES_MAX = 64;

export const memoryChecker: CheckerFactory = ({ ledger, nodes }): Checker => {
  let nextSampleAt = SAMPLE_INTERVAL_MS;
  const atCalm = new Map<SimNode, { readonly life: number; readonly retained: Retained }>();

  const measure = (node: SimNode): Retained | undefined =>
    node.peer === undefined ? undefined : measureRetained(node.peer, [node.identity]);

  const sample = (node: SimNode): void => {
    const retained = measure(node);
    if (retained === undefined) return;
    if (retained.bytes > RETAINED_BYTES_MAX) {
      throw new Violation(NAME, `node ${node.index} keeps ${retained.bytes} bytes`);
    }
    const { path, entries } = retained.largest;
    if (entries > COLLECTION_ENTRIES_MAX) {
      throw new Violation(NAME, `node ${node.index} keeps ${entries} entries in ${path}`);
    }
  };

  const restBytesMax = (): number => {
    let total = REST_BYTES_BASE + nodes.length * REST_BYTES_PER_MEMBER;
    for (const record of ledger.records.values()) {
      total += REST_BYTES_PER_RECORD + REST_RECORD_BYTES_FACTOR * (record.text?.length ?? 0);
    }
    return total;
  };

  return {
    name: NAME,
    observe(now, observation) {
      if (now < nextSampleAt || observation.type === 'network') return;
      nextSampleAt = now + SAMPLE_INTERVAL_MS;
      sample(observation.node);
    },
    calm() {
      for (const node of nodes) {
        const retained = measure(node);
        if (retained !== undefined) atCalm.set(node, { life: node.life, retained });
      }
    },
    finish() {
      const bytesMax = restBytesMax();
      for (const node of nodes) {
        const retained = measure(node);
        if (retained === undefined) continue;
        if (retained.bytes > bytesMax) {
          throw new Violation(
            NAME,
            `node ${node.index} keeps ${retained.bytes} bytes at rest, above ${bytesMax}`,
          );
        }
        const before = atCalm.get(node);
        if (before === undefined || before.life !== node.life) continue;
        const growth = retained.entries - before.retained.entries;
        if (growth > CALM_GROWTH_ENTRIES_MAX) {
          throw new Violation(
            NAME,
            `node ${node.index} keeps ${growth} entries more after a calm time; its largest collection is ${retained.largest.path}`,
          );
        }
      }
    },
  };
};

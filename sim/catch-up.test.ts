/** What was said while a member was away comes from anybody who has it: fast, and once for all who lack it. */
import { expect, test } from 'vitest';

import type { RecordId, RoomId } from '../src/base/ids.ts';
import { LOG_RECORDS_MAX } from '../src/core/limits.ts';
import { publicRoomId } from '../src/core/room/groups.ts';
import { FRAME, typeOf } from '../src/core/wire/header.ts';
import { signRecord, type LogRecord } from '../src/core/wire/record.ts';
import { Cluster } from './cluster.ts';
import { sha256 } from './crypto.ts';
import type { SimNode } from './node.ts';

const ROOM: RoomId = publicRoomId({ sha256 }, 'lobby');
const CONDITIONS = {
  loss: 0,
  burstsPerSecond: 0,
  burstMsMean: 50,
  duplication: 0,
  reorder: 0,
  reorderMsMax: 5,
  delayMs: 0.1,
  jitterMs: 0.2,
  megabitsPerSecond: 1000,
  tampering: 0,
};

interface Seen {
  /** By node: texts and annotations in the order in which they came. */
  readonly shown: Map<number, RecordId[]>;
  fragments: number;
  naks: number;
}

function gathering(memberCount: number, loss = 0): { cluster: Cluster; seen: Seen } {
  const seen: Seen = { shown: new Map(), fragments: 0, naks: 0 };
  const cluster = new Cluster({
    seed: 5,
    memberCount,
    conditions: { ...CONDITIONS, loss },
    checkers: [],
    signatures: 'insecure-mac',
  });
  cluster.onObservation = (observation) => {
    if (observation.type === 'sent') {
      const type = typeOf(observation.transmit.bytes[0] as number);
      if (type === FRAME.fragment) seen.fragments++;
      if (type === FRAME.nak) seen.naks++;
    } else if (observation.type === 'event' && observation.event.type === 'message') {
      const { index } = observation.node;
      const shown = seen.shown.get(index) ?? [];
      shown.push(observation.event.id);
      seen.shown.set(index, shown);
    }
  };
  return { cluster, seen };
}

/** What these said in turn, each having seen all before. */
function conversation(authors: readonly SimNode[], count: number): LogRecord[] {
  const said: LogRecord[] = [];
  const last = new Map<SimNode, LogRecord>();
  for (let i = 0; i < count; i++) {
    const author = authors[i % authors.length] as SimNode;
    const previous = last.get(author);
    const before = said.at(-1);
    const record = signRecord(author.identity.crypto, {
      room: ROOM,
      publicKey: author.identity.publicKey,
      incarnation: '11'.repeat(8),
      sequence: (previous?.sequence ?? 0) + 1,
      previous: previous?.id,
      parents:
        before === undefined || before === previous
          ? []
          : [{ author: before.author, sequence: before.sequence, id: before.id }],
      depth: i + 1,
      at: 1_767_225_600_000 + i,
      name: author.name,
      body: { kind: 'text', text: `message ${i} of a long afternoon` },
    });
    said.push(record);
    last.set(author, record);
  }
  return said;
}

function give(node: SimNode, records: readonly LogRecord[]): void {
  for (const record of records) node.store.records.keep(ROOM, { ...record, audience: '' });
}

function enter(...nodes: readonly SimNode[]): void {
  for (const node of nodes) {
    node.start();
    node.join(ROOM);
  }
}

/** Virtual milliseconds until each of them was shown so many. */
function until(cluster: Cluster, seen: Seen, counts: ReadonlyMap<SimNode, number>, limitMs: number): number {
  const startedAt = cluster.now;
  const isDone = (): boolean =>
    [...counts].every(([node, count]) => (seen.shown.get(node.index)?.length ?? 0) >= count);
  while (!isDone() && cluster.now - startedAt < limitMs) cluster.runFor(20);
  for (const [node, count] of counts) expect(seen.shown.get(node.index) ?? []).toHaveLength(count);
  return cluster.now - startedAt;
}

const isSame = (a: readonly { readonly id: RecordId }[], b: readonly { readonly id: RecordId }[]): boolean =>
  a.length === b.length && a.every(({ id }, index) => id === b[index]?.id);

test('10,000 messages come within seconds from who has them in its store, their author gone, once for all who lack them', () => {
  const { cluster, seen } = gathering(4);
  const [author, holder, newcomer, away] = cluster.nodes as [SimNode, SimNode, SimNode, SimNode];
  const said = conversation([author], 10_000);
  give(holder, said);
  give(away, said.slice(0, 500));
  enter(holder);
  cluster.runFor(1500);
  enter(newcomer, away);
  const tookMs = until(
    cluster,
    seen,
    new Map([
      [newcomer, 10_000],
      [away, 9500],
    ]),
    15_000,
  );
  expect(tookMs).toBeLessThan(5000);
  // The newcomer's first 500 are repaired for it alone; all else for both.
  expect(seen.fragments).toBeLessThan(10_000 * 1.1);
  expect(seen.naks).toBeLessThan(600);
  expect(seen.shown.get(newcomer.index)?.join()).toBe(said.map(({ id }) => id).join());
  // And it has them on its disk: it can give them to the next one.
  cluster.runFor(200);
  expect(isSame(newcomer.store.records.all(ROOM), said)).toBe(true);
}, 180_000);

test('a history that is longer than any memory comes through it whole, at 5 % loss, from several holders', () => {
  const { cluster, seen } = gathering(6, 0.05);
  const [one, two, three, first, second, newcomer] = cluster.nodes as [
    SimNode,
    SimNode,
    SimNode,
    SimNode,
    SimNode,
    SimNode,
  ];
  const said = conversation([one, two, three], LOG_RECORDS_MAX + 2000);
  give(first, said);
  give(second, said);
  enter(first, second);
  cluster.runFor(1500);
  enter(newcomer);
  const tookMs = until(cluster, seen, new Map([[newcomer, said.length]]), 30_000);
  expect(tookMs).toBeLessThan(8000);
  expect(seen.fragments).toBeLessThan(said.length * 1.4);
  cluster.runFor(200);
  expect(isSame(newcomer.store.records.all(ROOM), said)).toBe(true);
}, 180_000);

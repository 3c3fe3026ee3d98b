/**
 * Somebody says more than the others' machines can take, each of which loses a twentieth besides: they go on showing what
 * was said, and when it ends they have the rest as fast as their machines check it, not at the pace of timers.
 */
import { expect, test } from 'vitest';
import { publicRoomId } from '../src/core/room/groups.ts';
import { FRAME, typeOf } from '../src/core/wire/header.ts';
import { Cluster } from './cluster.ts';
import { sha256 } from './crypto.ts';

const ROOM = publicRoomId({ sha256 }, 'lobby');
const MESSAGES = 2000;
const SAID_PER_S = 500;
/** A record then takes 4.8 ms, so listeners take 208 a second: a fortieth of a processor of today. */
const LISTENER = { callMs: 0.8, signatureMs: 4 };
const SPEAKER = { callMs: 0.2, signatureMs: 1 };
const STEP_MS = 10;

test('listeners that a stream overtaxes keep up with a part of it, and then catch up as fast as they can check records', () => {
  const conditions = {
    loss: 0.05,
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
  const cluster = new Cluster({
    seed: 5,
    memberCount: 4,
    conditions,
    checkers: [],
    signatures: 'insecure-mac',
  });
  const [speaker, ...listeners] = cluster.nodes;
  const shown = new Map(listeners.map((node) => [node, 0]));
  const sent = { fragments: 0, naks: 0 };
  cluster.onObservation = (observation) => {
    if (observation.type === 'sent') {
      const type = typeOf(observation.transmit.bytes[0] as number);
      if (type === FRAME.fragment) sent.fragments++;
      if (type === FRAME.nak) sent.naks++;
    } else if (observation.type === 'event' && observation.event.type === 'message') {
      const count = shown.get(observation.node);
      if (count !== undefined) shown.set(observation.node, count + 1);
    }
  };
  for (const node of cluster.nodes) {
    node.start();
    node.join(ROOM);
  }
  cluster.runFor(2500);
  for (const node of cluster.nodes) node.busy.processor = node === speaker ? SPEAKER : LISTENER;
  const from = cluster.now;
  for (let said = 0; said < MESSAGES;) {
    for (let i = 0; i < (SAID_PER_S * STEP_MS) / 1000; i++) speaker?.say(ROOM, `the ${said++}th moment`);
    cluster.runFor(STEP_MS);
  }
  // Their processors could do 830 meanwhile, if nothing came that is for later.
  expect(Math.min(...shown.values())).toBeGreaterThan(150);
  while (Math.min(...shown.values()) < MESSAGES && cluster.now - from < 45_000) cluster.runFor(100);
  expect([...shown.values()]).toEqual([MESSAGES, MESSAGES, MESSAGES]);
  // 2000 / 208 = 9.6 s would be nothing but that; it takes 15.
  expect(cluster.now - from).toBeLessThan(45_000);
  expect(sent.fragments).toBeLessThan(5 * MESSAGES);
  expect(sent.naks).toBeLessThan(800);
}, 60_000);

/** Members whose chains are not what they should be: forked, flooding, from the future, with a hole that nobody can fill. */
import { describe, expect, test } from 'vitest';
import { TestNetwork, WALL_MS } from '../private-network.ts';
import type { Person } from '../private-network.ts';
import {
  AUTHOR_RECORDS_BURST,
  BRANCHES_TOLD_MAX,
  FUTURE_MS_MAX,
  PARENTS_PER_AUTHOR_MAX,
  PENDING_PER_AUTHOR_MAX,
  WANTS_PER_AUTHOR_MAX,
} from '../../src/core/limits.ts';
import { encodeFragment } from '../../src/core/wire/fragment.ts';
import { decodeFrame } from '../../src/core/wire/frame.ts';
import { FRAME, typeOf } from '../../src/core/wire/header.ts';
import { recordPrefix } from '../../src/core/wire/id-bytes.ts';
import { parseRecord, signRecord } from '../../src/core/wire/record.ts';
import type { LogRecord } from '../../src/core/wire/record.ts';

interface Said {
  readonly sequence: number;
  readonly previous?: LogRecord | undefined;
  readonly text?: string;
  readonly depth?: number;
  readonly at?: number;
}

/** Two honest members, and one whose own program is not running: the test says what it says. */
function scene(): { net: TestNetwork; ann: Person; bob: Person; mallory: Person } {
  const net = new TestNetwork('ann', 'bob', 'mallory');
  const [ann, bob, mallory] = net.people as [Person, Person, Person];
  mallory.isDown = true;
  return { net, ann, bob, mallory };
}

function sign(net: TestNetwork, by: Person, { sequence, previous, text, depth, at }: Said): LogRecord {
  return signRecord(by.crypto, {
    room: net.lobby,
    publicKey: by.identity.publicKey,
    incarnation: 'ab'.repeat(8),
    sequence,
    previous: sequence === 1 ? undefined : (previous?.id ?? ('cd'.repeat(32) as LogRecord['id'])),
    parents: [],
    depth: depth ?? sequence,
    at: at ?? WALL_MS,
    name: by.name,
    body: { kind: 'text', text: text ?? `${sequence}` },
  });
}

function show(net: TestNetwork, by: Person, record: LogRecord, ...to: readonly Person[]): void {
  for (const one of to)
    net.inject(one, encodeFragment(net.lobby, recordPrefix(record.id), record.bytes, 0), by.address);
}

const chat = (net: TestNetwork, by: Person, to: Person, text: string): number => {
  by.say(net.lobby, text);
  return net.until(() => to.texts(net.lobby).includes(text), 2000, `hearing ${text}`);
};

describe('a chain that forks', () => {
  test('two hundred times costs neither HELLO nor the next message more than a few branches', () => {
    const { net, ann, bob, mallory } = scene();
    const first = sign(net, mallory, { sequence: 1 });
    show(net, mallory, first, ann, bob);
    for (let branch = 0; branch < 200; branch++)
      show(net, mallory, sign(net, mallory, { sequence: 2, previous: first, text: `b${branch}` }), ann, bob);
    net.run(1000);
    const from = net.sent.length;
    expect(chat(net, bob, ann, 'undisturbed')).toBeLessThan(200);
    chat(net, ann, bob, 'so am I');
    net.run(3000);
    for (const { bytes } of net.sent.slice(from)) {
      if (typeOf(bytes[0] as number) !== FRAME.hello) continue;
      const decoded = decodeFrame(bytes);
      const told = decoded.ok && decoded.value.frame.type === 'hello' ? decoded.value.frame.frontiers : [];
      expect(told.filter(({ author }) => author === mallory.id).length).toBeLessThanOrEqual(
        BRANCHES_TOLD_MAX,
      );
    }
    const said = ann.of('store-record').at(-1);
    const parents = parseRecord(ann.crypto, said?.bytes ?? new Uint8Array(0))?.parents ?? [];
    expect(parents.filter(({ author }) => author === mallory.id).length).toBeLessThanOrEqual(
      PARENTS_PER_AUTHOR_MAX,
    );
    expect(parents.some(({ author }) => author === bob.id)).toBe(true);
    // All of it is shown, to both alike: nobody is punished for a restored backup.
    expect(ann.texts(net.lobby).toSorted()).toEqual(bob.texts(net.lobby).toSorted());
  });
});

describe('a clock that is far ahead', () => {
  test('is shown as today at most, and its messages keep their place', () => {
    const { net, ann, bob, mallory } = scene();
    const record = sign(net, mallory, { sequence: 1, text: 'from the year 10889', at: 2 ** 48 - 1 });
    show(net, mallory, record, ann, bob);
    chat(net, bob, ann, 'after it');
    const [early, late] = ann.of('message').filter(({ room }) => room === net.lobby);
    expect(early?.text).toBe('from the year 10889');
    expect(early?.at).toBeLessThanOrEqual(WALL_MS + net.now + FUTURE_MS_MAX);
    expect(ann.of('keep-record').find(({ id }) => id === record.id)?.at).toBe(early?.at);
    expect(late?.depth).toBeGreaterThan(early?.depth as number);
    expect(ann.peer.counters()['record-from-the-future']).toBe(1);
  });
});

describe('a flood', () => {
  test('of one author is cut off at its share, and others are heard through it', () => {
    const { net, ann, bob, mallory } = scene();
    let previous: LogRecord | undefined;
    for (let sequence = 1; sequence <= AUTHOR_RECORDS_BURST + 500; sequence++) {
      previous = sign(net, mallory, { sequence, previous });
      show(net, mallory, previous, ann);
    }
    expect(ann.peer.counters()['author-floods']).toBeGreaterThan(400);
    expect(ann.peer.counters()['verify-budget']).toBeUndefined();
    expect(ann.peer.sizes()['keeping']).toBeLessThanOrEqual(AUTHOR_RECORDS_BURST + 10);
    expect(chat(net, bob, ann, 'through the noise')).toBeLessThan(500);
  }, 60_000);
});

describe('a gap', () => {
  test('of 2⁴⁰ is asked for within bounds, then refused, and nobody waits for it', () => {
    const { net, ann, bob, mallory } = scene();
    const top = 2 ** 40;
    show(net, mallory, sign(net, mallory, { sequence: top }), ann, bob);
    net.run(100);
    expect(ann.peer.sizes()['wants']).toBeLessThanOrEqual(WANTS_PER_AUTHOR_MAX);
    expect(chat(net, bob, ann, 'meanwhile')).toBeLessThan(300);
    const from = net.sent.length;
    net.run(60_000);
    const naks = net.sent.slice(from).filter(({ bytes }) => typeOf(bytes[0] as number) === FRAME.nak);
    expect(naks.length).toBeLessThan(200);
    expect(ann.peer.sizes()).toMatchObject({ wants: 0, pending: 0 });
    expect(ann.peer.counters()['record-unavailable']).toBeGreaterThan(0);
    expect(chat(net, bob, ann, 'afterwards')).toBeLessThan(300);
  }, 60_000);

  test('of a few places is shown without them, as one that is lost for good', () => {
    const { net, ann, bob, mallory } = scene();
    show(net, mallory, sign(net, mallory, { sequence: 600, text: 'after the hole' }), ann, bob);
    net.until(() => ann.texts(net.lobby).includes('after the hole'), 60_000, 'giving up the hole');
    expect(ann.peer.sizes()).toMatchObject({ pending: 0 });
  }, 60_000);

  test('in many places fills no more than its share of what may wait', () => {
    const { net, ann, bob, mallory } = scene();
    for (let i = 0; i < PENDING_PER_AUTHOR_MAX + 100; i++)
      show(net, mallory, sign(net, mallory, { sequence: 10 + 2 * i }), ann);
    expect(ann.peer.sizes()['pending']).toBe(PENDING_PER_AUTHOR_MAX);
    expect(ann.peer.counters()['record-full']).toBe(100);
    expect(chat(net, bob, ann, 'there is room')).toBeLessThan(500);
  }, 60_000);
});

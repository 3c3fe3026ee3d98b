/**
 * What was sent and said outlives who did: six hosts that lose one packet in twenty, one of them says 10,000 things, begins to
 * send 200 MB and is killed as soon as every block of it is with two others, and all finish. A seventh host comes afterwards
 * and gets all of it from those. What it costs on the wire is printed.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TransferInfo } from '../../src/contract/api.ts';
import { Attached } from './attached.ts';
import { openNetwork } from './network.ts';
import type { Loss, Network } from './network.ts';
import { BIRDS, Person } from './person.ts';
import type { JsonLines, Seen } from './json-lines.ts';

const MB = 1_000_000;
const SIZE = 200 * MB;
const NAME = 'film.bin';
/** On the way in to everybody, so that what comes back meets it too. */
const LOSS: Loss = { inPerMille: 50, outPerMille: 0, at: 'wire' };
/** Two receivers pause when they have so much of it, so that they lack the rest when the sender is killed. */
const PAUSED_AT = 0.3;
/** A quiet machine needs a quarter of a minute for each part; a busy one has its time. */
const FILE_MS_MAX = 150_000;
const MESSAGES = 10_000;
/** As many `say` wait for their answers at once. */
const SAY_AT_ONCE = 250;
const MESSAGES_MS_MAX = 60_000;
const TEST_MS_MAX = 400_000;

const textOf = (index: number): string => `What was said at the ${index}th moment of a long day`;
const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const isOfFile = (event: Seen): boolean => event['file']?.name === NAME && event['own'] !== true;
const transferIn = (event: Seen): TransferInfo | undefined =>
  event.type === 'transfer-state' && event['transfer'].file.name === NAME ? event['transfer'] : undefined;

describe('six hosts that lose a twentieth, and a seventh that comes later', () => {
  let network: Network;
  let people: Person[];
  const watching = new Map<Person, JsonLines>();
  /** How many messages each has heard, and how many of its events were looked at for that. */
  const heardBy = new Map<Person, { next: number; count: number }>();

  beforeAll(async () => {
    network = openNetwork(7);
    for (const host of network.hosts) host.setLoss(LOSS);
    people = network.hosts.map((host, index) => new Person(BIRDS[index] ?? `Bird${index}`, host));
    await Promise.all(people.slice(0, 6).map(async (one) => watching.set(one, await one.stay())));
  });
  afterAll(() => {
    network.close();
    for (const person of people) person.forget();
  });

  const linesOf = (person: Person): JsonLines => watching.get(person) as JsonLines;
  const doneAt = (person: Person): Promise<Seen> =>
    linesOf(person).find(
      'the file',
      FILE_MS_MAX,
      (event) => event.type === 'transfer-done' && isOfFile(event),
    );
  const isDone = (person: Person): boolean =>
    linesOf(person).events.some((event) => event.type === 'transfer-done' && isOfFile(event));

  async function pauseMidway(person: Person): Promise<{ person: Person; resume: () => Promise<unknown> }> {
    const event = await linesOf(person).find(
      'some of the file',
      FILE_MS_MAX,
      (one) => one.type === 'transfer-progress' && isOfFile(one) && one['bytesDone'] >= PAUSED_AT * SIZE,
    );
    const agent = await Attached.to(person);
    const transfer = event['transfer'] as string;
    await agent.request('pause', { transfer });
    return { person, resume: () => agent.request('resume', { transfer }) };
  }

  /** As fast as the slowest listener takes it: what a flood does is tried elsewhere. */
  async function sayAll(person: Person, listeners: readonly Person[]): Promise<void> {
    const attached = await Attached.to(person);
    for (let said = 0; said < MESSAGES; said += SAY_AT_ONCE) {
      await Promise.all(
        Array.from({ length: SAY_AT_ONCE }, (_, index) =>
          attached.request('say', { room: 'lobby', text: textOf(said + index) }),
        ),
      );
      await Promise.all(listeners.map((listener) => hasMessages(listener, said + SAY_AT_ONCE)));
    }
    attached.close();
  }

  /** The messages in a person's store, in the order of the timeline. */
  async function messagesOf(person: Person): Promise<string[]> {
    const attached = await Attached.to(person);
    const path = person.pathFor(`export-${performance.now()}.jsonl`);
    await attached.request('export', { room: 'lobby', format: 'jsonl', path });
    attached.close();
    const entries = readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    return entries.flatMap((entry) => (typeof entry.text === 'string' ? [entry.text as string] : []));
  }

  /** Each message is an event once, whether it came as it was said or later. */
  async function hasMessages(person: Person, wanted: number): Promise<void> {
    const lines = linesOf(person);
    const heard = heardBy.get(person) ?? { next: 0, count: 0 };
    heardBy.set(person, heard);
    await lines.until(`${wanted} messages`, MESSAGES_MS_MAX, () => {
      for (; heard.next < lines.events.length; heard.next++)
        if (lines.events[heard.next]?.type === 'message') heard.count++;
      return heard.count >= wanted ? true : undefined;
    });
  }

  /** What all hosts have sent since it was asked last, as shares of the file. */
  let sentBefore = 0;
  function cost(): number {
    const sent = network.hosts.reduce((sum, host) => sum + host.counters().sent.bytes, 0);
    const share = (sent - sentBefore) / SIZE;
    sentBefore = sent;
    return share;
  }
  function print(what: string, sinceMs: number, share: number): void {
    const seconds = (performance.now() - sinceMs) / 1000;
    console.log(`  ${what}: ${seconds.toFixed(1)} s, ${share.toFixed(2)} times the file on the wire`);
  }

  it(
    'the sender is killed when each block has two holders, and everybody finishes without it',
    { timeout: TEST_MS_MAX },
    async () => {
      const [sender, ...receivers] = people.slice(0, 6) as [Person, ...Person[]];
      const path = sender.pathFor(NAME);
      writeFileSync(path, randomBytes(SIZE));
      const joined = (): number =>
        linesOf(sender).events.filter(({ type }) => type === 'member-joined').length;
      await linesOf(sender).until('five members', 10_000, () => (joined() >= 5 ? true : undefined));
      cost();
      const saidFrom = performance.now();
      await sayAll(sender, receivers);
      print(`${MESSAGES} messages to five`, saidFrom, cost());
      const attached = await Attached.to(sender);
      const start = performance.now();
      const sending = sender.start('send', path, '--expect', '5');
      const paused = await Promise.all(receivers.slice(-2).map(pauseMidway));
      const isSafe = (event: Seen): boolean => transferIn(event)?.atRiskBytes === 0;
      await attached.lines.find('nothing at risk', FILE_MS_MAX, isSafe);
      const killedAt = performance.now();
      linesOf(sender).kill('SIGKILL');
      print('until each block had two holders', start, cost());
      expect(paused.map(({ person }) => isDone(person))).toEqual([false, false]);
      await Promise.all(paused.map(({ resume }) => resume()));
      await Promise.all(receivers.map(doneAt));
      const share = cost();
      print('the rest of two, without the sender', killedAt, share);
      // Both lack the same, and it is sent once for them.
      expect(share).toBeLessThan(1.5);
      const sent = hash(readFileSync(path));
      for (const one of receivers) expect(hash(one.receivedBytes(NAME)), one.name).toBe(sent);
      sending.kill('SIGKILL');
    },
  );

  it('a seventh joins, and gets all of it from those who have it', { timeout: TEST_MS_MAX }, async () => {
    const late = people[6] as Person;
    const holder = people[1] as Person;
    await sleep(1000);
    cost();
    const start = performance.now();
    watching.set(late, await late.stay());
    const messages = hasMessages(late, MESSAGES).then(() => performance.now());
    await doneAt(late);
    const seconds = (((await messages) - start) / 1000).toFixed(1);
    const share = cost();
    print(`a seventh, from those who have it, its messages after ${seconds} s`, start, share);
    // Five have it, and nothing is sent by two of them.
    expect(share).toBeLessThan(1.5);
    expect(hash(late.receivedBytes(NAME))).toBe(hash(holder.receivedBytes(NAME)));
    expect(await messagesOf(late)).toEqual(await messagesOf(holder));
  });
});

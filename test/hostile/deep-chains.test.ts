/** The deepest that anything can be nested here are chains, of messages and of operations: they cost no stack. */
import { expect, test } from 'vitest';
import { TestNetwork } from '../private-network.ts';
import type { Person } from '../private-network.ts';
import { OPERATIONS_MAX, OPERATIONS_PER_AUTHOR_MAX } from '../../src/core/limits.ts';
import { MembershipLog } from '../../src/core/private/membership-log.ts';
import { add, person, Scenario, update } from '../../src/core/private/scenario.testkit.ts';
import { encodeFragment } from '../../src/core/wire/fragment.ts';
import { recordPrefix } from '../../src/core/wire/id-bytes.ts';
import { signOperation } from '../../src/core/wire/operation.ts';
import type { Operation } from '../../src/core/wire/operation.ts';
import { signRecord } from '../../src/core/wire/record.ts';
import type { LogRecord } from '../../src/core/wire/record.ts';

test('five hundred messages, each after the other, that come last one first', () => {
  const net = new TestNetwork('ann', 'bob');
  const [ann, bob] = net.people as [Person, Person];
  const records: LogRecord[] = [];
  for (let sequence = 1; sequence <= 500; sequence++) {
    records.push(
      signRecord(bob.crypto, {
        room: net.lobby,
        publicKey: bob.identity.publicKey,
        incarnation: 'ab'.repeat(8),
        sequence,
        previous: records.at(-1)?.id,
        parents: [],
        depth: sequence,
        at: 0,
        name: bob.name,
        body: { kind: 'text', text: `${sequence}` },
      }),
    );
  }
  // Nobody has them to be asked for: bob's own program never wrote them.
  bob.isDown = true;
  for (const { id, bytes } of records.toReversed()) {
    net.inject(ann, encodeFragment(net.lobby, recordPrefix(id), bytes, 0), bob.address);
    net.now += 1;
  }
  const texts = ann.of('message').map(({ text }) => text);
  expect(texts).toHaveLength(500);
  expect(texts).toEqual(records.map(({ sequence }) => `${sequence}`));
}, 60_000);

test('a membership log as deep as it may be, each operation after all others', () => {
  const people = Array.from({ length: 5 }, (_, i) => person(`p${i}`));
  const [creator, ...others] = people as [(typeof people)[0], ...typeof people];
  const story = new Scenario(creator);
  for (const other of others) story.write(creator, add(other, 'admin'));
  const log = new MembershipLog(creator.crypto, story.room);
  for (const { bytes } of story.operations) expect(log.insert(bytes).kind).toBe('inserted');
  const newest = new Map<string, Operation>();
  for (const operation of story.operations) newest.set(operation.author, operation);
  let last: Operation = story.operations.at(-1) ?? story.genesis;
  const grants = new Map(others.map((one, i) => [one.id, story.operations[i + 1] as Operation]));
  for (let round = 0; log.size < OPERATIONS_MAX; round++) {
    const author = others[round % others.length] as (typeof people)[0];
    const previous = newest.get(author.id);
    const sequence = (previous?.sequence ?? 0) + 1;
    if (sequence > OPERATIONS_PER_AUTHOR_MAX) break;
    last = signOperation(author.crypto, {
      room: story.room,
      publicKey: author.publicKey,
      sequence,
      previous: previous?.id,
      authority: grants.get(author.id)?.id,
      parents: last.id === previous?.id ? [] : [last.id],
      depth: last.depth + 1,
      body: update(author, round),
    });
    newest.set(author.id, last);
    expect(log.insert(last.bytes).kind).toBe('inserted');
  }
  expect(log.size).toBeGreaterThan(OPERATIONS_MAX - 10);
  expect(last.depth).toBe(log.size);
  expect(log.state()?.members.size).toBe(5);
  expect(log.heads()).toEqual([last.id]);
  expect(log.notCoveredBy([last.id])).toEqual([]);
}, 60_000);

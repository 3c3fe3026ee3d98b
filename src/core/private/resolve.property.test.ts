import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../base/prng.ts';
import { toHex } from '../../base/bytes.ts';
import type { Operation } from '../wire/operation.ts';
import { MembershipLog } from './membership-log.ts';
import { randomRoom, STEP_LIMITS } from './random-room.testkit.ts';
import type { Step } from './random-room.testkit.ts';
import { referenceState } from './reference.testkit.ts';
import { resolve } from './resolve.ts';
import type { RoomState } from './room-state.ts';
import { person } from './scenario.testkit.ts';

const step: fc.Arbitrary<Step> = fc.record({
  who: fc.nat(STEP_LIMITS.who - 1),
  whom: fc.nat(STEP_LIMITS.whom - 1),
  what: fc.nat(STEP_LIMITS.what - 1),
  choice: fc.nat(STEP_LIMITS.choice - 1),
});
const steps = fc.array(step, { minLength: 10, maxLength: 60, size: 'max' });

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = seededRandom(seed);
  const keyed = items.map((item) => ({ item, key: random.next() }));
  return keyed.toSorted((a, b) => a.key - b.key).map(({ item }) => item);
}

/** A state as plain data whose order says nothing. */
function plain(state: RoomState | undefined): unknown {
  if (state === undefined) return undefined;
  const entries = <V>(map: ReadonlyMap<string, V>): Record<string, V> =>
    Object.fromEntries([...map].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return {
    ...state,
    members: entries(state.members),
    departed: entries(state.departed),
    removals: entries(state.removals),
    openInvites: entries(state.openInvites),
    quarantined: entries(state.quarantined),
    verdicts: entries(state.verdicts),
  };
}

/** The part of a state that the reference states, in its form. */
function asReference(state: RoomState): unknown {
  return {
    verdicts: Object.fromEntries(state.verdicts),
    members: Object.fromEntries(
      [...state.members].map(([id, { rank, prekey, name }]) => [
        id,
        { ...rank, prekey: prekey.join(), name },
      ]),
    ),
    departed: Object.fromEntries(
      [...state.departed].map(([id, { reason, cut }]) => [id, { reason, cut: cut?.sequence }]),
    ),
    roomName: state.roomName,
    openInvites: [...state.openInvites.keys()].toSorted(),
    heads: state.heads,
    forked: [...state.quarantined.keys()].toSorted(),
  };
}

/** With proofs of invites that hold by decree: the generator does not know the invites' secrets. */
const crypto = { ...person('reader').crypto, verify: () => true };

function logOf(operations: readonly Operation[]): MembershipLog {
  const log = new MembershipLog(crypto, (operations.find(({ depth }) => depth === 1) as Operation).room);
  for (const operation of operations) log.insert(operation.bytes);
  return log;
}

const RUNS = 500;

describe('resolution of random histories', () => {
  test('is what the plain reference says', () => {
    fc.assert(
      fc.property(steps, (steps) => {
        const operations = randomRoom(steps);
        const state = resolve(operations) as RoomState;
        expect(state.verdicts.size).toBe(operations.length);
        expect(asReference(state)).toEqual(referenceState(operations));
      }),
      { numRuns: 1000 },
    );
  });

  test('does not depend on the order of arrival', () => {
    fc.assert(
      fc.property(steps, fc.nat(), (steps, seed) => {
        const operations = randomRoom(steps);
        const expected = plain(resolve(operations));
        expect(plain(resolve(shuffled(operations, seed)))).toEqual(expected);
        expect(plain(resolve([...operations, ...shuffled(operations, seed)].reverse()))).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  test('is the same in a log that gets the operations in any order, some of them twice', () => {
    fc.assert(
      fc.property(steps, fc.nat(), (steps, seed) => {
        // A third branch at one place is taken only where somebody else built on it; see membership-log.test.ts.
        const places = new Map<string, number>();
        const operations = randomRoom(steps);
        for (const { author, sequence } of operations) {
          const place = `${author}/${sequence}`;
          places.set(place, (places.get(place) ?? 0) + 1);
        }
        fc.pre([...places.values()].every((count) => count <= 2));
        const log = logOf([...shuffled(operations, seed), ...shuffled(operations, seed + 1)]);
        expect(log.waitingCount).toBe(0);
        expect([...log.operations()].map(({ bytes }) => toHex(bytes)).toSorted()).toEqual(
          operations.map(({ bytes }) => toHex(bytes)).toSorted(),
        );
        expect(plain(log.state())).toEqual(plain(resolve(operations)));
      }),
      { numRuns: 300 },
    );
  });

  test('is what the reference says on long histories, which reach every verdict', () => {
    const random = seededRandom(1);
    const seen = new Map<string, number>();
    for (let run = 0; run < RUNS; run++) {
      const operations = randomRoom(
        Array.from({ length: 40 + random.below(60) }, (): Step => ({
          who: random.below(STEP_LIMITS.who),
          whom: random.below(STEP_LIMITS.whom),
          what: random.below(STEP_LIMITS.what),
          choice: random.below(STEP_LIMITS.choice),
        })),
      );
      const state = resolve(operations) as RoomState;
      expect(asReference(state), `run ${run}`).toEqual(referenceState(operations));
      for (const verdict of state.verdicts.values()) seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
    }
    expect([...seen.keys()].toSorted()).toEqual([
      'counts',
      'ended',
      'invite-lost',
      'invite-older-than-removal',
      'invite-spent',
      'invite-void',
      'outranked',
      'quarantined',
      'role',
      'void-authority',
      'voided',
    ]);
  });
});

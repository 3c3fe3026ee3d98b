/** A room to write stories in, and questions to ask of it. */
import { InvariantError } from '../../base/assert.ts';
import type { Operation } from '../wire/operation.ts';
import type { Verdict } from './decide.ts';
import { resolve } from './resolve.ts';
import type { RoomState } from './room-state.ts';
import { add, person, Scenario } from './scenario.testkit.ts';
import type { Person } from './scenario.testkit.ts';

export const ann = person('ann');
export const bob = person('bob');
export const cleo = person('cleo');
export const dan = person('dan');
export const eve = person('eve');

/** Ann's room, with Bob and then Cleo as admins and Dan as a member; `start` is the last of these operations. */
export function smallRoom(): { story: Scenario; start: Operation } {
  const story = new Scenario(ann);
  story.write(ann, add(bob, 'admin'));
  story.write(ann, add(cleo, 'admin'));
  return { story, start: story.write(ann, add(dan)) };
}

export function stateOf(story: Scenario): RoomState {
  const state = resolve(story.operations);
  if (state === undefined) throw new InvariantError('a room without a genesis');
  return state;
}

export const verdict = (story: Scenario, operation: Operation): Verdict | undefined =>
  stateOf(story).verdicts.get(operation.id);
export const roleOf = (story: Scenario, { id }: Person): string | undefined =>
  stateOf(story).members.get(id)?.rank.role;
export const isIn = (story: Scenario, person: Person): boolean => roleOf(story, person) !== undefined;

/**
 * Random histories of a room: a handful of people, each with its own view, write whatever they please (allowed or not),
 * hear of each other's operations now and then, and fork.
 */
import type { Operation } from '../wire/operation.ts';
import type { OperationBody } from '../wire/operation-body.ts';
import type { Person } from './scenario.testkit.ts';
import {
  add,
  demote,
  grantsTo,
  invite,
  leave,
  person,
  promote,
  remove,
  rename,
  revoke,
  Scenario,
  update,
  use,
} from './scenario.testkit.ts';

export interface Step {
  readonly who: number;
  readonly whom: number;
  readonly what: number;
  readonly choice: number;
}

export const STEP_LIMITS = { who: 6, whom: 6, what: 40, choice: 1000 };

const people = ['ann', 'bob', 'cleo', 'dan', 'eve', 'fay'].map(person);

/** The operations that come of it, ancestors first. */
export function randomRoom(steps: readonly Step[]): Operation[] {
  const scenario = new Scenario(people[0] as Person);
  const views = people.map(() => new Set([scenario.genesis]));
  // Most rooms have admins.
  for (const at of [1, 2]) {
    const made = scenario.write(people[0] as Person, add(people[at] as Person, 'admin'));
    for (const view of views) view.add(made);
  }
  steps.forEach((step, salt) => play(scenario, views, step, salt));
  return scenario.operations;
}

function play(scenario: Scenario, views: Set<Operation>[], step: Step, salt: number): void {
  const author = people[step.who] as Person;
  const view = views[step.who] as Set<Operation>;
  const other = people[step.whom] as Person;
  if (step.what < 12) {
    for (const operation of views[step.whom] as Set<Operation>) view.add(operation);
    return;
  }
  const forks = step.what === 39;
  const seen = forks ? [...view].slice(0, 1 + (step.choice % view.size)) : [...view];
  const grants = seen.filter((operation) => grantsTo(operation, author.id));
  const own = scenario.operations.filter((operation) => operation.author === author.id);
  const previous = forks ? seen.filter((operation) => operation.author === author.id).at(-1) : own.at(-1);
  const authority = grants[step.choice % grants.length];
  if (authority === undefined || (previous === undefined && author === people[0])) return;
  const body = bodyOf(step, seen, author, other, salt);
  if (body === undefined) return;
  const made = scenario.write(author, body, { after: seen, previous: previous ?? null, authority });
  view.add(made);
}

function bodyOf(
  { what, choice }: Step,
  seen: readonly Operation[],
  author: Person,
  other: Person,
  salt: number,
): OperationBody | undefined {
  const isSelf = author === other;
  if (what === 39 || what < 14) return update(author, salt);
  if (what < 16) return leaveOr(choice, rename(`room ${salt}`));
  if (what < 17) return { kind: 'history', history: { kind: 'days', days: 1 + salt } };
  if (what < 19) return demote(other);
  if (what < 23) return invite(`${salt}`);
  if (isSelf) return undefined;
  if (what < 27) return remove(other, salt);
  if (what < 30) return promote(other, choice % 4 === 0 ? 'owner' : 'admin');
  if (what < 34) return add(other, (['member', 'member', 'admin', 'owner'] as const)[choice % 4] ?? 'member');
  const invites = seen.filter((operation) => operation.body.kind === 'invite');
  const chosen = invites[choice % invites.length];
  if (chosen === undefined) return undefined;
  return what === 38 ? revoke(chosen) : use(chosen, 'any', other);
}

const leaveOr = (choice: number, body: OperationBody): OperationBody => (choice % 5 === 0 ? leave : body);

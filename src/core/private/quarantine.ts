/**
 * Forks (membership.md §6): two operations of one author with one sequence number are proof that the author, or who
 * holds its key, shows different members different things. Its operations from there on are contested; one still counts
 * where another member built on it before it knew of the fork, so that a fork undoes nothing that a room has lived by.
 */
import type { MemberId } from '../../base/ids.ts';
import { decide, precedes } from './decide.ts';
import type { Verdict } from './decide.ts';
import type { Node } from './graph.ts';

/** Every author that forked, with its forks: operations at one place. */
export function forksOf(nodes: readonly Node[]): Map<MemberId, Node[][]> {
  const places = new Map<string, Node[]>();
  for (const node of nodes) {
    const place = `${node.operation.author}/${node.operation.sequence}`;
    places.set(place, [...(places.get(place) ?? []), node]);
  }
  const forks = new Map<MemberId, Node[][]>();
  for (const branches of places.values()) {
    const author = branches[0]?.operation.author;
    if (branches.length < 2 || author === undefined) continue;
    forks.set(author, [...(forks.get(author) ?? []), branches]);
  }
  return forks;
}

/** The verdicts on all operations, forks included. */
export function decideAll(
  nodes: readonly Node[],
  forks: ReadonlyMap<MemberId, readonly Node[][]>,
): Verdict[] {
  const contested = new Set(nodes.filter((node) => isContested(node, forks)));
  if (contested.size === 0) return decide(nodes, contested);
  // Who may speak for a contested operation must be a member without any of them.
  const strict = decide(nodes, contested);
  const witnesses = nodes.filter((node) => strict[node.index] === 'counts');
  const quarantined = new Set(
    [...contested].filter((node) => !witnesses.some((witness) => speaksFor(witness, node, forks))),
  );
  return decide(nodes, quarantined);
}

/** At or after the first place where the author has two operations. */
function isContested(node: Node, forks: ReadonlyMap<MemberId, readonly Node[][]>): boolean {
  const own = forks.get(node.operation.author) ?? [];
  return own.some((branches) => (branches[0] as Node).operation.sequence <= node.operation.sequence);
}

/** Somebody else built on it, and had not seen any fork of its author. */
function speaksFor(witness: Node, node: Node, forks: ReadonlyMap<MemberId, readonly Node[][]>): boolean {
  if (witness.operation.author === node.operation.author || !precedes(node, witness)) return false;
  const own = forks.get(node.operation.author) ?? [];
  return !own.some((branches) => branches.filter((branch) => precedes(branch, witness)).length >= 2);
}

/**
 * Forks (membership.md §6): two operations of one author with one sequence number are proof that the author, or who
 * holds its key, shows different members different things. Its operations from there on are contested; one still counts
 * where another member built on it before it knew of the fork, so that a fork undoes nothing that a room has lived by.
 */
import type { MemberId } from '../../base/ids.ts';
import { Ancestors } from './ancestors.ts';
import { precedes } from './decide.ts';
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

/** Contested operations that nobody speaks for. Whether a witness counts must not matter (§6). */
export function quarantinedOf(
  nodes: readonly Node[],
  forks: ReadonlyMap<MemberId, readonly Node[][]>,
): Set<Node> {
  const quarantined = new Set<Node>();
  for (const [author, places] of forks) {
    const witnesses = nodes.filter((node) => node.operation.author !== author && !knows(node, places));
    const builtOn = new Ancestors(nodes.length, witnesses);
    const first = Math.min(...places.map((branches) => (branches[0] as Node).operation.sequence));
    for (const node of nodes) {
      const { operation } = node;
      if (operation.author === author && operation.sequence >= first && !builtOn.has(node.index))
        quarantined.add(node);
    }
  }
  return quarantined;
}

/** It follows two operations at one place. */
const knows = (node: Node, places: readonly Node[][]): boolean =>
  places.some((branches) => branches.filter((branch) => precedes(branch, node)).length >= 2);

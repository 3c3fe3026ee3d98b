/**
 * The state of a private room as a pure function of the set of its operations (membership.md): whatever order they came
 * in, and however often, whoever holds the same operations has the same state.
 */
import type { OperationId } from '../../base/ids.ts';
import type { Operation } from '../wire/operation.ts';
import { decide } from './decide.ts';
import type { Verdict } from './decide.ts';
import { OperationGraph } from './graph.ts';
import { forksOf, quarantinedOf } from './quarantine.ts';
import { countedState } from './room-state.ts';
import type { RoomState } from './room-state.ts';

/** Of verified operations of one room. Undefined without a genesis; what lacks an ancestor or breaks a link is left out. */
export function resolve(operations: Iterable<Operation>): RoomState | undefined {
  const graph = new OperationGraph();
  const known = new Map<OperationId, Operation>();
  for (const operation of operations) known.set(operation.id, operation);
  // An ancestor is always less deep, whether or not the depths that are claimed are true.
  const byDepth = [...known.values()].toSorted((a, b) => a.depth - b.depth);
  for (const operation of byDepth) if (graph.missing(operation).length === 0) graph.add(operation);
  return stateOf(graph);
}

/** Of a graph; undefined while it is empty. */
export function stateOf(graph: OperationGraph): RoomState | undefined {
  const { nodes } = graph;
  if (nodes.length === 0) return undefined;
  const forks = forksOf(nodes);
  const verdicts = decide(nodes, quarantinedOf(nodes, forks));
  const counted = nodes.filter((node) => verdicts[node.index] === 'counts');
  return {
    ...countedState(nodes, counted),
    quarantined: new Map(
      [...forks].map(([author, places]) => {
        const first = places.toSorted((a, b) => sequenceOf(a) - sequenceOf(b))[0] ?? [];
        const ids = first.map((node) => node.operation.id).toSorted();
        return [author, [ids[0] as OperationId, ids[1] as OperationId]] as const;
      }),
    ),
    verdicts: new Map(nodes.map((node) => [node.operation.id, verdicts[node.index] as Verdict])),
    heads: graph.heads(),
  };
}

const sequenceOf = (branches: readonly { readonly operation: Operation }[]): number =>
  branches[0]?.operation.sequence ?? 0;

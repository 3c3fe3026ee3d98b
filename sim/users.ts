/** What people do when a file is offered: most take it, after a while; some decline, some never answer. */
import type { Random } from '../src/base/prng.ts';
import type { PeerEvent } from '../src/core/api.ts';
import type { Cluster } from './cluster.ts';
import type { SimNode } from './node.ts';

const ANSWER_MS_MAX = 1500;
const CANCEL_MS_MAX = 3000;

export function answerOffers(cluster: Cluster, random: Random): void {
  cluster.onObservation = (observation) => {
    if (observation.type !== 'event' || observation.event.type !== 'transfer-offered') return;
    if (!observation.event.own) answer(cluster, random, observation.node, observation.event);
  };
}

function answer(
  cluster: Cluster,
  random: Random,
  node: SimNode,
  event: PeerEvent & { type: 'transfer-offered' },
): void {
  const { transfer } = event;
  const kind = random.below(40);
  const isAtOnce = random.below(2) === 0;
  const reception = cluster.ledger.reception(node, transfer);
  const isOpen = (): boolean =>
    node.isRunning &&
    reception !== undefined &&
    reception === cluster.ledger.reception(node, transfer) &&
    reception.outcome === undefined;
  if (kind === 0) return;
  // A daemon that accepts by itself answers within a few milliseconds, a person does not.
  cluster.queue.after(isAtOnce ? 3 * random.next() : ANSWER_MS_MAX * random.next(), () => {
    if (!isOpen()) return;
    if (kind === 1) node.decline(transfer);
    else node.accept(transfer);
  });
  if (kind !== 2) return;
  cluster.queue.after(ANSWER_MS_MAX + CANCEL_MS_MAX * random.next(), () => {
    if (isOpen()) node.cancel(transfer);
  });
}

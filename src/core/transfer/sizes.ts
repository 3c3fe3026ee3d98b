/** Sizes of what all transfers keep, for the simulator's bounds check and for logs. */
import type { Transfers } from './frame-routes.ts';

export function sizesOf({ own, incoming, parked, streams }: Transfers): Readonly<Record<string, number>> {
  let transferBlocks = streams.blocksHeld();
  let holders = 0;
  for (const transfer of incoming.values()) {
    transferBlocks = Math.max(transferBlocks, transfer.blocksHeld());
    holders = Math.max(holders, transfer.holding.holders.size);
  }
  for (const { holding } of own.values()) holders = Math.max(holders, holding.holders.size);
  return { outgoing: own.size, incoming: incoming.size, parked: parked.size, holders, transferBlocks };
}

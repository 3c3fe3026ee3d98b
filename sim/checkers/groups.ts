/** A member is in the multicast groups of its rooms and in no other; bulk groups only while a file comes or is waited for. */
import { BULK_SLOTS } from '../../src/core/limits.ts';
import { groupKey } from '../network.ts';
import { Violation } from '../violation.ts';
import type { Checker, CheckerFactory } from './checker.ts';

const NAME = 'groups';

export const groupsChecker: CheckerFactory = ({ nodes, network, ledger }): Checker => ({
  name: NAME,
  finish() {
    for (const node of nodes) {
      const rooms = node.isRunning ? [...node.rooms] : [];
      const waitedFor = [...ledger.transfers.values()].filter(({ id }) => {
        const reception = ledger.reception(node, id);
        return reception?.decision === 'accepted' && reception.outcome === undefined;
      });
      const bulk = waitedFor.map(({ id, record: { room } }) =>
        groupKey({ kind: 'bulk', room, slot: Number.parseInt(id.slice(0, 8), 16) % BULK_SLOTS }),
      );
      const control = rooms.map((room) => groupKey({ kind: 'control', room }));
      const expected = [...new Set([...control, ...bulk])].toSorted();
      const actual = network.groupsOf(node.index).toSorted();
      if (actual.join(', ') === expected.join(', ')) continue;
      throw new Violation(
        NAME,
        `node ${node.index} is in the groups [${actual.join(', ')}] instead of [${expected.join(', ')}]`,
      );
    }
  },
});

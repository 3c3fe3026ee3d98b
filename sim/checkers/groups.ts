/** A member is in the multicast groups of its rooms and in no other; bulk groups only while a file comes. */
import { groupKey } from '../network.ts';
import { Violation } from '../violation.ts';
import type { Checker, CheckerFactory } from './checker.ts';

const NAME = 'groups';

export const groupsChecker: CheckerFactory = ({ nodes, network }): Checker => ({
  name: NAME,
  finish() {
    for (const node of nodes) {
      const expected = node.isRunning
        ? [...node.rooms].map((room) => groupKey({ kind: 'control', room })).toSorted()
        : [];
      const actual = network.groupsOf(node.index).toSorted();
      if (actual.join(', ') === expected.join(', ')) continue;
      throw new Violation(
        NAME,
        `node ${node.index} is in the groups [${actual.join(', ')}] instead of [${expected.join(', ')}]`,
      );
    }
  },
});

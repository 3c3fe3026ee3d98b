/**
 * After healing, the stores of all who are in a room hold one timeline: the same records, in the one order, whatever was
 * in pieces meanwhile and whoever crashed. An id is the hash of all that a record says, so equal ids are equal content.
 */
import type { RoomId } from '../../src/base/ids.ts';
import type { SimNode } from '../node.ts';
import { Violation } from '../violation.ts';
import type { Checker, CheckerFactory } from './checker.ts';

const NAME = 'timeline';

export const timelineChecker: CheckerFactory = ({ nodes }): Checker => {
  const present = (): Map<RoomId, SimNode[]> => {
    const byRoom = new Map<RoomId, SimNode[]>();
    for (const node of nodes)
      for (const room of node.rooms)
        if (node.isRunning && node.catchesUp && node.joined.has(room))
          byRoom.set(room, [...(byRoom.get(room) ?? []), node]);
    return byRoom;
  };

  const difference = (): string | undefined => {
    for (const [room, [first, ...others]] of present()) {
      const expected = first?.store.records.all(room) ?? [];
      for (const other of others) {
        const actual = other.store.records.all(room);
        const at = expected.findIndex(({ id }, index) => actual[index]?.id !== id);
        if (at < 0 && actual.length === expected.length) continue;
        const place = at < 0 ? expected.length : at;
        return `the timelines of nodes ${first?.index} (${expected.length}) and ${other.index} (${actual.length}) differ from place ${place} on`;
      }
    }
    return undefined;
  };

  return {
    name: NAME,
    pending: difference,
    finish() {
      const what = difference();
      if (what !== undefined) throw new Violation(NAME, what);
    },
  };
};

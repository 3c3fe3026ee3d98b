/**
 * After healing, all members who are in a room show the same conversation: everything that any of them shows and
 * everything that any of them wrote, in one order. The order of a screen is the place (depth, author, sequence, id),
 * which the invented-checker holds to the record, so the same set is the same order.
 */
import type { RecordId, RoomId } from '../../src/base/ids.ts';
import type { Session } from '../ledger.ts';
import { Violation } from '../violation.ts';
import type { Checker, CheckerFactory } from './checker.ts';

const NAME = 'agreement';

export const agreementChecker: CheckerFactory = ({ ledger, nodes }): Checker => {
  const liveSessions = (): Map<RoomId, Session[]> => {
    const byRoom = new Map<RoomId, Session[]>();
    for (const node of nodes) {
      for (const room of node.rooms) {
        const session = ledger.session(node, room);
        if (session === undefined || !node.isRunning) continue;
        byRoom.set(room, [...(byRoom.get(room) ?? []), session]);
      }
    }
    return byRoom;
  };

  /** What must be on every screen of the room. */
  const expectedIn = (room: RoomId, sessions: readonly Session[]): Set<RecordId> => {
    const expected = new Set<RecordId>();
    for (const session of sessions) for (const id of session.shown) expected.add(id);
    const authors = new Set(sessions.map((session) => session.node));
    for (const record of ledger.records.values()) {
      if (record.room !== room || record.durableAt === undefined || record.kind === 'end') continue;
      if (authors.has(record.author)) expected.add(record.id);
    }
    return expected;
  };

  const missing = (): string | undefined => {
    for (const [room, sessions] of liveSessions()) {
      const expected = expectedIn(room, sessions);
      for (const session of sessions) {
        if (!session.node.catchesUp) continue;
        const shown = new Set([...session.shown, ...session.restored]);
        const lacking = [...expected].filter((id) => !shown.has(id));
        if (lacking.length === 0) continue;
        const first = ledger.records.get(lacking[0]!);
        return (
          `node ${session.node.index} lacks ${lacking.length} of ${expected.size} records; the first is ` +
          `${lacking[0]?.slice(0, 8)}, number ${first?.sequence} of node ${first?.author.index}`
        );
      }
    }
    return undefined;
  };

  return {
    name: NAME,
    pending: missing,
    finish() {
      const what = missing();
      if (what !== undefined) throw new Violation(NAME, what);
    },
  };
};

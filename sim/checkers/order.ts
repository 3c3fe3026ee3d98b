/**
 * Each author's messages are shown in the author's order, and nothing before what its author had seen. The place
 * that the core gives a record (depth) must agree with that, so that sorting by place is causal on every screen. A
 * member that was cut off long enough may give up waiting (protocol.md: waiving); only then is a gap excused.
 */
import type { RecordId, RoomId } from '../../src/base/ids.ts';
import { WAIVE_AFTER_MS } from '../../src/core/limits.ts';
import type { KnownRecord, Session } from '../ledger.ts';
import type { SimNode } from '../node.ts';
import { Violation } from '../violation.ts';
import type { Checker, CheckerFactory } from './checker.ts';

const NAME = 'order';

interface Shown {
  readonly ids: Set<RecordId>;
  /** Highest sequence shown, by author and life: a chain that was forked counts as two. */
  readonly lastOfAuthor: Map<SimNode, KnownRecord>;
}

export const orderChecker: CheckerFactory = ({ ledger, nodes }): Checker => {
  const shownIn = new WeakMap<Session, Shown>();

  const isExcused = (now: number, session: Session): boolean =>
    ledger.disturbedMs(nodes, session.startedAt - WAIVE_AFTER_MS, now) > 0;

  const wasShown = (node: SimNode, event: { readonly room: RoomId; readonly message: RecordId }): boolean => {
    const session = ledger.session(node, event.room);
    return session !== undefined && shownIn.get(session)?.ids.has(event.message) === true;
  };

  const check = (now: number, node: SimNode, id: RecordId): void => {
    const record = ledger.records.get(id);
    const session = record && ledger.session(node, record.room);
    if (record === undefined || session === undefined) return;
    let shown = shownIn.get(session);
    if (shown === undefined) shownIn.set(session, (shown = { ids: new Set(), lastOfAuthor: new Map() }));
    const previous = shown.lastOfAuthor.get(record.author);
    if (previous !== undefined && previous.sequence > record.sequence && !isExcused(now, session)) {
      throw new Violation(
        NAME,
        `node ${node.index} was shown number ${record.sequence} of node ${record.author.index} after number ${previous.sequence}`,
      );
    }
    for (const ancestorId of record.ancestors) {
      const ancestor = ledger.records.get(ancestorId);
      if (ancestor === undefined) continue;
      if (ancestor.depth >= record.depth) {
        throw new Violation(NAME, `record ${id} has depth ${record.depth}, its ancestor ${ancestor.depth}`);
      }
      // Who does not catch up begins in the middle.
      if (!node.catchesUp) continue;
      if (
        shown.ids.has(ancestorId) ||
        session.restored.has(ancestorId) ||
        ancestor.kind === 'end' ||
        isExcused(now, session)
      )
        continue;
      throw new Violation(NAME, `node ${node.index} was shown ${id} before its ancestor ${ancestorId}`);
    }
    shown.ids.add(id);
    if (previous === undefined || previous.sequence < record.sequence) {
      shown.lastOfAuthor.set(record.author, record);
    }
  };

  return {
    name: NAME,
    observe(now, observation) {
      if (observation.type !== 'event') return;
      const { event, node } = observation;
      if (event.type === 'message' || event.type === 'annotation') check(now, node, event.id);
      // A parked offer keeps its place; being offered later changes nothing in the order.
      else if (event.type === 'offer-parked') check(now, node, event.message);
      else if (event.type === 'transfer-offered' && !wasShown(node, event)) check(now, node, event.message);
    },
  };
};

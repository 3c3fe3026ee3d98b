/** Nothing is shown twice in one stay in a room, and nothing at all after its end. */
import type { PeerEvent } from '../../src/core/api.ts';
import type { Session } from '../ledger.ts';
import type { SimNode } from '../node.ts';
import { Violation } from '../violation.ts';
import type { Checker, CheckerFactory } from './checker.ts';

const NAME = 'duplicate';

export const duplicateChecker: CheckerFactory = ({ ledger }): Checker => {
  const seen = new WeakMap<Session, Set<string>>();

  const check = (node: SimNode, event: PeerEvent): void => {
    const key = onceKey(event);
    if (key === undefined || !('room' in event)) return;
    const session = ledger.session(node, event.room);
    if (session === undefined) {
      if (event.type === 'transfer-failed') return;
      throw new Violation(NAME, `node ${node.index} was shown "${key}" in a room that it has quit`);
    }
    let keys = seen.get(session);
    if (keys === undefined) seen.set(session, (keys = new Set()));
    if (event.type === 'transfer-accepted') {
      // A member that starts again may want, and end, the same transfer again.
      for (const end of ['done', 'failed']) keys.delete(`${end} ${key}`);
      return;
    }
    if (isEnd(event)) return noteEnd(keys, node, event, key);
    if (keys.has(key)) throw new Violation(NAME, `node ${node.index} was shown "${key}" twice`);
    keys.add(key);
  };

  /** A member that was given up may still turn out to have the file; any other second end is one too many. */
  const noteEnd = (keys: Set<string>, node: SimNode, event: TransferEnd, key: string): void => {
    const isDone = event.type === 'transfer-done';
    const isLateSuccess = isDone && event.member !== undefined && !keys.has(`done ${key}`);
    if (!isLateSuccess && (keys.has(`done ${key}`) || keys.has(`failed ${key}`))) {
      throw new Violation(NAME, `node ${node.index} was shown the ${key} twice`);
    }
    keys.add(`${isDone ? 'done' : 'failed'} ${key}`);
  };

  return {
    name: NAME,
    observe(_now, observation) {
      if (observation.type === 'event') check(observation.node, observation.event);
    },
  };
};

type TransferEnd = PeerEvent & { type: 'transfer-done' | 'transfer-failed' };

const isEnd = (event: PeerEvent): event is TransferEnd =>
  event.type === 'transfer-done' || event.type === 'transfer-failed';

/** What may happen once only in a session; undefined for what may come again. */
function onceKey(event: PeerEvent): string | undefined {
  switch (event.type) {
    case 'room-joined':
      return 'room joined';
    case 'message':
    case 'annotation':
      return `message ${event.id}`;
    case 'transfer-offered':
      return `offer ${event.message}`;
    case 'transfer-accepted':
    case 'transfer-done':
    case 'transfer-failed':
      return `end of ${event.transfer} at ${event.member ?? 'this member'}`;
    case 'finish-file':
      return `finish of ${event.transfer}`;
    default:
      return undefined;
  }
}

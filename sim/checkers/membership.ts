/**
 * After healing, every member lists exactly those who are there. The events told the same story as the list: who
 * followed them (a window, a terminal) shows the same people. After a calm time nobody is called away.
 */
import type { MemberId, RoomId } from '../../src/base/ids.ts';
import type { PeerEvent } from '../../src/core/api.ts';
import type { Session } from '../ledger.ts';
import type { SimNode } from '../node.ts';
import { Violation } from '../violation.ts';
import type { Checker, CheckerFactory } from './checker.ts';

const NAME = 'membership';

export const membershipChecker: CheckerFactory = (cluster): Checker => {
  const { ledger, nodes } = cluster;
  /** Others, as the events of a session tell. */
  const told = new WeakMap<Session, Set<MemberId>>();

  const toldIn = (session: Session): Set<MemberId> => {
    let members = told.get(session);
    if (members === undefined) told.set(session, (members = new Set()));
    return members;
  };

  const follow = (node: SimNode, event: PeerEvent): void => {
    if (event.type !== 'member-joined' && event.type !== 'member-left') return;
    const session = ledger.session(node, event.room);
    if (session === undefined || event.member.self) return;
    const members = toldIn(session);
    const isKnown = members.has(event.member.id);
    const label = `node ${node.index}: ${event.type} of ${event.member.name}`;
    if (event.type === 'member-joined') {
      if (isKnown) throw new Violation(NAME, `${label}, who is already there`);
      members.add(event.member.id);
    } else {
      if (!isKnown) throw new Violation(NAME, `${label}, who is not there`);
      members.delete(event.member.id);
    }
  };

  const presentIn = (room: RoomId): SimNode[] =>
    nodes.filter((node) => node.isRunning && node.rooms.has(room));

  /** The first wrong list, in words. */
  const wrongList = (isCalm: boolean): string | undefined => {
    const rooms = new Set(nodes.flatMap((node) => [...node.rooms]));
    for (const room of rooms) {
      const present = presentIn(room);
      for (const node of present) {
        const wrong = wrongListOf(node, room, present, isCalm);
        if (wrong !== undefined) return `node ${node.index} ${wrong}`;
      }
    }
    return undefined;
  };

  const wrongListOf = (
    node: SimNode,
    room: RoomId,
    present: readonly SimNode[],
    isCalm: boolean,
  ): string | undefined => {
    const listed = node.peer?.members(node.clock(), room) ?? [];
    const byId = new Map(listed.map((member) => [member.id, member]));
    if (byId.size !== listed.length) return 'lists a member twice';
    const session = ledger.session(node, room);
    const toldMembers = session === undefined ? undefined : toldIn(session);
    for (const other of present) {
      const view = byId.get(other.id);
      if (view === undefined) return `does not list node ${other.index}`;
      if (view.self !== (other === node)) return `lists node ${other.index} with the wrong "self"`;
      if (other !== node && toldMembers?.has(other.id) !== true) return `was not told of node ${other.index}`;
      if (isCalm && view.away) return `calls node ${other.index} away`;
      if (isCalm && view.name !== other.name) return `calls node ${other.index} by an old name`;
    }
    const extra = listed.find((member) => !present.some((other) => other.id === member.id));
    if (extra !== undefined) return `still lists ${extra.name}, who is not there`;
    return toldMembers !== undefined && toldMembers.size !== present.length - 1
      ? 'was told of more members than it lists'
      : undefined;
  };

  return {
    name: NAME,
    observe(_now, observation) {
      if (observation.type === 'event') follow(observation.node, observation.event);
    },
    pending: () => wrongList(false),
    finish() {
      const wrong = wrongList(true);
      if (wrong !== undefined) throw new Violation(NAME, wrong);
    },
  };
};

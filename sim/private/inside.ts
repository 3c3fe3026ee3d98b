/** What the checkers of private rooms look at inside of a core: what it resolves the membership to, at this moment. */
import type { RoomId } from '../../src/base/ids.ts';
import type { RoomState } from '../../src/core/private/room-state.ts';
import type { Room } from '../../src/core/room/room.ts';
import type { SimNode } from '../node.ts';

interface Inside {
  readonly rooms: ReadonlyMap<RoomId, Room>;
  readonly privates: {
    readonly rooms: ReadonlyMap<
      RoomId,
      { readonly isOpen: boolean; readonly log: { state(): RoomState | undefined } }
    >;
  };
}

const inside = (node: SimNode): Inside | undefined => node.peer as unknown as Inside | undefined;

/** Of a room that is open there. */
export function stateAt(node: SimNode, room: RoomId): RoomState | undefined {
  const known = inside(node)?.privates.rooms.get(room);
  return known?.isOpen === true ? known.log.state() : undefined;
}

/** Until HELLO tells it: what can be sealed to. */
export function teachPrekeys(node: SimNode, nodes: readonly SimNode[]): void {
  for (const { presence } of inside(node)?.rooms.values() ?? []) {
    for (const other of nodes) {
      const member = presence.roster.get(other.id);
      const [own] = other.prekeys;
      if (member === undefined || own === undefined) continue;
      member.prekey ??= { identity: member.publicKey, publicKey: own.publicKey, serial: own.serial };
    }
  }
}

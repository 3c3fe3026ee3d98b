/** What the checkers of private rooms look at inside of a core: what it resolves the membership to, at this moment. */
import type { RoomId } from '../../src/base/ids.ts';
import type { RoomState } from '../../src/core/private/room-state.ts';
import type { SimNode } from '../node.ts';

interface Inside {
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

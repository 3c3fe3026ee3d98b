import type { ReactNode } from 'react';
import type { Person } from '../../contract/api.ts';
import { useActions, useApp, useWords } from '../context.tsx';
import { roomsToAddTo } from '../state/people.ts';
import { shownName } from '../text/names.ts';
import { AddButton } from './AddButton.tsx';
import { Dialog } from './Dialog.tsx';
import { PersonName } from './PersonName.tsx';
import { RoomIcon } from './RoomIcon.tsx';

/** The private rooms that somebody can be let into. */
export function AddToRoomDialog({ member }: { readonly member: Person }): ReactNode {
  const words = useWords();
  const actions = useActions();
  const all = useApp((state) => state.rooms);
  const lists = useApp((state) => state.members);
  const rooms = roomsToAddTo(all);
  const isIn = (room: string): boolean =>
    lists[room]?.members.some((present) => present.id === member.id) === true;
  return (
    <Dialog title={words.addToRoomTitle(shownName(member.name))}>
      {rooms.length === 0 ? <p className="quiet">{words.addToRoomNone}</p> : null}
      <ul className="pick-list">
        {rooms.map((info) => (
          <li key={info.id} className="pick">
            <RoomIcon info={info} other={undefined} />
            <span className="pick-text pick-name">
              <PersonName name={info.name} />
            </span>
            <AddButton
              label={words.addToNamedRoom(shownName(info.name))}
              done={isIn(info.room) ? words.addToRoomIn : undefined}
              unavailable={undefined}
              add={() => actions.addMember(info.room, member.id)}
            />
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

import { TriangleAlert } from 'lucide-react';
import { useMemo } from 'react';
import type { ReactNode } from 'react';
import { useActions, useApp, useWords } from '../context.tsx';
import { peopleSeen } from '../state/people.ts';
import { NO_MEMBERS } from '../state/state.ts';
import { shownName } from '../text/names.ts';
import { AddButton } from './AddButton.tsx';
import { Badge } from './Badge.tsx';
import { Dialog } from './Dialog.tsx';
import { PickName } from './PickName.tsx';

/** Everybody who is seen in other rooms, to be let into this one without an invite. */
export function AddPeopleDialog({ room }: { readonly room: string }): ReactNode {
  const words = useWords();
  const actions = useActions();
  const lists = useApp((state) => state.members);
  const here = useApp((state) => (state.members[room] ?? NO_MEMBERS).members);
  const name = useApp((state) => state.rooms.find((info) => info.room === room)?.name ?? room);
  const people = useMemo(() => peopleSeen(lists), [lists]);
  const isIn = (id: string): boolean => here.some((member) => member.id === id);
  return (
    <Dialog title={words.addPeopleTitle(shownName(name))}>
      <p className="quiet">{people.length === 0 ? words.addPeopleNone : words.addPeopleText}</p>
      <ul className="pick-list">
        {people.map(({ id, name, verified, canBeReached, warning }) => (
          <li key={id} className="pick">
            <Badge id={id} name={name} />
            <div className="pick-text">
              <PickName id={id} name={name} verified={verified} />
              {warning === undefined ? null : (
                <p className="member-warning">
                  <TriangleAlert size={14} aria-hidden="true" />
                  {words.warnings[warning.kind]}
                </p>
              )}
            </div>
            <AddButton
              label={words.addPerson(shownName(name))}
              done={isIn(id) ? words.addToRoomIn : undefined}
              unavailable={canBeReached ? undefined : words.notReachable}
              add={() => actions.addMember(room, id)}
            />
          </li>
        ))}
      </ul>
      <div className="dialog-acts">
        <button type="button" className="button" onClick={() => actions.openDialog({ kind: 'invite', room })}>
          {words.invite}
        </button>
      </div>
    </Dialog>
  );
}

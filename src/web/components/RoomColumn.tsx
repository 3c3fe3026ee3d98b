import { Activity, LogIn, Plus, Settings } from 'lucide-react';
import { useId } from 'react';
import type { ReactNode } from 'react';
import type { RoomInfo } from '../../contract/api.ts';
import { useActions, useApp, useWords } from '../context.tsx';
import { shownName } from '../text/names.ts';
import { Badge } from './Badge.tsx';
import { DialogButton } from './DialogButton.tsx';
import { Drawer } from './Drawer.tsx';
import { Logo } from './Logo.tsx';
import { PersonName } from './PersonName.tsx';
import { RoomOffers } from './RoomOffers.tsx';
import { RoomRow } from './RoomRow.tsx';

interface RoomColumnProps {
  /** On a narrow screen the column covers the conversation, and only when asked for. */
  readonly shown: boolean;
  readonly onClose: () => void;
}

/** All rooms by who can read them, the ways to more of them, and who one is oneself. */
export function RoomColumn({ shown, onClose }: RoomColumnProps): ReactNode {
  const words = useWords();
  const actions = useActions();
  const rooms = useApp((state) => state.rooms);
  const open = useApp((state) => state.connection === 'open');
  const of = (kind: RoomInfo['kind']): readonly RoomInfo[] => rooms.filter((info) => info.kind === kind);
  const list = { onChosen: onClose };
  return (
    <Drawer
      id="rooms"
      as="nav"
      label={words.rooms}
      closeLabel={words.hideRooms}
      shown={shown}
      onClose={onClose}
      head={
        <>
          <Logo size={28} />
          <span className="wordmark">{words.productName}</span>
        </>
      }
    >
      <div className="rooms-acts">
        <button
          type="button"
          className="button small"
          disabled={!open}
          onClick={() => actions.openDialog({ kind: 'create-room' })}
        >
          <Plus size={16} aria-hidden="true" />
          {words.newRoom}
        </button>
        <button
          type="button"
          className="button small"
          disabled={!open}
          onClick={() => actions.openDialog({ kind: 'join-room' })}
        >
          <LogIn size={16} aria-hidden="true" />
          {words.joinRoom}
        </button>
      </div>
      <div className="rooms-lists">
        <RoomOffers />
        <RoomList
          title={words.publicRooms}
          note={words.publicRoomsHint}
          rooms={[...of('public'), ...of('classic')]}
          {...list}
        />
        <RoomList title={words.privateRooms} none={words.privateRoomsNone} rooms={of('private')} {...list} />
        <RoomList
          title={words.directRooms}
          none={words.directRoomsNone}
          rooms={of('direct').toSorted(earlierLast)}
          {...list}
        />
      </div>
      <OwnCard />
    </Drawer>
  );
}

const earlierLast = (a: RoomInfo, b: RoomInfo): number =>
  Number(a.continuesIn !== undefined) - Number(b.continuesIn !== undefined);

interface RoomListProps {
  readonly title: string;
  /** A few words beside the title. */
  readonly note?: string;
  /** What stands there while there is none. */
  readonly none?: string;
  readonly rooms: readonly RoomInfo[];
  readonly onChosen: () => void;
}

function RoomList({ title, note, none, rooms, onChosen }: RoomListProps): ReactNode {
  const heading = useId();
  return (
    <section aria-labelledby={heading}>
      <h2 id={heading} className="rooms-title">
        {title}
        {note === undefined ? null : <small>{note}</small>}
      </h2>
      {rooms.length === 0 && none !== undefined ? <p className="rooms-none">{none}</p> : null}
      <ul>
        {rooms.map((info) => (
          <RoomRow key={info.id} info={info} onChosen={onChosen} />
        ))}
      </ul>
    </section>
  );
}

/** The user, and the way to the settings. */
function OwnCard(): ReactNode {
  const words = useWords();
  const self = useApp((state) => state.self);
  if (self === undefined) return null;
  return (
    <div className="own-card">
      <Badge id={self.id} name={self.name} />
      <span className="unseen">{words.profileOf(shownName(self.name))}</span>
      <span className="own-name" aria-hidden="true">
        <PersonName name={self.name} />
      </span>
      <DialogButton Icon={Activity} label={words.network} dialog={{ kind: 'network' }} />
      <DialogButton Icon={Settings} label={words.settings} dialog={{ kind: 'settings' }} />
    </div>
  );
}

import type { ReactNode } from 'react';
import { useActions, useApp, useWords } from '../context.tsx';
import { RoomName } from './RoomName.tsx';

/** The rooms to choose from. Most people only ever are in the lobby, and then there is nothing to choose. */
export function RoomTabs(): ReactNode {
  const words = useWords();
  const actions = useActions();
  const rooms = useApp((state) => state.rooms);
  const shown = useApp((state) => state.room);
  if (rooms.length < 2) return null;
  return (
    <nav className="room-tabs" aria-label={words.rooms}>
      {rooms.map(({ room }) => (
        <button
          key={room}
          type="button"
          className="button tab"
          aria-current={room === shown ? 'page' : undefined}
          onClick={() => actions.showRoom(room)}
        >
          <RoomName room={room} />
        </button>
      ))}
    </nav>
  );
}

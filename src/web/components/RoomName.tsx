import type { ReactNode } from 'react';
import { useWords } from '../context.tsx';
import { LOBBY } from '../state/state.ts';
import { PersonName } from './PersonName.tsx';

/** A room's name in the user's language; only the lobby has one of its own. */
export function RoomName({ room }: { readonly room: string }): ReactNode {
  const words = useWords();
  return room === LOBBY ? words.lobby : <PersonName name={room} />;
}

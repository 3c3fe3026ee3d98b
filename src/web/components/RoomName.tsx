import type { ReactNode } from 'react';
import type { RoomInfo } from '../../contract/api.ts';
import { useWords } from '../context.tsx';
import { LOBBY } from '../state/state.ts';
import { PersonName } from './PersonName.tsx';

interface RoomNameProps {
  readonly room: string;
  readonly kind: RoomInfo['kind'];
}

/** A room's name in the user's language; only the lobby has one of its own. */
export function RoomName({ room, kind }: RoomNameProps): ReactNode {
  const words = useWords();
  return room === LOBBY && kind === 'public' ? words.lobby : <PersonName name={room} />;
}

import type { ReactNode } from 'react';
import { useApp, useWords } from '../context.tsx';
import { READERS_SHOWN_MAX } from '../limits.ts';
import { NO_MARKS, NO_MEMBERS } from '../state/state.ts';
import { shownName } from '../text/names.ts';
import { Badge } from './Badge.tsx';

/** Who has read up to an entry and no further, as far as they said. */
export function Readers({ room, id }: { readonly room: string; readonly id: string }): ReactNode {
  const marks = useApp((state) => state.readMarks[room] ?? NO_MARKS);
  const here = marks.filter((mark) => mark.message === id);
  return here.length === 0 ? null : <Marks room={room} ids={here.map(({ member }) => member)} />;
}

function Marks({ room, ids }: { readonly room: string; readonly ids: readonly string[] }): ReactNode {
  const words = useWords();
  const { members } = useApp((state) => state.members[room] ?? NO_MEMBERS);
  const readers = members.filter((member) => !member.self && ids.includes(member.id));
  if (readers.length === 0) return null;
  const names = words.readBy(readers.map(({ name }) => shownName(name)).join(', '));
  return (
    <p className="readers" title={names}>
      <span className="unseen">{names}</span>
      {readers.slice(0, READERS_SHOWN_MAX).map((member) => (
        <Badge key={member.id} id={member.id} name={member.name} />
      ))}
      {readers.length > READERS_SHOWN_MAX ? (
        <span aria-hidden="true">+{readers.length - READERS_SHOWN_MAX}</span>
      ) : null}
    </p>
  );
}

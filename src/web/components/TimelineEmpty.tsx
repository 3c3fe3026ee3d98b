import { DoorOpen } from 'lucide-react';
import type { ReactNode } from 'react';
import { useWords } from '../context.tsx';
import { Logo } from './Logo.tsx';

/** Others are here, and nobody has said anything yet. */
export function TimelineEmpty(): ReactNode {
  const words = useWords();
  return (
    <div className="empty">
      <Logo size={56} />
      <h2>{words.timelineEmptyTitle}</h2>
      <p className="quiet">{words.timelineEmptyText}</p>
    </div>
  );
}

/** The user has left the room. */
export function TimelineOut(): ReactNode {
  const words = useWords();
  return (
    <div className="empty">
      <DoorOpen size={40} aria-hidden="true" />
      <h2>{words.outTitle}</h2>
      <p className="quiet">{words.outText}</p>
    </div>
  );
}

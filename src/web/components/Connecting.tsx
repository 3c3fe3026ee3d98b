import type { ReactNode } from 'react';
import { useApp, useWords } from '../context.tsx';
import { Command } from './Command.tsx';
import { Logo } from './Logo.tsx';

/** Before the first answer of the daemon. It mostly comes within milliseconds, so this fades in late. */
export function Connecting(): ReactNode {
  const words = useWords();
  const connection = useApp((state) => state.connection);
  const stopped = connection === 'stopped';
  return (
    <main className="page late">
      <div className="panel" role="status">
        <Logo size={56} />
        {stopped ? <h1>{words.stoppedTitle}</h1> : null}
        <p className="quiet">
          {stopped ? words.stoppedText : connection === 'lost' ? words.connectionLost : words.connecting}
        </p>
        {stopped ? <Command>npm start</Command> : null}
      </div>
    </main>
  );
}

import type { ReactNode } from 'react';
import { useWords } from '../context.tsx';
import { Command } from './Command.tsx';
import { Logo } from './Logo.tsx';

/** The page has no token that the daemon takes, so there is nothing it may show. */
export function SignedOut(): ReactNode {
  const words = useWords();
  return (
    <main className="page">
      <div className="panel">
        <Logo size={56} />
        <h1>{words.signedOutTitle}</h1>
        <p className="quiet">{words.signedOutText}</p>
        <Command>npm start</Command>
        <p className="quiet">{words.signedOutAgain}</p>
      </div>
    </main>
  );
}

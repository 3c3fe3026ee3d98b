import { CirclePause, PlugZap, WifiOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { useApp, useWords } from '../context.tsx';
import { Command } from './Command.tsx';

/** Says why nothing comes or goes; empty while all is well. Always there, so that its change is announced. */
export function ConnectionBanner(): ReactNode {
  const words = useWords();
  const connection = useApp((state) => state.connection);
  const networkNone = useApp((state) => state.networkNone);

  let content: ReactNode = null;
  if (connection === 'stopped') {
    content = (
      <>
        <CirclePause size={18} aria-hidden="true" />
        <div>
          <strong>{words.stoppedTitle}</strong>
          <p>{words.stoppedText}</p>
          <Command>npm start</Command>
        </div>
      </>
    );
  } else if (connection === 'lost' || connection === 'connecting') {
    content = (
      <>
        <PlugZap size={18} aria-hidden="true" />
        <p>{words.connectionLost}</p>
      </>
    );
  } else if (networkNone) {
    content = (
      <>
        <WifiOff size={18} aria-hidden="true" />
        <p>{words.networkNone}</p>
      </>
    );
  }
  return (
    <div className="banner-place" role="status">
      {content === null ? null : <div className="banner">{content}</div>}
    </div>
  );
}

import type { ReactNode } from 'react';
import { Activity, MonitorUp } from 'lucide-react';
import { useActions, useApp, useWords } from '../context.tsx';
import { Command } from './Command.tsx';
import { Logo } from './Logo.tsx';

/** The empty room of someone who is alone on the network: what is happening, and what to do next. */
export function AloneHelp(): ReactNode {
  const words = useWords();
  const actions = useActions();
  const interfaces = useApp((state) => state.interfaces);
  return (
    <div className="empty">
      <Logo size={56} />
      <h2>{words.aloneTitle}</h2>
      <p>{words.aloneNext}</p>
      <p className="quiet">
        {words.aloneListening}{' '}
        {interfaces.map(({ name, address }) => (
          <code key={`${name} ${address}`} className="chip">
            {name} {address}
          </code>
        ))}
      </p>
      <AloneSteps />
      <p className="empty-acts">
        <button type="button" className="button" onClick={() => actions.openDialog({ kind: 'network' })}>
          <Activity size={16} aria-hidden="true" />
          {words.aloneCheck}
        </button>
        <button
          type="button"
          className="button"
          onClick={() => actions.openDialog({ kind: 'settings', part: 'sectionNetwork' })}
        >
          <MonitorUp size={16} aria-hidden="true" />
          {words.aloneAddress}
        </button>
      </p>
      <p className="quiet">{words.aloneTry}</p>
      <Command>npm start -- --profile wren --name Wren</Command>
    </div>
  );
}

/** What to check when others should be here but are not. */
export function AloneSteps(): ReactNode {
  const words = useWords();
  return (
    <ol className="alone-steps">
      {words.aloneSteps.map((step) => (
        <li key={step}>{step}</li>
      ))}
    </ol>
  );
}

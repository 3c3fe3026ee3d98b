import { RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { useWords } from '../context.tsx';
import { Dialog } from './Dialog.tsx';
import { Logo } from './Logo.tsx';

/** In place of the whole page, where a fault in it leaves nothing else to show. */
export function BrokenPage(): ReactNode {
  const words = useWords();
  return (
    <main className="page">
      <div className="panel" role="alert">
        <Logo size={56} />
        <h1>{words.brokenTitle}</h1>
        <p className="quiet">{words.brokenText}</p>
        <ReloadButton />
      </div>
    </main>
  );
}

/** In place of one dialog: often a page that was open while Starling was replaced by a newer one. */
export function BrokenDialog(): ReactNode {
  const words = useWords();
  return (
    <Dialog title={words.brokenTitle}>
      <p role="alert">{words.brokenText}</p>
      <ReloadButton />
    </Dialog>
  );
}

/** In place of one entry of the timeline. */
export function BrokenEntry(): ReactNode {
  return <p className="quiet">{useWords().brokenEntry}</p>;
}

function ReloadButton(): ReactNode {
  return (
    <button type="button" className="button primary" onClick={() => location.reload()}>
      <RotateCw size={18} aria-hidden="true" />
      {useWords().reload}
    </button>
  );
}

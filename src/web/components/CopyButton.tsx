import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { useWords } from '../context.tsx';
import { COPIED_MS } from '../limits.ts';

interface CopyButtonProps {
  readonly text: string;
  /** Beside something that matters more. */
  readonly quiet?: boolean;
}

/** Puts `text` into the clipboard, and says that it is there. */
export function CopyButton({ text, quiet = false }: CopyButtonProps): ReactNode {
  const words = useWords();
  const [state, setState] = useState<'ready' | 'copied' | 'failed'>('ready');
  useEffect(() => {
    if (state !== 'copied') return undefined;
    const timer = setTimeout(() => setState('ready'), COPIED_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setState('copied');
    } catch {
      setState('failed');
    }
  };
  return (
    <>
      <button type="button" className={quiet ? 'button small' : 'button primary'} onClick={() => void copy()}>
        {state === 'copied' ? <Check size={16} aria-hidden="true" /> : <Copy size={16} aria-hidden="true" />}
        {state === 'copied' ? words.copied : words.copy}
      </button>
      <span className={state === 'failed' ? 'quiet' : 'unseen'} role="status">
        {state === 'failed' ? words.copyFailed : state === 'copied' ? words.copied : ''}
      </span>
    </>
  );
}

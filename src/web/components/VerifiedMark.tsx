import { BadgeCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { useWords } from '../context.tsx';

/** Beside the name of somebody whom the user has verified. */
export function VerifiedMark(): ReactNode {
  const words = useWords();
  return (
    <span className="verified-mark" title={words.verifiedMark}>
      <BadgeCheck size={16} aria-hidden="true" />
      <span className="unseen">{words.verifiedMark}</span>
    </span>
  );
}

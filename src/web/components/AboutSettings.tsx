import type { ReactNode } from 'react';
import { useApp, useWords } from '../context.tsx';

/** Which Starling this is, and where it keeps what it knows. */
export function AboutSettings(): ReactNode {
  const words = useWords();
  const version = useApp((state) => state.version);
  const profile = useApp((state) => state.profile);
  return (
    <dl className="facts">
      <dt>{words.versionLabel}</dt>
      <dd>{version}</dd>
      <dt>{words.profileLabel}</dt>
      <dd>{profile}</dd>
    </dl>
  );
}

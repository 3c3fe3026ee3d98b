import type { ReactNode } from 'react';
import { useApp, useWords } from '../context.tsx';
import { shownName } from '../text/names.ts';

/** Says who came or went to those who do not see the member list change. */
export function Arrivals(): ReactNode {
  const words = useWords();
  const arrival = useApp((state) => state.arrival);
  return (
    <p className="unseen" role="status">
      {arrival === undefined ? '' : words[arrival.how](shownName(arrival.name))}
    </p>
  );
}

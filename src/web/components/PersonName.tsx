import type { ReactNode } from 'react';
import { shownName } from '../text/names.ts';

/** A foreign name: text only, isolated so that its direction cannot reorder what stands around it. */
export function PersonName({ name }: { readonly name: string }): ReactNode {
  return (
    <bdi className="person-name" title={shownName(name)}>
      {shownName(name)}
    </bdi>
  );
}

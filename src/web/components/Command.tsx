import type { ReactNode } from 'react';

/** A command to type in a terminal. */
export function Command({ children }: { readonly children: string }): ReactNode {
  return (
    <pre className="command">
      <code>{children}</code>
    </pre>
  );
}

import type { ReactNode } from 'react';
import { useId } from 'react';

/** Starlings in flight, in the sheen of their feathers. */
export function Logo({ size }: { readonly size: number }): ReactNode {
  const sheen = useId();
  return (
    <svg className="logo" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <defs>
        <linearGradient id={sheen} x1="0" y1="1" x2="1" y2="0">
          <stop offset="0" className="sheen-from" />
          <stop offset="1" className="sheen-to" />
        </linearGradient>
      </defs>
      <g fill="none" stroke={`url(#${sheen})`} strokeWidth="2.6" strokeLinecap="round" strokeLinejoin="round">
        <path d="M4 19c4-4.5 7.5-4.5 10 1 2.5-5.5 6-5.5 10-1" />
        <path d="M15 9.5c2.200-2.600 4.400-2.600 6 .6 1.600-3.200 3.800-3.200 6-.6" />
        <path d="M14 27.5c1.700-2 3.300-2 4.5.4 1.200-2.400 2.800-2.400 4.5-.4" />
      </g>
    </svg>
  );
}

import type { ReactNode } from 'react';

interface RingProps {
  /** What is progressing: for screen readers. */
  readonly label: string;
  /** 0 to 1. */
  readonly share: number;
  readonly state: string;
  /** Beside the label, in a tooltip. */
  readonly detail: string;
  /** What stands in the middle: a sign or a few characters. */
  readonly children: ReactNode;
}

const RADIUS = 16;
const AROUND = 2 * Math.PI * RADIUS;

/** A ring that fills as blocks are verified. */
export function Ring({ label, share, state, detail, children }: RingProps): ReactNode {
  return (
    <span
      className="ring"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.floor(share * 100)}
      aria-valuetext={detail}
      data-state={state}
      title={`${label}: ${detail}`}
    >
      <svg viewBox="0 0 40 40" aria-hidden="true">
        <circle className="ring-track" cx="20" cy="20" r={RADIUS} />
        <circle
          className="ring-fill"
          cx="20"
          cy="20"
          r={RADIUS}
          strokeDasharray={`${(share * AROUND).toFixed(2)} ${AROUND.toFixed(2)}`}
        />
      </svg>
      <span className="ring-middle" aria-hidden="true">
        {children}
      </span>
    </span>
  );
}

import type { ReactNode } from 'react';

interface ProgressBarProps {
  /** What is progressing: for screen readers. */
  readonly label: string;
  /** 0 to 1. */
  readonly share: number;
}

export function ProgressBar({ label, share }: ProgressBarProps): ReactNode {
  return <progress className="progress" aria-label={label} max={100} value={Math.floor(share * 100)} />;
}

import { Component } from 'react';
import type { ReactNode } from 'react';

interface BoundaryProps {
  readonly children: ReactNode;
  /** In place of the children, once one of them has failed. */
  readonly fallback: ReactNode;
}

interface BoundaryState {
  readonly failed: boolean;
}

/**
 * Keeps what fails while it is shown, or a part of the page that cannot be loaded, from taking everything around it
 * along: React unmounts all that has no such boundary above it. What was thrown is in the browser's console.
 */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { failed: false };

  static getDerivedStateFromError(): BoundaryState {
    return { failed: true };
  }

  override render(): ReactNode {
    return this.state.failed ? this.props.fallback : this.props.children;
  }
}

/** A property that every run must have. Each checker is one file; a test plants the bug that it exists to catch. */
import type { Cluster } from '../cluster.ts';
import type { Observation } from '../observation.ts';

export interface Checker {
  readonly name: string;
  /** Sees everything, in the order of virtual time; throws a Violation. */
  observe?(now: number, observation: Observation): void;
  /** After healing: what is still missing, in words; undefined once the cluster has converged. */
  pending?(): string | undefined;
  /** Begins the calm time: converged, no faults, no loss, nobody says anything. */
  calm?(): void;
  /** At the end of the run, after a calm time; throws a Violation. */
  finish?(): void;
}

export type CheckerFactory = (cluster: Cluster) => Checker;

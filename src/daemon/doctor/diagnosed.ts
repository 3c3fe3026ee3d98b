/** A finding before its words. */
import type { Finding } from '../../contract/doctor.ts';

export type Diagnosed = Omit<Finding, 'what' | 'why' | 'todo'>;

/** P … P + 15: every port of a machine. */
export const PORTS = 15;

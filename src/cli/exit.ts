/** Exit statuses: docs/cli.md. */
import type { ProblemCode, Values } from '../words/index.ts';

export const EXIT_OK = 0;
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
export const EXIT_SOME_MISSED = 3;
export const EXIT_NO_NETWORK = 4;

/** Ends the command with a problem. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly code: string;
  readonly values: Values;

  constructor(code: ProblemCode | (string & {}), values: Values = {}) {
    super(code);
    this.code = code;
    this.values = values;
  }
}

const USAGE: ReadonlySet<string> = new Set([
  'usage',
  'flag-differs',
  'member-ambiguous',
  'transfer-ambiguous',
  'room-unknown',
  'name-invalid',
  'room-name-invalid',
  'text-empty',
  'invite-mistyped',
  'offer-ambiguous',
  'passphrase-short',
  'passphrase-long',
  'passphrase-differs',
]);
const NETWORK: ReadonlySet<string> = new Set(['network-unusable', 'interface-unknown']);

export function exitStatusOf(code: string): number {
  if (USAGE.has(code)) return EXIT_USAGE;
  return NETWORK.has(code) ? EXIT_NO_NETWORK : EXIT_FAILED;
}

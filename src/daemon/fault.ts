import type { Values } from '../words/index.ts';
import type { ProblemCode } from '../words/index.ts';

/** A problem by its code, to be put in words where it is read. */
export interface Problem {
  readonly code: ProblemCode;
  readonly values: Values;
}

/** A use case refuses; the local API answers with the code. */
export class ApiFault extends Error {
  override readonly name = 'ApiFault';
  readonly code: ProblemCode;
  readonly values: Values;

  constructor(code: ProblemCode, values: Values = {}) {
    super(code);
    this.code = code;
    this.values = values;
  }
}

export const detailOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The caller of an interface broke its contract: a bug at the call, thrown where it is made. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** An invariant of our own broke: nothing that follows can be trusted, so the component stops. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** For the default branch of an exhaustive switch. */
export function unreachable(value: never): never {
  throw new InvariantError(`unreachable: ${JSON.stringify(value)}`);
}

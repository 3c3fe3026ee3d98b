import type { ApiError } from '../../contract/api.ts';

/** What the daemon refused, or why it could not be asked. `code` chooses the words that a person reads. */
export class DaemonProblem extends Error {
  readonly code: string;
  readonly values: Readonly<Record<string, string | number>>;

  constructor(error: ApiError) {
    super(error.message);
    this.name = 'DaemonProblem';
    this.code = error.code;
    this.values = error.values ?? {};
  }
}

/** The daemon's answer in an HTTP body, or `fallback` where there is none. */
export function problemFromBody(body: string, fallback: ApiError): DaemonProblem {
  try {
    const parsed: unknown = JSON.parse(body);
    const error = typeof parsed === 'object' && parsed !== null && 'error' in parsed ? parsed.error : parsed;
    if (isApiError(error)) return new DaemonProblem(error);
  } catch {
    // Not JSON: the daemon was replaced by something else, or it went away in the middle.
  }
  return new DaemonProblem(fallback);
}

function isApiError(value: unknown): value is ApiError {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    typeof value.code === 'string' &&
    'message' in value &&
    typeof value.message === 'string'
  );
}

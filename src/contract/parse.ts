import * as v from 'valibot';
import { err, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { authenticateSchema, requestSchemas, SOCKET_TEXT_BYTES_MAX } from './api.ts';
import type { Authenticate, Method, Request } from './api.ts';

export type ParseFault = 'too-long' | 'not-json' | 'bad-shape' | 'unknown-method' | 'bad-params';

const envelope = v.object({
  type: v.literal('request'),
  id: v.pipe(v.number(), v.safeInteger()),
  method: v.string(),
  params: v.unknown(),
});

function parseJson(text: string): Result<unknown, ParseFault> {
  if (text.length > SOCKET_TEXT_BYTES_MAX) return err('too-long');
  try {
    return ok(JSON.parse(text));
  } catch {
    return err('not-json');
  }
}

export function parseAuthenticate(text: string): Result<Authenticate, ParseFault> {
  const json = parseJson(text);
  if (!json.ok) return json;
  const parsed = v.safeParse(authenticateSchema, json.value);
  return parsed.success ? ok(parsed.output) : err('bad-shape');
}

/** A request whose parameters are valid for its method; `id` is kept so that a refusal can be answered. */
export function parseRequest(
  text: string,
): Result<Request, { readonly fault: ParseFault; readonly id?: number }> {
  const json = parseJson(text);
  if (!json.ok) return err({ fault: json.error });
  const frame = v.safeParse(envelope, json.value);
  if (!frame.success) return err({ fault: 'bad-shape' });
  const { id, method } = frame.output;
  if (!Object.hasOwn(requestSchemas, method)) return err({ fault: 'unknown-method', id });
  const params = v.safeParse(requestSchemas[method as Method], frame.output.params);
  if (!params.success) return err({ fault: 'bad-params', id });
  return ok({ type: 'request', id, method: method as Method, params: params.output });
}

/**
 * Puts direct messages together from their pieces. Nothing of it is authenticated before it is whole, so it is bounded
 * in count, in age and by the host that it says it came from.
 */
import { concatBytes } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import { DIRECT_PARTIAL_AGE_MAX_MS, DIRECT_PARTIALS_MAX, DIRECT_PARTIALS_PER_HOST_MAX } from '../limits.ts';
import type { DirectFrame, MessageId } from '../wire/direct.ts';

interface Partial {
  readonly host: string;
  readonly pieces: (Bytes | undefined)[];
  missing: number;
  readonly since: number;
}

export class Partials {
  /** Oldest first. */
  private readonly partials = new Map<MessageId, Partial>();

  /** The whole message once the last piece is here. */
  add(now: number, host: string, { message, index, count, payload }: DirectFrame): Bytes | undefined {
    if (count === 1) return payload.slice();
    const partial = this.partials.get(message) ?? this.begin(now, host, message, count);
    if (partial.pieces.length !== count || partial.pieces[index] !== undefined) return undefined;
    partial.pieces[index] = payload.slice();
    partial.missing--;
    if (partial.missing > 0) return undefined;
    this.partials.delete(message);
    return concatBytes(...(partial.pieces as Bytes[]));
  }

  get size(): number {
    return this.partials.size;
  }

  private begin(now: number, host: string, message: MessageId, count: number): Partial {
    for (const [id, { since }] of this.partials)
      if (now - since > DIRECT_PARTIAL_AGE_MAX_MS) this.partials.delete(id);
    const ofHost = [...this.partials].filter(([, partial]) => partial.host === host);
    const oldest =
      ofHost.length >= DIRECT_PARTIALS_PER_HOST_MAX
        ? ofHost[0]?.[0]
        : this.partials.size >= DIRECT_PARTIALS_MAX
          ? this.partials.keys().next().value
          : undefined;
    if (oldest !== undefined) this.partials.delete(oldest);
    const pieces = Array.from<Bytes | undefined>({ length: count });
    const partial: Partial = { host, pieces, missing: count, since: now };
    this.partials.set(message, partial);
    return partial;
  }
}

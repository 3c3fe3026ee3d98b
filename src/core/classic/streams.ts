/**
 * Files of the original tool on their way in (protocol.md §11): from each source a name, bytes, and `end`. There are no
 * numbers, so nothing can tell whether something is missing in between. Knows neither disk nor clock.
 */
import type { Bytes } from '../../base/bytes.ts';
import type { Address } from '../api.ts';
import { decodeName, isEnd } from './codec.ts';
import { CLASSIC_STALL_MS_MAX, CLASSIC_STREAMS_MAX } from './limits.ts';

export type StreamStep =
  /** `name` is undefined where the beginning was not heard: nothing of it is worth keeping. */
  | {
      readonly kind: 'open';
      readonly stream: number;
      readonly host: string;
      readonly name: string | undefined;
    }
  | { readonly kind: 'append'; readonly stream: number; readonly bytes: Bytes }
  /** `complete`: the sender said that it was all. */
  | { readonly kind: 'close'; readonly stream: number; readonly complete: boolean }
  /** Too many at the same time. */
  | { readonly kind: 'refused' };

interface Stream {
  readonly number: number;
  readonly host: string;
  readonly name: string | undefined;
  heardAt: number;
  /** Not told yet: a name alone may be a stray `end`. */
  isAnnounced: boolean;
}

export class ClassicStreams {
  /** By `host port`, the longest silent first. */
  readonly #streams = new Map<string, Stream>();
  /** When a file from that source was over: what comes of it again is a copy. */
  readonly #endedAt = new Map<string, number>();
  #count = 0;

  /** `bytes` are handed on in the step, and copied by nobody here. */
  datagram(now: number, from: Address, bytes: Bytes): readonly StreamStep[] {
    const key = `${from.host} ${from.port}`;
    const stream = this.#streams.get(key);
    if (stream === undefined) return this.#begin(now, key, from.host, bytes);
    this.#streams.delete(key);
    const announced: StreamStep[] = stream.isAnnounced ? [] : [this.#announce(stream)];
    const { number } = stream;
    if (isEnd(bytes)) {
      this.#ended(now, key);
      const complete = stream.name !== undefined;
      return [...announced, { kind: 'close', stream: number, complete }];
    }
    stream.heardAt = now;
    this.#streams.set(key, stream);
    return [...announced, { kind: 'append', stream: number, bytes }];
  }

  /** Closes what has stalled. */
  expire(now: number): readonly StreamStep[] {
    for (const [key, at] of this.#endedAt) {
      if (now - at <= CLASSIC_STALL_MS_MAX) break;
      this.#endedAt.delete(key);
    }
    const steps: StreamStep[] = [];
    for (const [key, stream] of this.#streams) {
      if (now - stream.heardAt <= CLASSIC_STALL_MS_MAX) break;
      this.#streams.delete(key);
      this.#ended(now, key);
      // An `end` that was taken for a name: nothing was sent.
      if (!stream.isAnnounced && stream.name === 'end') continue;
      if (!stream.isAnnounced) steps.push(this.#announce(stream));
      steps.push({ kind: 'close', stream: stream.number, complete: false });
    }
    return steps;
  }

  /** Everything that is under way ends here. */
  closeAll(): readonly StreamStep[] {
    const open = [...this.#streams.values()].filter((stream) => stream.isAnnounced);
    this.#streams.clear();
    return open.map(({ number }) => ({ kind: 'close', stream: number, complete: false }));
  }

  #begin(now: number, key: string, host: string, bytes: Bytes): readonly StreamStep[] {
    const isCopy = isEnd(bytes) && now - (this.#endedAt.get(key) ?? -Infinity) <= CLASSIC_STALL_MS_MAX;
    if (isCopy) return [];
    if (this.#streams.size >= CLASSIC_STREAMS_MAX) return [{ kind: 'refused' }];
    const name = decodeName(bytes);
    const stream = { number: ++this.#count, host, name, heardAt: now, isAnnounced: false };
    this.#streams.set(key, stream);
    return isEnd(bytes) ? [] : [this.#announce(stream)];
  }

  #announce(stream: Stream): StreamStep {
    stream.isAnnounced = true;
    return { kind: 'open', stream: stream.number, host: stream.host, name: stream.name };
  }

  #ended(now: number, key: string): void {
    this.#endedAt.delete(key);
    if (this.#endedAt.size >= 4 * CLASSIC_STREAMS_MAX) {
      const oldest = this.#endedAt.keys().next();
      if (!oldest.done) this.#endedAt.delete(oldest.value);
    }
    this.#endedAt.set(key, now);
  }
}

/**
 * How long a datagram may be, by where it goes: what gets through to everybody whom it is for. Looked at anew four times a second at most,
 * for it is asked for every symbol of a file.
 */
import type { RoomId } from '../base/ids.ts';
import type { Address, Destination } from './api.ts';
import { PATH_LIMITS_AGE_MS } from './limits.ts';
import type { Paths } from './membership/paths.ts';
import type { Room } from './room/room.ts';

export class PathLimits {
  readonly #rooms: () => Iterable<Room>;
  readonly #paths: Paths;
  /** Of a room: of everybody in it; only where that is less than we can send. */
  readonly #byRoom = new Map<RoomId, number>();
  readonly #byAddress = new Map<string, number>();
  #lookedAt = -Infinity;
  /** Of the last answer: a file's symbols all go to the same one. */
  #last: { readonly to: Destination; readonly bytesMax: number } | undefined;

  constructor(rooms: () => Iterable<Room>, paths: Paths) {
    this.#rooms = rooms;
    this.#paths = paths;
  }

  /** Infinity where everything that we can send gets there. */
  of(now: number, to: Destination): number {
    if (now - this.#lookedAt >= PATH_LIMITS_AGE_MS) this.#look(now);
    if (this.#last?.to === to) return this.#last.bytesMax;
    const known = to.kind === 'unicast' ? this.#byAddress.get(keyOf(to.address)) : this.#byRoom.get(to.room);
    this.#last = { to, bytesMax: known ?? Infinity };
    return this.#last.bytesMax;
  }

  #look(now: number): void {
    this.#lookedAt = now;
    this.#last = undefined;
    this.#byRoom.clear();
    this.#byAddress.clear();
    for (const { id, presence } of this.#rooms()) {
      this.#byRoom.set(id, presence.leastBytes());
      for (const member of presence.roster.all()) {
        const limit = this.#paths.limitOf(member.id);
        if (limit !== undefined) this.#byAddress.set(keyOf(member.address), limit);
      }
    }
  }
}

const keyOf = ({ host, port }: Address): string => `${host} ${port}`;

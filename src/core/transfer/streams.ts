/** The streams that we send, of own files and of others' that we have, and who has the next turn. */
import type { TransferId } from '../../base/ids.ts';
import type { Transmit } from '../api.ts';
import type { Outgoing } from './outgoing.ts';

export class Streams {
  /** By stream. */
  private readonly all = new Map<TransferId, Outgoing>();
  private turn = 0;

  add(outgoing: Outgoing): void {
    this.all.set(outgoing.stream.id, outgoing);
  }
  delete(outgoing: Outgoing): void {
    if (this.all.get(outgoing.stream.id) === outgoing) this.all.delete(outgoing.stream.id);
  }
  get(id: TransferId): Outgoing | undefined {
    return this.all.get(id);
  }
  values(): IterableIterator<Outgoing> {
    return this.all.values();
  }
  get size(): number {
    return this.all.size;
  }

  /** The next bulk datagram, within the rate; streams take turns. */
  poll(now: number): { readonly from: Outgoing; readonly transmit: Transmit } | undefined {
    const count = this.all.size;
    if (count === 0) return undefined;
    const turn = this.turn % count;
    // From the one whose turn it is to the end, then from the beginning: in two rounds, so that no packet costs a list.
    for (const isFirstRound of [true, false]) {
      let index = -1;
      for (const from of this.all.values()) {
        index++;
        if (index >= turn !== isFirstRound) continue;
        const next = from.nextDatagram(now);
        if (next === undefined) continue;
        this.turn = (index + 1) % count;
        const { bytes, payload } = next;
        const to = from.destination;
        return { from, transmit: payload === undefined ? { to, bytes } : { to, bytes, payload } };
      }
    }
    return undefined;
  }

  /** When `poll` has something that the rate allows. */
  readyAt(now: number): number {
    let at = Infinity;
    for (const outgoing of this.all.values()) at = Math.min(at, outgoing.readyAt(now));
    return at;
  }

  blocksHeld(): number {
    let blocks = 0;
    for (const outgoing of this.all.values()) blocks = Math.max(blocks, outgoing.blocksHeld());
    return blocks;
  }
}

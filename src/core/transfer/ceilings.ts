/** How fast own files may go at most whose offers have no record yet, by the secret of the offer. */
import { toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import { OUTGOING_MAX } from '../limits.ts';

export class Ceilings {
  private readonly bytesPerMs = new Map<string, number>();

  put(secret: Bytes, bytesPerMsMax: number): void {
    if (bytesPerMsMax === Infinity) return;
    const [oldest] = this.bytesPerMs.keys();
    // The room was quit before the record was stored.
    if (this.bytesPerMs.size >= OUTGOING_MAX && oldest !== undefined) this.bytesPerMs.delete(oldest);
    this.bytesPerMs.set(toHex(secret), bytesPerMsMax);
  }

  /** Its record is there; Infinity where no bound was set. */
  take(secret: Bytes): number {
    const key = toHex(secret);
    const bytesPerMsMax = this.bytesPerMs.get(key) ?? Infinity;
    this.bytesPerMs.delete(key);
    return bytesPerMsMax;
  }
}

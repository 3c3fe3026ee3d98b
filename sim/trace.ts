/** The fingerprint of a run, and its last observations in words. The same seed must give the same fingerprint. */
import { createHash } from 'node:crypto';

import type { Bytes } from '../src/base/bytes.ts';
import { RECENT_OBSERVATIONS_MAX } from './limits.ts';
import { describe, type Observation } from './observation.ts';

const BUFFER_BYTES = 64 * 1024;

export class Trace {
  private readonly hash = createHash('sha256');
  private readonly buffer = new Uint8Array(BUFFER_BYTES);
  private readonly view = new DataView(this.buffer.buffer);
  private used = 0;
  private readonly recent: { readonly at: number; readonly observation: Observation }[] = [];
  private recentNext = 0;

  observe(at: number, observation: Observation): void {
    if (observation.type === 'received') return;
    if (observation.type === 'sent') {
      const { transmit, node } = observation;
      this.addNumbers(at, node.index);
      this.addBytes(transmit.bytes);
      // Bulk would push everything that explains a failure out of the log.
      if (transmit.to.kind === 'bulk') return;
    } else {
      this.addBytes(Buffer.from(describe(at, observation)));
    }
    this.recent[this.recentNext] = { at, observation };
    this.recentNext = (this.recentNext + 1) % RECENT_OBSERVATIONS_MAX;
  }

  /** Sixteen hexadecimal digits; ends the trace. */
  fingerprint(): string {
    this.flush();
    return this.hash.digest('hex').slice(0, 16);
  }

  lastLines(): readonly string[] {
    const { recent, recentNext } = this;
    return [...recent.slice(recentNext), ...recent.slice(0, recentNext)].map(({ at, observation }) =>
      describe(at, observation),
    );
  }

  private addNumbers(at: number, index: number): void {
    if (this.used + 12 > BUFFER_BYTES) this.flush();
    this.view.setFloat64(this.used, at);
    this.view.setUint32(this.used + 8, index);
    this.used += 12;
  }

  private addBytes(bytes: Bytes): void {
    if (this.used + bytes.length > BUFFER_BYTES) this.flush();
    if (bytes.length > BUFFER_BYTES) {
      this.hash.update(bytes);
      return;
    }
    this.buffer.set(bytes, this.used);
    this.used += bytes.length;
  }

  private flush(): void {
    this.hash.update(this.buffer.subarray(0, this.used));
    this.used = 0;
  }
}

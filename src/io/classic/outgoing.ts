/**
 * Own files on their way to the original tool (protocol.md §11), one after the other: there a source has one file at a
 * time. Paced evenly, since its readers are slow and nothing is repaired.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bytes } from '../../base/bytes.ts';
import { BufferPool } from '../../base/buffer-pool.ts';
import { encodeEnd, encodeName, nextChunkBytes } from '../../core/classic/codec.ts';
import { CLASSIC_DATAGRAM_BYTES_MAX, CLASSIC_STALL_MS_MAX } from '../../core/classic/limits.ts';
import { monotonicClock } from '../clock.ts';
import { OutgoingFile } from '../files/outgoing-file.ts';
import {
  CLASSIC_BREAK_MS,
  CLASSIC_BURST_MAX,
  CLASSIC_OUTGOING_MAX,
  CLASSIC_PART_BYTES,
  CLASSIC_PROGRESS_MS,
} from './limits.ts';
import type { ClassicCommand, ClassicEvent } from './messages.ts';

type SendCommand = Extract<ClassicCommand, { type: 'classic-send' }>;
type Sent = Extract<ClassicEvent, { type: 'file-sent' }>;

export interface OutgoingPorts {
  send(bytes: Bytes): Promise<void>;
  post(event: ClassicEvent): void;
}

/** What stops a file before its end. */
type Fault = Exclude<Sent['outcome'], 'sent'>;

export class ClassicOutgoing {
  readonly #ports: OutgoingPorts;
  readonly #waiting: SendCommand[] = [];
  #current: { readonly transfer: string; cancelled: boolean } | undefined;
  #done = 0;

  constructor(ports: OutgoingPorts) {
    this.#ports = ports;
  }

  add(command: SendCommand): void {
    if (this.#waiting.length >= CLASSIC_OUTGOING_MAX) {
      const { transfer } = command;
      this.#ports.post({ type: 'file-sent', transfer, outcome: 'cancelled', bytes: 0 });
      return;
    }
    this.#waiting.push(command);
    if (this.#current === undefined) void this.#run();
  }

  cancel(transfer: string): void {
    if (this.#current?.transfer === transfer) this.#current.cancelled = true;
    const at = this.#waiting.findIndex((one) => one.transfer === transfer);
    if (at < 0) return;
    this.#waiting.splice(at, 1);
    this.#ports.post({ type: 'file-sent', transfer, outcome: 'cancelled', bytes: 0 });
  }

  cancelAll(): void {
    for (const { transfer } of this.#waiting.splice(0)) {
      this.#ports.post({ type: 'file-sent', transfer, outcome: 'cancelled', bytes: 0 });
    }
    if (this.#current !== undefined) this.#current.cancelled = true;
  }

  async #run(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const { transfer } = next;
      const current = { transfer, cancelled: false };
      this.#current = current;
      this.#done = 0;
      const fault = await this.#sendFile(next, () => current.cancelled);
      this.#ports.post({ type: 'file-sent', transfer, outcome: fault ?? 'sent', bytes: this.#done });
      if (fault !== undefined && this.#done > 0) await this.#breakOff();
    }
    this.#current = undefined;
  }

  async #sendFile(
    { transfer, path, name, bytesPerMs }: SendCommand,
    isCancelled: () => boolean,
  ): Promise<Fault | undefined> {
    const opened = await OutgoingFile.open(path);
    if (!opened.ok) return 'file-unreadable';
    const file = opened.value;
    const pace = new Pace(bytesPerMs);
    try {
      await this.#ports.send(encodeName(name));
      const fault = await this.#sendBytes(file, transfer, pace, isCancelled);
      if (fault !== undefined) return fault;
      await pace.turn();
      await this.#ports.send(encodeEnd());
      return undefined;
    } finally {
      await file.close();
    }
  }

  /**
   * Whoever notices a stall sees that it is incomplete; only then `end` follows, for those who would take the next
   * file for a part of this one.
   */
  async #breakOff(): Promise<void> {
    await sleep(CLASSIC_STALL_MS_MAX + CLASSIC_BREAK_MS, undefined, { ref: false });
    await this.#ports.send(encodeEnd());
  }

  async #sendBytes(
    file: OutgoingFile,
    transfer: string,
    pace: Pace,
    isCancelled: () => boolean,
  ): Promise<Fault | undefined> {
    const buffers = new BufferPool(CLASSIC_PART_BYTES, 1);
    let toldAt = 0;
    while (this.#done < file.size) {
      const length = Math.min(CLASSIC_PART_BYTES, file.size - this.#done);
      const part = await file.readBlock(this.#done, length, buffers);
      if (typeof part === 'string') return part === 'file-changed' ? 'file-changed' : 'file-unreadable';
      const isLast = this.#done + length === file.size;
      // What is not the last of the file keeps enough behind it to be cut anywhere.
      const keep = isLast ? 0 : CLASSIC_DATAGRAM_BYTES_MAX + encodeEnd().length;
      for (let at = 0; part.length - at > keep;) {
        if (isCancelled()) return 'cancelled';
        const bytes = nextChunkBytes(part.subarray(at), isLast);
        await pace.turn();
        await this.#ports.send(part.slice(at, at + bytes));
        at += bytes;
        this.#done += bytes;
        if (monotonicClock() - toldAt < CLASSIC_PROGRESS_MS) continue;
        toldAt = monotonicClock();
        this.#ports.post({ type: 'file-progress', transfer, bytes: this.#done });
      }
    }
    return undefined;
  }
}

/** When the next datagram may leave. */
class Pace {
  readonly #spacingMs: number;
  #dueAt = monotonicClock();

  constructor(bytesPerMs: number) {
    this.#spacingMs = CLASSIC_DATAGRAM_BYTES_MAX / bytesPerMs;
  }

  async turn(): Promise<void> {
    const now = monotonicClock();
    // After a late timer a few may follow at once, and no more.
    this.#dueAt = Math.max(this.#dueAt, now - CLASSIC_BURST_MAX * this.#spacingMs) + this.#spacingMs;
    if (this.#dueAt > now) await sleep(Math.max(1, this.#dueAt - now));
  }
}

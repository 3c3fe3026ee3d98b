/**
 * A host whose processor has much else to do: what the core does takes time there, and datagrams wait for it in the inbox
 * of the driver (src/io/driver.ts). Elsewhere in the simulator work costs nothing.
 */
import { FreshQueue } from '../src/base/fresh-queue.ts';
import type { Bytes } from '../src/base/bytes.ts';
import type { Address, CryptoPort } from '../src/core/api.ts';
import type { EventQueue } from './event-queue.ts';
import { INBOX_DATAGRAMS_MAX, INBOX_FRESH_MS, INBOX_STANDING_MS } from './limits.ts';

export interface Processor {
  /** Any call of the core. */
  readonly callMs: number;
  /** A signature made or checked, on top of that. */
  readonly signatureMs: number;
}

/** `arrivedAt`: virtual time. */
export interface Received {
  readonly from: Address;
  readonly bytes: Bytes;
  readonly arrivedAt: number;
}

/** The node whose work it is. */
export interface Worker {
  readonly isRunning: boolean;
  readonly isDue: boolean;
  take(datagram: Received): void;
  timeOut(): void;
}

export class BusyHost {
  private readonly queue: EventQueue;
  private readonly worker: Worker;
  private readonly inbox = new FreshQueue<Received>(INBOX_STANDING_MS, INBOX_FRESH_MS);
  private isServing = false;
  private signatures = 0;
  /** Undefined: work costs no time. */
  processor: Processor | undefined;
  /** Virtual time until which it is at work. */
  until = 0;

  constructor(queue: EventQueue, worker: Worker) {
    this.queue = queue;
    this.worker = worker;
  }

  /** `isOwn`: an echo of an own multicast, which the driver does not pass on. */
  received(datagram: Received, isOwn: boolean): void {
    if (this.processor === undefined) return this.worker.take(datagram);
    if (isOwn || this.inbox.size >= INBOX_DATAGRAMS_MAX) return;
    this.inbox.push(this.queue.now, datagram);
    this.serve();
  }

  /** The core was called. */
  worked(): void {
    const { signatures, processor } = this;
    this.signatures = 0;
    if (processor === undefined) return;
    const workMs = processor.callMs + signatures * processor.signatureMs;
    this.until = Math.max(this.queue.now, this.until) + workMs;
  }

  /** The same, and it counts. */
  counted(crypto: CryptoPort): CryptoPort {
    return {
      ...crypto,
      sign: (message) => {
        this.signatures++;
        return crypto.sign(message);
      },
      verify: (...claim) => {
        this.signatures++;
        return crypto.verify(...claim);
      },
    };
  }

  /** One datagram, then what is due by time: as the driver takes its turns. */
  private serve(): void {
    if (this.isServing) return;
    this.isServing = true;
    const { queue, worker } = this;
    queue.schedule(Math.max(queue.now, this.until), () => {
      this.isServing = false;
      if (!worker.isRunning) return;
      if (this.until > queue.now) return this.serve();
      const next = this.inbox.take(queue.now);
      if (next === undefined) return;
      worker.take(next);
      if (worker.isDue) worker.timeOut();
      if (this.inbox.size > 0) this.serve();
    });
  }
}

/**
 * The datagram port on the kernel's own calls (`fast-kernel.ts`), for Linux. `node:dgram` adopts each socket: it
 * tells when there is something to read or room to write, sets options, and closes it, also when the thread ends.
 */
import { createSocket, type Socket } from 'node:dgram';
import { isIPv4 } from 'node:net';
import type { Bytes } from '../../base/bytes.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { Address } from '../../core/api.ts';
import { wholeDatagram, type Datagram } from '../../core/datagram.ts';
import {
  HEARD_ADDRESSES_MAX,
  INBOX_DATAGRAMS_MAX,
  INBOX_DATAGRAM_BYTES_MAX,
  NAP_DATAGRAMS,
  TRAIN_DATAGRAMS_MAX,
} from '../limits.ts';
import { isIpv6 } from '../interfaces.ts';
import { errorCode } from '../problems.ts';
import { BATCH_MAX, type Kernel } from './fast-kernel.ts';
import { bindPortable, lookupNumeric } from './portable.ts';
import { trainEnd } from './train.ts';
import type { UdpBinding, UdpHandlers, UdpSocket, UdpSockets } from './udp.ts';

/** Wake-ups bring at most this many datagrams each, so that other sockets have their turn. */
const BATCHES_MAX = INBOX_DATAGRAMS_MAX / 4 / BATCH_MAX;
/** A room's control group falls silent for longer than that, a file's bulk group does not. */
const IDLE_READS_MAX = 8;
/** Nothing left, and will when there is room. */
const NO_ROOM: ReadonlySet<string> = new Set(['EAGAIN', 'ENOBUFS', 'EINTR']);
/** A path that takes no trains (segments above its MTU, no checksum offload) may take single datagrams. */
const NO_TRAINS: ReadonlySet<string> = new Set(['EINVAL', 'EMSGSIZE', 'EIO', 'EOPNOTSUPP', 'ENOPROTOOPT']);

export function fastSockets(kernel: Kernel): UdpSockets {
  return {
    trainMax: TRAIN_DATAGRAMS_MAX,
    gatherMax: NAP_DATAGRAMS,
    bind: (binding) => bindFast(kernel, binding),
  };
}

function bindFast(kernel: Kernel, binding: UdpBinding): Result<UdpSocket, string> {
  // IPv6 has no fast path; what goes there goes by `node:dgram`.
  if (isIpv6(binding.address)) return bindPortable(binding);
  const adopted = openAdopted(kernel, binding);
  if (!adopted.ok) return adopted;
  return ok(new FastSocket(kernel, adopted.value.socket, adopted.value.descriptor));
}

/** `socket` owns the descriptor. */
export interface Adopted {
  readonly socket: Socket;
  readonly descriptor: number;
}

/** A bound socket of the kernel's, adopted by `node:dgram`. */
export function openAdopted(kernel: Kernel, binding: UdpBinding): Result<Adopted, string> {
  const ip = ipv4(binding.address);
  if (ip === undefined) return err('ERR_INVALID_IP_ADDRESS');
  if (binding.port > 65_535) return err('ERR_SOCKET_BAD_PORT');
  const opened = kernel.open(ip, binding.port, binding.reuseAddr);
  if (!opened.ok) return opened;
  const descriptor = opened.value;
  const socket = createSocket({ type: 'udp4', lookup: lookupNumeric });
  // What a socket reports later (an interface that went away) shows as failed sends, which are counted.
  socket.on('error', () => {});
  try {
    socket.bind({ fd: descriptor, exclusive: true });
  } catch (error) {
    kernel.close(descriptor);
    socket.close();
    return err(errorCode(error));
  }
  if (!binding.reuseAddr && !kernel.claimAddress(descriptor)) {
    socket.close();
    return err('EADDRINUSE');
  }
  return ok({ socket, descriptor });
}

const UNHEARD: UdpHandlers = { onDatagram() {}, isBehind: () => false, onOversized() {}, onSent() {} };

interface Received {
  readonly from: Address;
  readonly bytes: Bytes;
}

/** What one `send` was given, from `next` on. */
interface Waiting {
  datagrams: readonly Datagram[];
  readonly host: string;
  readonly ip: number;
  readonly port: number;
  next: number;
  /** Up to here they go one by one. */
  singlesUntil: number;
}

class FastSocket implements UdpSocket {
  readonly socket: Socket;
  readonly #kernel: Kernel;
  readonly #descriptor: number;
  readonly #from = new Addresses();
  #handlers: UdpHandlers = UNHEARD;
  /** The descriptor may be another file's after this. */
  #closed = false;
  /** In order; not empty while the kernel has no room. */
  #waiting: Waiting[] = [];
  #left = 0;
  /** Calls of `receive` in a row that brought nothing. */
  #idleReads = 0;
  #isReportDue = false;

  constructor(kernel: Kernel, socket: Socket, descriptor: number) {
    this.#kernel = kernel;
    this.socket = socket;
    this.#descriptor = descriptor;
  }

  listen(handlers: UdpHandlers): void {
    this.#handlers = handlers;
    this.socket.on('message', (message, remote) => {
      // The wake-up itself was one datagram, read by libuv; the rest comes in batches.
      const bytes = new Uint8Array(message.buffer, message.byteOffset, message.byteLength);
      this.#idleReads = 0;
      this.#drain({ from: { host: remote.address, port: remote.port }, bytes });
    });
  }

  receive(): void {
    // One that has brought nothing for a while is left to the event loop.
    if (this.#idleReads < IDLE_READS_MAX) this.#idleReads = this.#drain() ? 0 : this.#idleReads + 1;
  }

  send(datagrams: readonly Datagram[], host: string, port: number): void {
    const ip = ipv4(host);
    if (ip === undefined) return this.#handlers.onSent('ERR_INVALID_IP_ADDRESS', datagrams.length);
    if (port > 65_535) return this.#handlers.onSent('ERR_SOCKET_BAD_PORT', datagrams.length);
    if (this.#closed) return this.#handlers.onSent('ECANCELED', datagrams.length);
    const job = { datagrams, host, ip, port, next: 0, singlesUntil: 0 };
    const isFirst = this.#waiting.length === 0;
    if (isFirst && this.#sendNow(job)) return;
    // By the time it leaves, payloads may have other bytes in them.
    job.datagrams = datagrams.map((datagram) => ({ bytes: wholeDatagram(datagram) }));
    this.#waiting.push(job);
    if (isFirst) this.#awaitRoom();
  }

  close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      const unsent = this.#waiting.splice(0).reduce((sum, job) => sum + job.datagrams.length - job.next, 0);
      if (unsent > 0) this.#handlers.onSent('ECANCELED', unsent);
    }
    return new Promise((resolve) => this.socket.close(() => resolve()));
  }

  /**
   * False where nothing had arrived. `first` was read without its time of arrival: it waited as long as what stood behind
   * it, or, where nothing did, was dealt with at once.
   */
  #drain(first?: Received): boolean {
    for (let batch = 0; batch < BATCHES_MAX; batch++) {
      const isHeldBack = this.#closed || this.#handlers.isBehind();
      const messages = isHeldBack ? [] : this.#kernel.receive(this.#descriptor);
      if (batch === 0 && first !== undefined) {
        const waitedMs = typeof messages === 'string' ? 0 : (messages[0]?.waitedMs ?? 0);
        this.#deliver(first.from, first.bytes, waitedMs);
      }
      if (isHeldBack || this.#closed) return true;
      // EAGAIN, or an error that the next wake-up brings again.
      if (typeof messages === 'string') return batch > 0;
      for (const { ip, port, bytes, waitedMs } of messages)
        this.#deliver(this.#from.of(ip, port), bytes, waitedMs);
      if (messages.length < BATCH_MAX) return true;
    }
    return true;
  }

  #deliver(from: Address, bytes: Bytes | undefined, waitedMs: number): void {
    if (bytes === undefined || bytes.length > INBOX_DATAGRAM_BYTES_MAX) this.#handlers.onOversized();
    else this.#handlers.onDatagram(from, bytes, waitedMs);
  }

  /** False where the kernel has no room for the rest. */
  #sendNow(job: Waiting): boolean {
    const { datagrams } = job;
    while (job.next < datagrams.length) {
      const end = job.next < job.singlesUntil ? job.next + 1 : trainEnd(datagrams, job.next);
      const error = this.#kernel.send(this.#descriptor, job.ip, job.port, datagrams, job.next, end);
      if (error !== undefined && NO_ROOM.has(error)) return false;
      if (error !== undefined && end - job.next > 1 && NO_TRAINS.has(error)) {
        job.singlesUntil = end;
        continue;
      }
      const count = end - job.next;
      job.next = end;
      if (error === undefined) this.#sent(count);
      else this.#handlers.onSent(error, count);
    }
    return true;
  }

  /** The first of what waits goes by libuv, which knows when there is room again; then the rest follows. */
  #awaitRoom(): void {
    const [job] = this.#waiting;
    const first = job?.datagrams[job.next]?.bytes;
    if (job === undefined || first === undefined) return;
    job.next++;
    this.socket.send(first, 0, first.length, job.port, job.host, (error) => {
      this.#handlers.onSent(error === null ? undefined : errorCode(error), 1);
      this.#resume();
    });
  }

  #resume(): void {
    while (!this.#closed) {
      const [job] = this.#waiting;
      if (job === undefined) return;
      if (!this.#sendNow(job)) return this.#awaitRoom();
      this.#waiting.shift();
    }
  }

  /**
   * What the kernel took is told in the next turn of the event loop: so a caller that sends until the port is full
   * gives the sockets a turn to be read.
   */
  #sent(count: number): void {
    this.#left += count;
    if (this.#isReportDue) return;
    this.#isReportDue = true;
    setImmediate(() => {
      const left = this.#left;
      this.#left = 0;
      this.#isReportDue = false;
      this.#handlers.onSent(undefined, left);
    });
  }
}

/** Addresses as the core wants them: built once for each, forgotten when there are too many. */
class Addresses {
  readonly #known = new Map<number, Address>();

  of(ip: number, port: number): Address {
    const key = ip * 65_536 + port;
    let address = this.#known.get(key);
    if (address === undefined) {
      if (this.#known.size >= HEARD_ADDRESSES_MAX) this.#known.clear();
      const host = `${ip >>> 24}.${(ip >>> 16) & 255}.${(ip >>> 8) & 255}.${ip & 255}`;
      address = { host, port };
      this.#known.set(key, address);
    }
    return address;
  }
}

/** The address as one number; none where it is no IPv4 address. */
function ipv4(host: string): number | undefined {
  if (!isIPv4(host)) return undefined;
  return host.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

/**
 * The few calls of the Linux kernel that `node:dgram` does not offer, through `node:ffi`: `sendmsg` with UDP_SEGMENT
 * (a train of datagrams in one call) and `recvmmsg` (a batch of them in one call, each with the time it arrived at).
 *
 * Memory safety rests on these points:
 * - Everything the kernel reads or writes lies in one ArrayBuffer, the arena: every structure, every name, every
 *   payload. It is not resizable, and a view of it is an argument of each call, so it can neither move nor go while the
 *   kernel uses it. Views of received payloads are handed out; whoever keeps one too long reads other packets, no more.
 * - Addresses inside the arena are written once, before the first call, as its base plus constant offsets.
 * - Every call returns at once (MSG_DONTWAIT), and the kernel keeps no address beyond it.
 * - What goes into the arena is bounds-checked here; what comes out is by lengths clamped to their slots.
 * - A file descriptor is used only by its owner (`FastSocket`), which never uses it after closing it.
 *
 * The layouts are those of 64-bit little-endian Linux with the GNU C library (x64 and arm64 agree); `loadKernel`
 * refuses everything else, and `fast-self-test.ts` proves them before any is relied on.
 */
import { endianness } from 'node:os';
import { getSystemErrorName } from 'node:util';
import type { Bytes } from '../../base/bytes.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { datagramLength, type Datagram } from '../../core/datagram.ts';
import { INBOX_DATAGRAM_BYTES_MAX } from '../limits.ts';
import { SEND_BYTES_MAX } from './train.ts';

const EAGAIN = 11;
const AF_INET = 2;
/** SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC */
const SOCKET_TYPE = 2 | 0o4000 | 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
/** The option and the type of what it brings; a `timespec` of 64-bit fields. */
const SO_TIMESTAMPNS = 35;
const CLOCK_REALTIME = 0;
const IPPROTO_IP = 0;
const IP_MULTICAST_ALL = 49;
const IPPROTO_UDP = 17;
const UDP_SEGMENT = 103;
const MSG_TRUNC = 0x20;
const MSG_DONTWAIT = 0x40;

/** Messages of one `recvmmsg`: 64 × 2 KiB of payload stay within a core's cache. */
export const BATCH_MAX = 64;
/** Longer datagrams are cut there by the kernel, which says so; nobody wants them. */
const SLOT_BYTES = INBOX_DATAGRAM_BYTES_MAX;

// struct msghdr { name*, u32 namelen, pad, iov*, u64 iovlen, control*, u64 controllen, i32 flags, pad }
const MSGHDR = { bytes: 56, name: 0, nameLength: 8, iov: 16, iovLength: 24 };
const MSGHDR_CONTROL = 32;
const MSGHDR_CONTROL_LENGTH = 40;
const MSGHDR_FLAGS = 48;
/** struct mmsghdr { msghdr, u32 len, pad } */
const MMSGHDR_BYTES = 64;
const MMSGHDR_LENGTH = 56;
/** struct iovec { base*, u64 len } */
const IOVEC_BYTES = 16;
const IOVEC_LENGTH = 8;
/** struct sockaddr_in { u16 family, u16 port and u32 address in network order, 8 zeros } */
const NAME_BYTES = 16;
/** struct cmsghdr { u64 len, i32 level, i32 type }, then the u16 of UDP_SEGMENT, in all padded to 8. */
const CMSG_LENGTH = 18;
const CMSG_SPACE = 24;
/** struct cmsghdr, then struct timespec { i64 seconds, i64 nanoseconds } */
const STAMP_SPACE = 32;
const CMSG_DATA = 16;
const CMSG_TYPE = 12;
const TIMESPEC_BYTES = 16;
/** A datagram that seems to have waited longer says only that somebody set the clock. */
const WAITED_MS_MAX = 10_000;

// The arena, every offset a multiple of 16.
const SEND_HEADER = 0;
const SEND_IOVEC = 64;
const SEND_NAME = 80;
const SEND_CONTROL = 96;
const OPTION = 128;
const WALL_CLOCK = 144;
const SEND_BYTES = 256;
const RECEIVE_HEADERS = SEND_BYTES + 65_536;
const RECEIVE_IOVECS = RECEIVE_HEADERS + BATCH_MAX * MMSGHDR_BYTES;
const RECEIVE_NAMES = RECEIVE_IOVECS + BATCH_MAX * IOVEC_BYTES;
const RECEIVE_STAMPS = RECEIVE_NAMES + BATCH_MAX * NAME_BYTES;
const RECEIVE_BYTES = RECEIVE_STAMPS + BATCH_MAX * STAMP_SPACE;
const ARENA_BYTES = RECEIVE_BYTES + BATCH_MAX * SLOT_BYTES;

const SIGNATURES = {
  // Only the GNU C library has it.
  gnu_get_libc_version: { arguments: [], return: 'pointer' },
  __errno_location: { arguments: [], return: 'pointer' },
  socket: { arguments: ['int32', 'int32', 'int32'], return: 'int32' },
  bind: { arguments: ['int32', 'buffer', 'uint32'], return: 'int32' },
  setsockopt: { arguments: ['int32', 'int32', 'int32', 'buffer', 'uint32'], return: 'int32' },
  close: { arguments: ['int32'], return: 'int32' },
  sendmsg: { arguments: ['int32', 'buffer', 'int32'], return: 'int64' },
  recvmmsg: { arguments: ['int32', 'buffer', 'uint32', 'int32', 'pointer'], return: 'int32' },
  clock_gettime: { arguments: ['int32', 'buffer'], return: 'int32' },
} as const;

type Ffi = typeof import('node:ffi');
type Functions = ReturnType<typeof import('node:ffi').dlopen<typeof SIGNATURES>>['functions'];

/** One received datagram; `bytes` are the kernel's again at the next `receive`. */
export interface Message {
  /** IPv4 as one number, in the order it is written. */
  readonly ip: number;
  readonly port: number;
  /** None where the datagram was longer than a slot. */
  readonly bytes: Bytes | undefined;
  /** How long it lay in the kernel's buffer, milliseconds; 0 where that is not known. */
  readonly waitedMs: number;
}

/** The calls for this thread, or why there are none. */
export async function loadKernel(): Promise<Result<Kernel, string>> {
  const { platform, arch } = process;
  if (platform !== 'linux' || (arch !== 'x64' && arch !== 'arm64') || endianness() !== 'LE') {
    return err(`no layouts for ${platform} ${arch}`);
  }
  try {
    const ffi = await import('node:ffi');
    return ok(new Kernel(ffi, ffi.dlopen('libc.so.6', SIGNATURES).functions));
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}

/** Belongs to the thread that made it: errno and the arena are that thread's. */
export class Kernel {
  readonly #ffi: Ffi;
  readonly #libc: Functions;
  readonly #errno: bigint;
  readonly #arena = new ArrayBuffer(ARENA_BYTES);
  readonly #view = new DataView(this.#arena);
  readonly #bytes = new Uint8Array(this.#arena);
  readonly #sendHeader = new Uint8Array(this.#arena, SEND_HEADER, MSGHDR.bytes);
  readonly #sendName = new Uint8Array(this.#arena, SEND_NAME, NAME_BYTES);
  readonly #option = new Uint8Array(this.#arena, OPTION, 4);
  readonly #wallClock = new Uint8Array(this.#arena, WALL_CLOCK, TIMESPEC_BYTES);
  readonly #receiveHeaders = new Uint8Array(this.#arena, RECEIVE_HEADERS, BATCH_MAX * MMSGHDR_BYTES);

  constructor(ffi: Ffi, libc: Functions) {
    this.#ffi = ffi;
    this.#libc = libc;
    this.#errno = libc.__errno_location();
    const base = ffi.getRawPointer(this.#arena);
    if (this.#errno === 0n || base === 0n) throw new Error('no address');
    this.#writeMessage(base, SEND_HEADER, SEND_NAME, SEND_IOVEC, SEND_BYTES);
    this.#pointer(SEND_HEADER + MSGHDR_CONTROL, base, SEND_CONTROL);
    this.#view.setBigUint64(SEND_CONTROL, BigInt(CMSG_LENGTH), true);
    this.#view.setInt32(SEND_CONTROL + 8, IPPROTO_UDP, true);
    this.#view.setInt32(SEND_CONTROL + 12, UDP_SEGMENT, true);
    for (let i = 0; i < BATCH_MAX; i++) {
      const header = RECEIVE_HEADERS + i * MMSGHDR_BYTES;
      const iovec = RECEIVE_IOVECS + i * IOVEC_BYTES;
      this.#writeMessage(base, header, RECEIVE_NAMES + i * NAME_BYTES, iovec, RECEIVE_BYTES + i * SLOT_BYTES);
      this.#view.setUint32(iovec + IOVEC_LENGTH, SLOT_BYTES, true);
      this.#pointer(header + MSGHDR_CONTROL, base, RECEIVE_STAMPS + i * STAMP_SPACE);
      this.#view.setUint32(header + MSGHDR_CONTROL_LENGTH, STAMP_SPACE, true);
    }
  }

  /** A bound, non-blocking UDP socket that hears groups only where it joined them itself, or the error's name. */
  open(ip: number, port: number, reuseAddr: boolean): Result<number, string> {
    const descriptor = this.#libc.socket(AF_INET, SOCKET_TYPE, 0);
    if (descriptor < 0) return err(this.#failure());
    this.#writeName(ip, port);
    if (
      this.#setOption(descriptor, SOL_SOCKET, SO_REUSEADDR, reuseAddr ? 1 : 0) &&
      this.#setOption(descriptor, IPPROTO_IP, IP_MULTICAST_ALL, 0) &&
      this.#libc.bind(descriptor, this.#sendName, NAME_BYTES) === 0
    ) {
      // Where it is refused, nothing is known of how long datagrams wait.
      this.#setOption(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, 1);
      return ok(descriptor);
    }
    const failure = this.#failure();
    this.close(descriptor);
    return err(failure);
  }

  /** libuv shares the address of every socket it adopts; this takes it back. */
  claimAddress(descriptor: number): boolean {
    return this.#setOption(descriptor, SOL_SOCKET, SO_REUSEADDR, 0);
  }

  /** For a descriptor that nothing else adopted. On Linux it is gone even where `close` reports an error. */
  close(descriptor: number): void {
    this.#libc.close(descriptor);
  }

  /**
   * Sends `datagrams[from]` up to but without `datagrams[to]` in one call; of more than one, all must have one length
   * but the last, which may be shorter (`trainEnd`). Returns the error's name where the kernel took none.
   */
  send(
    descriptor: number,
    ip: number,
    port: number,
    datagrams: readonly Datagram[],
    from: number,
    to: number,
  ): string | undefined {
    let length = 0;
    for (let i = from; i < to; i++) {
      const { bytes, payload } = datagrams[i] as Datagram;
      const head = bytes.length;
      if (length + head + (payload?.length ?? 0) > SEND_BYTES_MAX) return 'EMSGSIZE';
      this.#bytes.set(bytes, SEND_BYTES + length);
      length += head;
      if (payload === undefined) continue;
      this.#bytes.set(payload, SEND_BYTES + length);
      length += payload.length;
    }
    const isTrain = to - from > 1;
    this.#writeName(ip, port);
    this.#view.setUint32(SEND_IOVEC + IOVEC_LENGTH, length, true);
    this.#view.setUint32(SEND_HEADER + MSGHDR_CONTROL_LENGTH, isTrain ? CMSG_SPACE : 0, true);
    if (isTrain) this.#view.setUint16(SEND_CONTROL + 16, datagramLength(datagrams[from] as Datagram), true);
    const sent = Number(this.#libc.sendmsg(descriptor, this.#sendHeader, MSG_DONTWAIT));
    if (sent < 0) return this.#failure();
    return sent === length ? undefined : 'EIO';
  }

  /** Up to BATCH_MAX datagrams that have arrived; fewer mean that there were no more. */
  receive(descriptor: number): readonly Message[] | string {
    // The headers serve again as they are: every name that the kernel wrote has the length asked for, and the room for
    // the stamp is given back below.
    const count = this.#libc.recvmmsg(descriptor, this.#receiveHeaders, BATCH_MAX, MSG_DONTWAIT, null);
    if (count < 0) return this.#failure();
    return count > BATCH_MAX ? 'EIO' : this.#messages(count);
  }

  #messages(count: number): readonly Message[] {
    const messages: Message[] = [];
    const knowsNow = this.#libc.clock_gettime(CLOCK_REALTIME, this.#wallClock) === 0;
    for (let i = 0; i < count; i++) {
      const header = RECEIVE_HEADERS + i * MMSGHDR_BYTES;
      const name = RECEIVE_NAMES + i * NAME_BYTES;
      const slot = RECEIVE_BYTES + i * SLOT_BYTES;
      const isCut = (this.#view.getUint32(header + MSGHDR_FLAGS, true) & MSG_TRUNC) !== 0;
      const bytes = isCut ? undefined : this.#bytes.subarray(slot, slot + this.#length(i));
      const waitedMs = knowsNow ? this.#waitedMs(header, RECEIVE_STAMPS + i * STAMP_SPACE) : 0;
      const ip = this.#view.getUint32(name + 4);
      messages.push({ ip, port: this.#view.getUint16(name + 2), bytes, waitedMs });
    }
    return messages;
  }

  #waitedMs(header: number, stamp: number): number {
    const isStamped =
      this.#view.getUint32(header + MSGHDR_CONTROL_LENGTH, true) === STAMP_SPACE &&
      this.#view.getInt32(stamp + CMSG_TYPE, true) === SO_TIMESTAMPNS;
    this.#view.setUint32(header + MSGHDR_CONTROL_LENGTH, STAMP_SPACE, true);
    if (!isStamped) return 0;
    const arrived = stamp + CMSG_DATA;
    // The low halves suffice for a difference.
    const seconds = (this.#view.getInt32(WALL_CLOCK, true) - this.#view.getInt32(arrived, true)) | 0;
    const nanoseconds = this.#view.getInt32(WALL_CLOCK + 8, true) - this.#view.getInt32(arrived + 8, true);
    const waitedMs = seconds * 1e3 + nanoseconds / 1e6;
    return waitedMs > 0 && waitedMs < WAITED_MS_MAX ? waitedMs : 0;
  }

  #length(index: number): number {
    const length = this.#view.getUint32(RECEIVE_HEADERS + index * MMSGHDR_BYTES + MMSGHDR_LENGTH, true);
    return Math.min(length, SLOT_BYTES);
  }

  #setOption(descriptor: number, level: number, name: number, value: number): boolean {
    this.#view.setInt32(OPTION, value, true);
    return this.#libc.setsockopt(descriptor, level, name, this.#option, 4) === 0;
  }

  /**
   * Right after the call that failed, before anything else can set errno: reading it through the address that is
   * this thread's for its life calls nothing of libc.
   */
  #failure(): string {
    const errno = this.#ffi.getInt32(this.#errno);
    // By far the most frequent, and looking a name up takes longer than the call that failed.
    if (errno === EAGAIN) return 'EAGAIN';
    return errno > 0 ? getSystemErrorName(-errno) : 'EIO';
  }

  #writeName(ip: number, port: number): void {
    this.#view.setUint16(SEND_NAME, AF_INET, true);
    this.#view.setUint16(SEND_NAME + 2, port);
    this.#view.setUint32(SEND_NAME + 4, ip);
  }

  #writeMessage(base: bigint, header: number, name: number, iovec: number, payload: number): void {
    this.#pointer(header + MSGHDR.name, base, name);
    this.#view.setUint32(header + MSGHDR.nameLength, NAME_BYTES, true);
    this.#pointer(header + MSGHDR.iov, base, iovec);
    this.#view.setUint32(header + MSGHDR.iovLength, 1, true);
    this.#pointer(iovec, base, payload);
  }

  #pointer(at: number, base: bigint, offset: number): void {
    this.#view.setBigUint64(at, base + BigInt(offset), true);
  }
}

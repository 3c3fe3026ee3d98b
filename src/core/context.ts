/** What every part of the core shares: its ports, who we are, and the way out for datagrams, events and counts. */
import type { BufferPool } from '../base/buffer-pool.ts';
import type { Bytes } from '../base/bytes.ts';
import type { MemberId, RoomId } from '../base/ids.ts';
import type { Random } from '../base/prng.ts';
import type { CryptoPort, Destination, PeerEvent } from './api.ts';
import type { FecKernel } from './fec/port.ts';
import { RELAY_HEADER_BYTES } from './limits.ts';
import type { Paths } from './membership/paths.ts';
import type { AssemblyFactory } from './transfer/assembly.ts';
import type { SignedPrekey } from './wire/hello.ts';

export interface Self {
  readonly id: MemberId;
  readonly publicKey: Bytes;
  /** Random for each start of the process, 16 digits. */
  readonly incarnation: string;
  readonly unicastPort: number;
  readonly datagramBytesMax: number;
  name: string;
  /** Of its badge, 1…15, where one was chosen. */
  colour?: number | undefined;
  /** The wall clock's Unix milliseconds less ours; undefined until it is told. */
  clockAheadMs?: number;
  /** What others seal to, as HELLO says it. */
  prekey?: SignedPrekey | undefined;
}

export interface Context {
  readonly crypto: CryptoPort;
  readonly kernel: FecKernel;
  readonly assemble: AssemblyFactory;
  readonly random: Random;
  /** Of a sealed block each. */
  readonly buffers: BufferPool;
  readonly self: Self;
  /** What gets through to whom. */
  readonly paths: Paths;
  /** Nothing of a file arrives there, though what is small does. */
  readonly suspectPath: (now: number, member: MemberId) => void;
  /** Nothing is said that nobody asked for, but for a HELLO now and then. */
  readonly quiet: boolean;
  /** Counts the signed statements of this process: each is newer than the one before, in every room and after a rejoin. */
  nextCounter(): number;
  /** Numbers what the store is given to keep: over all rooms, so that an answer from before a rejoin confirms nothing after it. */
  nextSerial(): number;
  /** Our own wall clock, Unix milliseconds; undefined where no command has brought the time. */
  wallClock(now: number): number | undefined;
  /** Queues a control datagram. `audience`: in a private room, who may read it at most; else everybody in the room. */
  send(to: Destination, bytes: Bytes, audience?: ReadonlySet<MemberId>): void;
  emit(event: PeerEvent): void;
  /** How long what is being handled had waited for us since it reached the machine: whether we keep up. */
  waitedMs(): number;
  /** Counts something that was refused or dropped. */
  count(what: string): void;
}

/** What a control datagram may have, whatever way it takes: an envelope around it still has to fit a packet (protocol.md §3.2). */
export const controlBytesMax = ({ datagramBytesMax }: Self): number => datagramBytesMax - RELAY_HEADER_BYTES;

export const control = (room: RoomId): Destination => ({ kind: 'control', room });

/**
 * The datagram port: what the driver needs of the network, and nothing of how it is done. Every adapter passes
 * `datagramPortConformance` (test/conformance). No method throws for what the network or the system does; that
 * comes as a counter and, once for each cause, as a problem.
 */
import type { Bytes } from '../../base/bytes.ts';
import type { Result } from '../../base/result.ts';
import type { Address, Counters } from '../../core/api.ts';
import type { Datagram } from '../../core/datagram.ts';
import type { NetworkInterface } from '../interfaces.ts';
import type { IoFault, IoProblem } from '../problems.ts';
import type { Ipv6Needs } from './ipv6-use.ts';

export type SendTarget =
  /** To everyone in the group, on every interface, by IPv6 beside IPv4 only where that is needed; `bulk` only where somebody was heard, never twice into one LAN. */
  | { readonly kind: 'multicast'; readonly group: string; readonly bulk: boolean }
  | { readonly kind: 'unicast'; readonly address: Address }
  /** To everybody on every network of every interface, what is small. */
  | { readonly kind: 'broadcast' };

export interface DatagramHandlers {
  /**
   * `bytes` are the port's again afterwards. `waitedMs` ago they reached this machine, 0 where that is not known. Own
   * multicasts come back too; `isOwn` says so.
   */
  onDatagram(from: Address, bytes: Bytes, waitedMs: number, byMulticast: boolean, isOwn: boolean): void;
  /** What was given is not dealt with yet: more stays in the kernel's small buffer, where the sender feels it. */
  isBehind(): boolean;
  /** After `full` was true: there is room again. */
  onDrain(): void;
  onProblem(problem: IoProblem): void;
}

export interface DatagramPortOptions {
  /** P: every multicast. */
  readonly port: number;
  readonly interfaces: readonly NetworkInterface[];
  /** TTL or hop limit of multicast; 1 where absent. */
  readonly hops?: number;
  /** Where unicast is taken: loopback only, or every address of the machine. */
  readonly loopbackOnly: boolean;
  readonly handlers: DatagramHandlers;
  /** How often memberships are renewed on the wire. */
  readonly rejoinIntervalMs?: number;
}

export interface PortFacts {
  /** Of each interface that is sent on. `ownComesBack`: undefined where nothing was sent long enough ago. */
  readonly interfaces: readonly { readonly name: string; readonly ownComesBack?: boolean }[];
  readonly groups: readonly string[];
}

export interface DatagramPort {
  /** The first free of P + 1 … P + 15: unicast is taken there and sent from there. */
  readonly unicastPort: number;
  /** As many datagrams are on their way as may be: wait for `onDrain`. A send all the same is not lost by that. */
  readonly full: boolean;
  /** Becomes a member on every interface, synchronously; of a file's group by IPv6 only where that is needed. Idempotent. */
  subscribe(group: string, isBulk?: boolean): void;
  /** Leaves the group in the kernel, synchronously. Idempotent. */
  unsubscribe(group: string): void;
  /** Hot-plug: sends and joins on exactly these from now on. */
  setInterfaces(interfaces: readonly NetworkInterface[]): void;
  /** Who needs IPv6 where there is IPv4 as well. */
  useIpv6(needs: Ipv6Needs): void;
  /** Memberships are not renewed while this is so, and at once when it ends. */
  pauseRenewing(isPaused: boolean): void;
  /** What one `send` takes at best; with more than 1, a train of datagrams costs little more than one of them. */
  readonly trainMax: number;
  /** Datagrams that the engine may let gather before it reads them: less than it can read at once. */
  readonly gatherMax: number;
  /** Sends all, in this order; the caller changes neither the list nor the bytes afterwards, but may use payloads again. */
  send(target: SendTarget, datagrams: readonly Datagram[]): void;
  /** Takes what has arrived, now, where the adapter can; the event loop brings it otherwise. */
  receive(): void;
  /** For the doctor. */
  facts(): PortFacts;
  /** What went wrong so far, by stable names that begin with `io-`. */
  counters(): Counters;
  /** Resolves when the last datagram left or SHUTDOWN_MS_MAX passed, and every socket is closed. Idempotent. */
  close(): Promise<void>;
}

export type OpenDatagramPort = (options: DatagramPortOptions) => Result<DatagramPort, IoFault>;

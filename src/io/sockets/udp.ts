/**
 * One UDP socket, as `UdpPort` wants it; `portable.ts` and `fast.ts` are its two kinds. Opening is synchronous, and
 * no failure throws: it comes as the system's error name.
 */
import type { Socket } from 'node:dgram';
import type { Bytes } from '../../base/bytes.ts';
import type { Result } from '../../base/result.ts';
import type { Address } from '../../core/api.ts';
import type { Datagram } from '../../core/datagram.ts';

export interface UdpBinding {
  readonly port: number;
  /** IPv4; a group's own address takes that group only (not on Windows). */
  readonly address: string;
  readonly reuseAddr: boolean;
}

export interface UdpHandlers {
  /** As in `DatagramHandlers`. */
  onDatagram(from: Address, bytes: Bytes, waitedMs: number): void;
  isBehind(): boolean;
  /** A datagram of more than INBOX_DATAGRAM_BYTES_MAX was dropped. */
  onOversized(): void;
  /** So many datagrams given to `send` left, or failed by that error. Each is told once. */
  onSent(error: string | undefined, count: number): void;
}

export interface UdpSocket {
  /** For options and memberships; data goes past it. */
  readonly socket: Socket;
  /** Once, in the turn that opened the socket and before any `send`. */
  listen(handlers: UdpHandlers): void;
  /** Takes what has arrived, where the adapter can do so by itself. */
  receive(): void;
  /** To one address, in this order. The caller changes neither the list nor the bytes afterwards, but may use payloads again. */
  send(datagrams: readonly Datagram[], host: string, port: number): void;
  /** What was not sent is told as ECANCELED. Resolves when the port is free again. */
  close(): Promise<void>;
}

export interface UdpSockets {
  /** What one `send` takes at best: more than 1 where the system sends several in one call. */
  readonly trainMax: number;
  /** See `DatagramPort.gatherMax`. */
  readonly gatherMax: number;
  bind(binding: UdpBinding): Result<UdpSocket, string>;
}

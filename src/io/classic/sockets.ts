/**
 * The sockets of the original tool (protocol.md §11): two groups to listen to, and one port that everything is sent
 * from. One interface for each network, since nothing is numbered: a datagram that comes twice is said twice, and
 * breaks a file.
 */
import { createSocket, type Socket } from 'node:dgram';
import type { Bytes } from '../../base/bytes.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { Address } from '../../core/api.ts';
import { isIpv6, type NetworkInterface } from '../interfaces.ts';
import { RECEIVE_BUFFER_BYTES_WANTED } from '../limits.ts';
import { errorCode } from '../problems.ts';
import { onePerNetwork } from '../sockets/bulk-paths.ts';
import { lookupNumeric } from '../sockets/portable.ts';

export const TALK = { group: '224.168.2.9', port: 1600 } as const;
export const FILES = { group: '235.2.3.4', port: 1700 } as const;
/** Members are known by their address, and are expected to send from here. */
const SOURCE_PORT = 1501;
const TTL = 255;
/** On Windows a socket cannot be bound to a group's address, and hears only what it joined itself. */
const WILDCARD = process.platform === 'win32';

export type Channel = typeof TALK | typeof FILES;

export interface ClassicHandlers {
  onDatagram(channel: Channel, from: Address, bytes: Bytes): void;
}

export class ClassicSockets {
  readonly #handlers: ClassicHandlers;
  readonly #channels: readonly Channel[];
  /** By interface address. */
  readonly #senders = new Map<string, Socket>();
  readonly #listeners = new Map<Channel, { readonly socket: Socket; readonly joined: Set<string> }>();

  private constructor(handlers: ClassicHandlers, channels: readonly Channel[]) {
    this.#handlers = handlers;
    this.#channels = channels;
  }

  /** An error name where nothing can be sent. Without `files` none are taken. */
  static open(
    interfaces: readonly NetworkInterface[],
    files: boolean,
    handlers: ClassicHandlers,
  ): Result<ClassicSockets, string> {
    const sockets = new ClassicSockets(handlers, files ? [TALK, FILES] : [TALK]);
    const error = sockets.setInterfaces(interfaces);
    if (error === undefined && sockets.#senders.size > 0) return ok(sockets);
    sockets.close();
    return err(error ?? 'ENETDOWN');
  }

  /** The first error, where one of them cannot be used. */
  setInterfaces(interfaces: readonly NetworkInterface[]): string | undefined {
    // The original tool knows IPv4 only.
    const addresses = onePerNetwork(interfaces)
      .map(({ address }) => address)
      .filter((address) => !isIpv6(address));
    for (const [address, sender] of this.#senders) {
      if (addresses.includes(address)) continue;
      this.#senders.delete(address);
      sender.close();
    }
    let error: string | undefined;
    for (const address of addresses) {
      if (this.#senders.has(address)) continue;
      const opened = openSender(address);
      if (opened.ok) this.#senders.set(address, opened.value);
      else error ??= opened.error;
    }
    for (const channel of this.#channels) error = this.#listen(channel, addresses) ?? error;
    return error;
  }

  /** Resolves when it has left by every network; to a network that is gone it goes nowhere. */
  async send(channel: Channel, bytes: Bytes): Promise<void> {
    await Promise.all(
      [...this.#senders.values()].map(
        (socket) =>
          new Promise<void>((done) => {
            try {
              socket.send(bytes, channel.port, channel.group, () => done());
            } catch {
              done();
            }
          }),
      ),
    );
  }

  /** Leaves and joins, so that a switch that has forgotten us hears of us again. */
  rejoin(): void {
    for (const { socket, joined } of this.#listeners.values()) {
      const channel = [...this.#listeners].find(([, one]) => one.socket === socket)?.[0];
      if (channel === undefined) continue;
      for (const address of joined) {
        membership(socket, 'dropMembership', channel.group, address);
        membership(socket, 'addMembership', channel.group, address);
      }
    }
  }

  close(): void {
    for (const sender of this.#senders.values()) sender.close();
    for (const { socket } of this.#listeners.values()) socket.close();
    this.#senders.clear();
    this.#listeners.clear();
  }

  #listen(channel: Channel, addresses: readonly string[]): string | undefined {
    let listener = this.#listeners.get(channel);
    if (listener === undefined) {
      const opened = openListener(channel);
      if (!opened.ok) return opened.error;
      listener = { socket: opened.value, joined: new Set() };
      this.#listeners.set(channel, listener);
      opened.value.on('message', (message, { address, port }) => {
        // Loop-back is off; but what leaves by one network comes in by another where both are one LAN.
        if (this.#senders.has(address) && port === SOURCE_PORT) return;
        const bytes = new Uint8Array(message.buffer, message.byteOffset, message.byteLength);
        this.#handlers.onDatagram(channel, { host: address, port }, bytes);
      });
    }
    const { socket, joined } = listener;
    for (const address of joined) {
      if (addresses.includes(address)) continue;
      joined.delete(address);
      membership(socket, 'dropMembership', channel.group, address);
    }
    for (const address of addresses) {
      if (!joined.has(address) && membership(socket, 'addMembership', channel.group, address))
        joined.add(address);
    }
    return undefined;
  }
}

function openSender(address: string): Result<Socket, string> {
  const socket = createSocket({ type: 'udp4', lookup: lookupNumeric });
  socket.on('error', () => {});
  try {
    socket.bindSync({ port: SOURCE_PORT, address });
    socket.setMulticastInterface(address);
    socket.setMulticastTTL(TTL);
    socket.setMulticastLoopback(false);
    return ok(socket);
  } catch (error) {
    socket.close();
    return err(errorCode(error));
  }
}

function openListener({ group, port }: Channel): Result<Socket, string> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true, lookup: lookupNumeric });
  socket.on('error', () => {});
  try {
    socket.bindSync({ port, address: WILDCARD ? '0.0.0.0' : group });
  } catch (error) {
    socket.close();
    return err(errorCode(error));
  }
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES_WANTED);
  } catch {
    // The system's default is what there is.
  }
  return ok(socket);
}

function membership(
  socket: Socket,
  change: 'addMembership' | 'dropMembership',
  group: string,
  address: string,
): boolean {
  try {
    socket[change](group, address);
    return true;
  } catch (error) {
    // The interface is gone, and its membership with it; or it is a member already.
    return errorCode(error) === 'EADDRINUSE';
  }
}

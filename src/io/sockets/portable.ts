/** The datagram port on `node:dgram`, for every platform. */
import { createSocket, type Socket, type SocketOptions } from 'node:dgram';
import { err, ok, type Result } from '../../base/result.ts';
import { wholeDatagram, type Datagram } from '../../core/datagram.ts';
import { INBOX_DATAGRAM_BYTES_MAX, NAP_DATAGRAMS_PORTABLE } from '../limits.ts';
import { isIpv6 } from '../interfaces.ts';
import { errorCode } from '../problems.ts';
import type { OpenDatagramPort } from './port.ts';
import { openUdpPort } from './udp-port.ts';
import type { UdpBinding, UdpHandlers, UdpSocket } from './udp.ts';

/** Every address here is a number already; the default look-up would cost each datagram a turn of the loop. */
export const lookupNumeric: NonNullable<SocketOptions['lookup']> = (host, _options, done) =>
  done(null, host, 4);

/** Opens the unicast socket and a sending socket for each interface; joins nothing yet. */
export const openPortablePort: OpenDatagramPort = (options) =>
  openUdpPort(options, { trainMax: 1, gatherMax: NAP_DATAGRAMS_PORTABLE, bind: bindPortable });

export function bindPortable(binding: UdpBinding): Result<UdpSocket, string> {
  if (binding.port > 65_535) return err('ERR_SOCKET_BAD_PORT');
  const { reuseAddr } = binding;
  const isV6 = isIpv6(binding.address);
  const socket = createSocket({
    type: isV6 ? 'udp6' : 'udp4',
    ipv6Only: isV6,
    reuseAddr,
    lookup: lookupNumeric,
  });
  // What a socket reports later (an interface that went away) shows as failed sends, which are counted.
  socket.on('error', () => {});
  try {
    socket.bindSync({ port: binding.port, address: binding.address });
  } catch (error) {
    socket.close();
    return err(errorCode(error));
  }
  return ok(new PortableSocket(socket));
}

class PortableSocket implements UdpSocket {
  readonly socket: Socket;
  #onSent: (error: Error | null) => void = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
  }

  listen(handlers: UdpHandlers): void {
    this.#onSent = (error) => handlers.onSent(error === null ? undefined : errorCode(error), 1);
    this.socket.on('message', (message, remote) => {
      if (message.length > INBOX_DATAGRAM_BYTES_MAX) {
        handlers.onOversized();
        return;
      }
      const bytes = new Uint8Array(message.buffer, message.byteOffset, message.byteLength);
      handlers.onDatagram({ host: remote.address, port: remote.port }, bytes, 0);
    });
  }

  receive(): void {}

  send(datagrams: readonly Datagram[], host: string, port: number): void {
    for (const datagram of datagrams) {
      // It may leave later than in this call.
      const bytes = wholeDatagram(datagram);
      try {
        this.socket.send(bytes, 0, bytes.length, port, host, this.#onSent);
      } catch (error) {
        // An address that is none, as a hostile member may announce it.
        this.#onSent(error instanceof Error ? error : new Error('send'));
      }
    }
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.socket.close(() => resolve()));
  }
}

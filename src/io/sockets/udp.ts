/** Opening one UDP socket: synchronous, and a failure is a value. */
import { createSocket, type Socket, type SocketOptions } from 'node:dgram';
import { err, ok, type Result } from '../../base/result.ts';
import { errorCode } from '../problems.ts';

/** Every address here is a number already; the default look-up would cost each datagram a turn of the loop. */
const lookupNumeric: NonNullable<SocketOptions['lookup']> = (host, _options, done) => done(null, host, 4);

/** A bound IPv4 socket that never throws later, or the system's error name. */
export function bindUdp(options: {
  readonly port: number;
  readonly address: string;
  readonly reuseAddr: boolean;
}): Result<Socket, string> {
  if (options.port > 65_535) return err('ERR_SOCKET_BAD_PORT');
  const socket = createSocket({ type: 'udp4', reuseAddr: options.reuseAddr, lookup: lookupNumeric });
  // What a socket reports later (an interface that went away) shows as failed sends, which are counted.
  socket.on('error', () => {});
  try {
    socket.bindSync({ port: options.port, address: options.address });
    return ok(socket);
  } catch (error) {
    socket.close();
    return err(errorCode(error));
  }
}

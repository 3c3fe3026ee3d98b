/** A port on 127.0.0.1 for the page. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { err, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { detailOf } from '../fault.ts';
import type { Problem } from '../fault.ts';
import { CONNECTIONS_MAX, DEFAULT_UI_PORT, HEADERS_MS_MAX, UI_PORTS_TRIED } from '../limits.ts';

export interface Listening {
  readonly server: Server;
  readonly port: number;
  /** The remembered port, where it was taken. */
  readonly moved?: number;
}

export interface WantedPort {
  /** Given by the user: that one or none. */
  readonly given?: number | undefined;
  readonly remembered?: number | undefined;
  /** A command that hosts for a moment leaves the well-known ports to those who stay. */
  readonly brief: boolean;
}

const ANY = 0;

/** Any free port, for this run. */
export async function listenAnywhere(): Promise<Result<Listening, Problem>> {
  return listenLocally({ brief: true });
}

export async function listenLocally(wanted: WantedPort): Promise<Result<Listening, Problem>> {
  const server = createServer();
  server.headersTimeout = HEADERS_MS_MAX;
  // An upload takes as long as the disk does; what stands still is ended by the keep-alive and header limits.
  server.requestTimeout = 0;
  server.maxConnections = CONNECTIONS_MAX;
  const { given, remembered, brief } = wanted;
  for (const port of portsToTry(wanted)) {
    const fault = await tryPort(server, port);
    if (fault === undefined) {
      const actual = (server.address() as AddressInfo).port;
      const moved = remembered !== undefined && remembered !== actual && given === undefined && !brief;
      return ok({ server, port: actual, ...(moved ? { moved: remembered } : {}) });
    }
    const taken = fault.code === 'EADDRINUSE' || fault.code === 'EACCES';
    if (given !== undefined && taken) return err({ code: 'ui-port-in-use', values: { port: given } });
    if (!taken) return err({ code: 'ui-failed', values: { detail: detailOf(fault) } });
  }
  return err({ code: 'ui-failed', values: { detail: 'EADDRINUSE' } });
}

function portsToTry({ given, remembered, brief }: WantedPort): readonly number[] {
  if (given !== undefined) return [given];
  if (remembered !== undefined) return [remembered, ANY];
  if (brief) return [ANY];
  return [...Array.from({ length: UI_PORTS_TRIED }, (_, offset) => DEFAULT_UI_PORT + offset), ANY];
}

async function tryPort(server: Server, port: number): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException): void => resolve(error);
    server.once('error', failed);
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      server.removeListener('error', failed);
      resolve(undefined);
    });
  });
}

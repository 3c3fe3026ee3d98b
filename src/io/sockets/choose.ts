/** Which of the two kinds of socket this machine gets: the fast path where it proves itself, else the portable one. */
import type { Result } from '../../base/result.ts';
import { loadKernel, type Kernel } from './fast-kernel.ts';
import { selfTest } from './fast-self-test.ts';
import { fastSockets } from './fast.ts';
import type { OpenDatagramPort } from './port.ts';
import { openPortablePort } from './portable.ts';
import { openUdpPort } from './udp-port.ts';

export type SocketPath = 'fast' | 'portable';

export interface ChosenSockets {
  readonly path: SocketPath;
  /** Why it is not the fast path. */
  readonly reason?: string;
  readonly open: OpenDatagramPort;
}

/**
 * `wish` is the variable STARLING_SOCKETS, which benchmarks set: `portable` or `fast`. Throws where the fast path
 * was insisted on and cannot be had, so that nobody measures the wrong one.
 */
export async function chooseSockets(
  wish: string | undefined,
  load: () => Promise<Result<Kernel, string>> = loadKernel,
): Promise<ChosenSockets> {
  if (wish === 'portable') return { path: 'portable', reason: 'STARLING_SOCKETS', open: openPortablePort };
  const kernel = await load();
  const failure = kernel.ok ? await selfTest(kernel.value) : kernel.error;
  if (kernel.ok && failure === undefined) {
    const sockets = fastSockets(kernel.value);
    return { path: 'fast', open: (options) => openUdpPort(options, sockets) };
  }
  const reason = failure ?? '';
  if (wish === 'fast') throw new Error(`STARLING_SOCKETS=fast, but: ${reason}`);
  return { path: 'portable', reason, open: openPortablePort };
}

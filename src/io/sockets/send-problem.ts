/** What a failed send means to a person. */
import type { IoProblem } from '../problems.ts';

/** A full queue is congestion; an address that is none is somebody's false claim; and a closed socket is our own doing. */
const HARMLESS: ReadonlySet<string> = new Set(['ENOBUFS', 'EAGAIN', 'EINVAL', 'ECANCELED']);

export const isHarmless = (error: string): boolean => HARMLESS.has(error) || error.startsWith('ERR_');

export function sendProblem(error: string, name: string): IoProblem {
  const values = { interface: name, error };
  switch (error) {
    case 'EPERM':
    case 'EACCES':
      return { code: 'send-blocked', values };
    case 'EMSGSIZE':
      return { code: 'send-too-large', values };
    case 'ENETUNREACH':
    case 'ENETDOWN':
    case 'EHOSTUNREACH':
    case 'EADDRNOTAVAIL':
      return { code: 'network-unreachable', values };
    default:
      return { code: 'send-failed', values };
  }
}

/** Who is reached through another member and has no address of its own here: it has another IP version than we have. */
import type { Address } from '../api.ts';

const HOST = 'relayed-';

/** Stands for it where an address is asked for; nothing can be sent there straight. `prefix`: the first digits of the id. */
export const unaddressed = (prefix: string): Address => ({ host: `${HOST}${prefix}`, port: 1 });

/** One host is one member; the port is whatever its HELLO says. */
export const isUnaddressed = (host: string): boolean => host.startsWith(HOST);

/** For people. */
export const shownHost = (host: string): string => (isUnaddressed(host) ? 'IPv6' : host);

/** How a member hears another one, as its HELLO tells (protocol.md §5.1). */
import { toHex } from '../../base/bytes.ts';
import { PATH_MTUS } from '../limits.ts';
import type { Reader, Writer } from './codec.ts';
import { fromHexExact } from './hex.ts';

export interface HeardEntry {
  /** First 8 bytes of the id, 16 digits. */
  readonly prefix: string;
  /** Share of its HELLOs that were lost, 0…1. */
  readonly loss: number;
  /** Its HELLOs come by multicast; else only by unicast. */
  readonly byMulticast: boolean;
  /** Of pings; undefined where none came back. */
  readonly roundTripMs?: number;
  /** The largest packet, one of PATH_MTUS, that gets through to it, where that is less than it should be. */
  readonly pathMtu?: number;
  /** Where it was heard from, as others may reach it; undefined where that is no IPv4 address. */
  readonly address?: { readonly host: string; readonly port: number };
}

export const HEARD_PREFIX_BYTES = 8;
export const HEARD_ENTRY_BYTES = HEARD_PREFIX_BYTES + 1 + 2 + 4 + 2;

/** Tenths of a millisecond; above 0.8 s it does not matter how much. The three bits above say which of PATH_MTUS, from 1 on. */
const ROUND_TRIP_STEPS_PER_MS = 10;
const ROUND_TRIP_STEPS_MAX = 0x1fff;
const PATH_SHIFT = 13;
/** Seven bits; the eighth says whether it is heard by multicast. */
const LOSS_STEPS = 127;
const BY_MULTICAST = 0x80;

export function writeHeard(
  writer: Writer,
  { prefix, loss, byMulticast, roundTripMs, pathMtu, address }: HeardEntry,
): void {
  const steps =
    roundTripMs === undefined ? 0 : Math.max(1, Math.round(roundTripMs * ROUND_TRIP_STEPS_PER_MS));
  const octets = ipv4Octets(address?.host ?? '');
  writer
    .bytes(fromHexExact(prefix, HEARD_PREFIX_BYTES))
    .u8(Math.round(Math.min(1, Math.max(0, loss)) * LOSS_STEPS) | (byMulticast ? BY_MULTICAST : 0))
    .u16(Math.min(ROUND_TRIP_STEPS_MAX, steps) | ((indexOfPath(pathMtu) + 1) << PATH_SHIFT))
    .bytes(octets ?? new Uint8Array(4))
    .u16(octets === undefined ? 0 : (address?.port ?? 0));
}

/** Undefined where an address without a port, or a port without an address, is named. */
export function readHeard(reader: Reader): HeardEntry {
  const prefix = toHex(reader.bytes(HEARD_PREFIX_BYTES));
  const reception = reader.u8();
  const figures = reader.u16();
  const steps = figures & ROUND_TRIP_STEPS_MAX;
  const pathMtu = PATH_MTUS[(figures >>> PATH_SHIFT) - 1];
  const octets = reader.bytes(4);
  const port = reader.u16();
  const host = octets.join('.');
  reader.require((port === 0) === (host === '0.0.0.0'));
  return {
    prefix,
    loss: (reception & LOSS_STEPS) / LOSS_STEPS,
    byMulticast: (reception & BY_MULTICAST) !== 0,
    ...(steps === 0 ? {} : { roundTripMs: steps / ROUND_TRIP_STEPS_PER_MS }),
    ...(pathMtu === undefined ? {} : { pathMtu }),
    ...(port === 0 ? {} : { address: { host, port } }),
  };
}

/** −1 for none. */
const indexOfPath = (mtu: number | undefined): number => PATH_MTUS.findIndex((one) => one === mtu);

function ipv4Octets(host: string): Uint8Array | undefined {
  const parts = host.split('.');
  if (parts.length !== 4 || host === '0.0.0.0') return undefined;
  const octets = parts.map(Number);
  const isAddress = parts.every((part, i) => /^\d{1,3}$/.test(part) && (octets[i] as number) <= 255);
  return isAddress ? new Uint8Array(octets) : undefined;
}

/**
 * What goes around a datagram on its way by broadcast or through a member (protocol.md §3.2). It says nothing that has to
 * be believed: the datagram in it is checked as any other one, and what is sealed stays so.
 */
import { toHex } from '../base/bytes.ts';
import type { Bytes } from '../base/bytes.ts';
import type { Datagram } from '../core/datagram.ts';
import { RELAY_HEADER_BYTES } from '../core/limits.ts';
import { FRAME, firstByte } from '../core/wire/header.ts';

const FIRST_BYTE = firstByte(FRAME.envelope);
const BROADCAST_BYTES = 2;
const KINDS = ['broadcast', 'to', 'from'] as const;

export type Envelope =
  | { readonly kind: 'broadcast'; readonly inner: Bytes }
  /** To the member, or from it, whose id begins so. */
  | { readonly kind: 'to' | 'from'; readonly prefix: string; readonly inner: Bytes };

export const isEnvelope = (bytes: Bytes): boolean => bytes[0] === FIRST_BYTE;

/** Undefined where it is none, is cut, or holds another one: nothing passes through two members. */
export function openEnvelope(bytes: Bytes): Envelope | undefined {
  const kind = KINDS[bytes[1] ?? KINDS.length];
  if (!isEnvelope(bytes) || kind === undefined) return undefined;
  const inner = bytes.subarray(kind === 'broadcast' ? BROADCAST_BYTES : RELAY_HEADER_BYTES);
  if (inner.length === 0 || isEnvelope(inner)) return undefined;
  if (kind === 'broadcast') return { kind, inner };
  return { kind, prefix: toHex(bytes.subarray(BROADCAST_BYTES, RELAY_HEADER_BYTES)), inner };
}

export const forBroadcast = (datagram: Datagram): Datagram =>
  behind(Uint8Array.of(FIRST_BYTE, KINDS.indexOf('broadcast')), datagram);

/** `prefix`: the first 16 digits of a member's id. */
export function forRelay(kind: 'to' | 'from', prefix: string, datagram: Datagram): Datagram {
  const digits = prefix.match(/../g) ?? [];
  const header = [FIRST_BYTE, KINDS.indexOf(kind), ...digits.map((pair) => Number.parseInt(pair, 16))];
  return behind(Uint8Array.from(header), datagram);
}

function behind(header: Bytes, { bytes, payload }: Datagram): Datagram {
  const head = new Uint8Array(header.length + bytes.length);
  head.set(header);
  head.set(bytes, header.length);
  return payload === undefined ? { bytes: head } : { bytes: head, payload };
}

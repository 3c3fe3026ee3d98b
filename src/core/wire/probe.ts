/**
 * PROBE: does a datagram of this size reach you by the way that the room's datagrams take? (protocol.md §5.4, RFC 8899 §4.) It goes to
 * the group, so to multicast, copies and passing-on alike; who is named in it answers with a PONG of its nonce.
 */
import { toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, RoomId } from '../../base/ids.ts';
import { PROBE_NAMES_MAX } from '../limits.ts';
import { NAME_PREFIX_BYTES } from './ask.ts';
import { Reader } from './codec.ts';
import { controlFrame, FRAME, skipControlHeader } from './header.ts';
import { fromHexExact } from './hex.ts';
import { memberIdBytes, readMemberId } from './id-bytes.ts';

export interface ProbeFrame {
  readonly type: 'probe';
  /** The speaker. */
  readonly member: MemberId;
  /** Eight random bytes as 16 digits: they stand for the size, so nobody can confirm one that did not reach it. */
  readonly nonce: string;
  /** Beginnings of the ids of those who are to answer. */
  readonly names: readonly string[];
}

/** `lengthBytes`: of the frame, filled up with zeros; at least what the rest takes. */
export function encodeProbe(room: RoomId, probe: Omit<ProbeFrame, 'type'>, lengthBytes: number): Bytes {
  const writer = controlFrame(FRAME.probe, room)
    .bytes(memberIdBytes(probe.member))
    .bytes(fromHexExact(probe.nonce, 8))
    .u8(probe.names.length);
  for (const name of probe.names) writer.bytes(fromHexExact(name, NAME_PREFIX_BYTES));
  return writer.bytes(new Uint8Array(Math.max(0, lengthBytes - writer.size))).finish();
}

export function decodeProbe(datagram: Bytes): ProbeFrame | undefined {
  const reader = new Reader(datagram);
  skipControlHeader(reader);
  const member = readMemberId(reader);
  const nonce = toHex(reader.bytes(8));
  const names = reader.list(PROBE_NAMES_MAX, () => toHex(reader.bytes(NAME_PREFIX_BYTES)));
  reader.rest();
  return reader.done() ? { type: 'probe', member, nonce, names } : undefined;
}

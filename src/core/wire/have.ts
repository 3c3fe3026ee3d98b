/** HAVE: what a member decided about a file, and that it has it verified on its disk (protocol.md §7.5). Signed. */
import { toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, RoomId, TransferId } from '../../base/ids.ts';
import type { TransferFailure } from '../api.ts';
import { Reader } from './codec.ts';
import { controlFrame, FRAME, SIGNATURE_BYTES, skipControlHeader } from './header.ts';
import { fromHexExact } from './hex.ts';
import { memberIdBytes, readMemberId, readTransferId, transferIdBytes } from './id-bytes.ts';

/** `paused`: wanted, and not now. `asked`: whoever is there was asked once more, and has not answered. */
export type HaveState = 'wanted' | 'declined' | 'complete' | 'failed' | 'paused' | 'asked';
export const HAVE_STATES: readonly HaveState[] = [
  'wanted',
  'declined',
  'complete',
  'failed',
  'paused',
  'asked',
];

/** The reasons that a receiver can give; the index is the wire value. */
export const HAVE_REASONS: readonly TransferFailure[] = [
  'cancelled-by-receiver',
  'disk-full',
  'disk-error',
  'corrupt',
  'stalled',
  'room-quit',
  'pack-refused',
];

export interface HaveFrame {
  readonly type: 'have';
  readonly transfer: TransferId;
  readonly member: MemberId;
  readonly incarnation: string;
  /** Grows with every HAVE of one incarnation. */
  readonly counter: number;
  readonly state: HaveState;
  /** Meant only where `state` is `failed`; 'cancelled-by-receiver' otherwise. */
  readonly reason: TransferFailure;
}

/** The frame without its signature. */
export function encodeHave(room: RoomId, have: Omit<HaveFrame, 'type'>): Bytes {
  return controlFrame(FRAME.have, room)
    .bytes(transferIdBytes(have.transfer))
    .bytes(memberIdBytes(have.member))
    .bytes(fromHexExact(have.incarnation, 8))
    .u32(have.counter)
    .u8(HAVE_STATES.indexOf(have.state))
    .u8(Math.max(0, HAVE_REASONS.indexOf(have.reason)))
    .finish();
}

export function decodeHave(datagram: Bytes): HaveFrame | undefined {
  const reader = new Reader(datagram);
  skipControlHeader(reader);
  const transfer = readTransferId(reader);
  const member = readMemberId(reader);
  const incarnation = toHex(reader.bytes(8));
  const counter = reader.u32();
  const state = HAVE_STATES[reader.u8()];
  const reason = HAVE_REASONS[reader.u8()];
  reader.bytes(SIGNATURE_BYTES);
  if (!reader.done() || state === undefined || reason === undefined) return undefined;
  return { type: 'have', transfer, member, incarnation, counter, state, reason };
}

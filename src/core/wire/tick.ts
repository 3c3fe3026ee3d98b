/**
 * TICK: opens a train of symbols (protocol.md §7.2, §7.6). It says when the train left by the sender's clock and how many
 * symbols left before it, so that each receiver can tell its queueing delay and its loss.
 */
import type { Bytes } from '../../base/bytes.ts';
import { Reader, Writer } from './codec.ts';
import { firstByte, FRAME } from './header.ts';

export interface TickFrame {
  readonly type: 'tick';
  readonly epoch: number;
  /** First four bytes of the transfer's id. */
  readonly transferTag: number;
  /** Microseconds of the sender's clock, modulo 2³². */
  readonly sentAtUs: number;
  /** DATA and REPAIR frames of the transfer sent so far, modulo 2³². */
  readonly packets: number;
}

export function encodeTick(tick: Omit<TickFrame, 'type'>): Bytes {
  return new Writer()
    .u8(firstByte(FRAME.tick))
    .u8(tick.epoch)
    .u32(tick.transferTag)
    .u32(tick.sentAtUs)
    .u32(tick.packets)
    .finish();
}

export function decodeTick(datagram: Bytes): TickFrame | undefined {
  const reader = new Reader(datagram);
  reader.u8();
  const epoch = reader.u8();
  const transferTag = reader.u32();
  const sentAtUs = reader.u32();
  const packets = reader.u32();
  return reader.done() ? { type: 'tick', epoch, transferTag, sentAtUs, packets } : undefined;
}

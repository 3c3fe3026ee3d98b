/**
 * SYMBOLS: short hashes of a block's source symbols, signed (protocol.md §7.7). Sent where somebody puts false symbols on
 * the wire, so that receivers can tell the good ones one by one.
 */
import type { Bytes } from '../../base/bytes.ts';
import type { RoomId, TransferId } from '../../base/ids.ts';
import { SYMBOL_HASHES_MAX } from '../limits.ts';
import { Reader } from './codec.ts';
import { controlFrame, FRAME, SIGNATURE_BYTES, skipControlHeader } from './header.ts';
import { readTransferId, transferIdBytes } from './id-bytes.ts';

export const SYMBOL_HASH_BYTES = 8;

export interface SymbolsFrame {
  readonly type: 'symbols';
  readonly transfer: TransferId;
  readonly block: number;
  /** That the block is sealed under, as in DATA. */
  readonly epoch: number;
  /** The symbol that the first hash is of. */
  readonly first: number;
  /** First 8 bytes of SHA-256 of each symbol. */
  readonly hashes: readonly Bytes[];
}

/** The frame without its signature. */
export function encodeSymbols(room: RoomId, symbols: Omit<SymbolsFrame, 'type'>): Bytes {
  const writer = controlFrame(FRAME.symbols, room)
    .bytes(transferIdBytes(symbols.transfer))
    .u24(symbols.block)
    .u8(symbols.epoch)
    .u16(symbols.first)
    .u8(symbols.hashes.length);
  for (const hash of symbols.hashes) writer.bytes(hash);
  return writer.finish();
}

export function decodeSymbols(datagram: Bytes): SymbolsFrame | undefined {
  const reader = new Reader(datagram);
  skipControlHeader(reader);
  const transfer = readTransferId(reader);
  const block = reader.u24();
  const epoch = reader.u8();
  const first = reader.u16();
  const hashes = reader.list(SYMBOL_HASHES_MAX, () => reader.bytes(SYMBOL_HASH_BYTES).slice());
  reader.require(hashes.length >= 1);
  reader.bytes(SIGNATURE_BYTES);
  return reader.done() ? { type: 'symbols', transfer, block, epoch, first, hashes } : undefined;
}

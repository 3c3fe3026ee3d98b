/** PAGE and ROOT: the signed hashes of a file's blocks, and of all of them (protocol.md §7.3). */
import { toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { RoomId, TransferId } from '../../base/ids.ts';
import { BLOCKS_MAX, PAGE_BLOCKS_MAX } from '../limits.ts';
import { Reader } from './codec.ts';
import { controlFrame, FRAME, SIGNATURE_BYTES, skipControlHeader } from './header.ts';
import { fromHexExact } from './hex.ts';
import { readTransferId, transferIdBytes } from './id-bytes.ts';

export interface PageFrame {
  readonly type: 'page';
  readonly transfer: TransferId;
  readonly first: number;
  /** SHA-256 of the plaintext of block first + i, 32 bytes each. */
  readonly hashes: readonly Bytes[];
}

export interface RootFrame {
  readonly type: 'root';
  readonly transfer: TransferId;
  readonly blockCount: number;
  /** SHA-256 of all block hashes in order, 64 digits. */
  readonly root: string;
}

/** The frame without its signature. */
export function encodePage(room: RoomId, page: Omit<PageFrame, 'type'>): Bytes {
  const writer = controlFrame(FRAME.page, room)
    .bytes(transferIdBytes(page.transfer))
    .u24(page.first)
    .u8(page.hashes.length);
  for (const hash of page.hashes) writer.bytes(hash);
  return writer.finish();
}

export function decodePage(datagram: Bytes): PageFrame | undefined {
  const reader = new Reader(datagram);
  skipControlHeader(reader);
  const transfer = readTransferId(reader);
  const first = reader.u24();
  const hashes = reader.list(PAGE_BLOCKS_MAX, () => reader.bytes(32).slice());
  reader.require(hashes.length >= 1 && first + hashes.length <= BLOCKS_MAX);
  reader.bytes(SIGNATURE_BYTES);
  return reader.done() ? { type: 'page', transfer, first, hashes } : undefined;
}

/** The frame without its signature. */
export function encodeRoot(room: RoomId, root: Omit<RootFrame, 'type'>): Bytes {
  return controlFrame(FRAME.root, room)
    .bytes(transferIdBytes(root.transfer))
    .u32(root.blockCount)
    .bytes(fromHexExact(root.root, 32))
    .finish();
}

export function decodeRoot(datagram: Bytes): RootFrame | undefined {
  const reader = new Reader(datagram);
  skipControlHeader(reader);
  const transfer = readTransferId(reader);
  const blockCount = reader.u32();
  reader.require(blockCount <= BLOCKS_MAX);
  const root = toHex(reader.bytes(32));
  reader.bytes(SIGNATURE_BYTES);
  return reader.done() ? { type: 'root', transfer, blockCount, root } : undefined;
}

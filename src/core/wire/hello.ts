/** HELLO: who I am, how to reach me, what I have, whom I hear (protocol.md §5.1). Signed. */
import { toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, RoomId } from '../../base/ids.ts';
import {
  DATAGRAM_BYTES_MAX,
  DATAGRAM_BYTES_MIN,
  HELLO_FRONTIERS_MAX,
  HELLO_HEARD_MAX,
  HELLO_INTERVAL_MAX_MS,
  HELLO_INTERVAL_MIN_MS,
  NAME_BYTES_MAX,
} from '../limits.ts';
import { Reader } from './codec.ts';
import { controlFrame, FRAME, SIGNATURE_BYTES, skipControlHeader } from './header.ts';
import { memberIdBytes, readMemberId, readRecordPrefix, recordPrefixBytes } from './id-bytes.ts';
import type { RecordPrefix } from './id-bytes.ts';
import { fromHexExact } from './hex.ts';

/** A range of one author's chain that the speaker holds without a gap; `head` is the newest record in it. */
export interface FrontierEntry {
  readonly author: MemberId;
  readonly floor: number;
  readonly head: number;
  readonly headPrefix: RecordPrefix;
}

export interface HelloFrame {
  readonly type: 'hello';
  readonly publicKey: Bytes;
  /** Random for each start of a process, 16 digits. */
  readonly incarnation: string;
  /** Grows with every signed presence frame of one incarnation. */
  readonly counter: number;
  readonly wantsReply: boolean;
  readonly intervalMs: number;
  readonly unicastPort: number;
  readonly datagramBytesMax: number;
  readonly name: string;
  /** Eight bytes of SHA-256 over all heads, as 16 digits: equal where both hold the same. */
  readonly frontierDigest: string;
  readonly frontiers: readonly FrontierEntry[];
  /** True where `heard` names everyone it hears, so that absence means something. */
  readonly heardAll: boolean;
  /** First 8 bytes of the ids of members it hears, 16 digits each. */
  readonly heard: readonly string[];
}

export const FRONTIER_ENTRY_BYTES = 16 + 6 + 6 + 16;
export const SHORT_PREFIX_BYTES = 8;
/** Everything but name, frontiers and heard members. */
const FIXED_BYTES = 5 + 32 + 8 + 4 + 1 + 4 + 2 + 2 + 1 + 8 + 1 + 1 + SIGNATURE_BYTES;

/** How many frontier entries fit beside the rest. */
export function helloFrontierRoom(nameBytes: number, heardCount: number, datagramBytesMax: number): number {
  const left = datagramBytesMax - FIXED_BYTES - nameBytes - heardCount * SHORT_PREFIX_BYTES;
  return Math.min(HELLO_FRONTIERS_MAX, Math.floor(left / FRONTIER_ENTRY_BYTES));
}

/** The frame without its signature. */
export function encodeHello(room: RoomId, hello: Omit<HelloFrame, 'type'>): Bytes {
  const writer = controlFrame(FRAME.hello, room)
    .bytes(hello.publicKey)
    .bytes(fromHexExact(hello.incarnation, 8))
    .u32(hello.counter)
    .u8((hello.wantsReply ? 1 : 0) | (hello.heardAll ? 2 : 0))
    .u32(hello.intervalMs)
    .u16(hello.unicastPort)
    .u16(hello.datagramBytesMax)
    .shortText(hello.name)
    .bytes(fromHexExact(hello.frontierDigest, SHORT_PREFIX_BYTES))
    .u8(hello.frontiers.length);
  for (const entry of hello.frontiers) {
    writer
      .bytes(memberIdBytes(entry.author))
      .u48(entry.floor)
      .u48(entry.head)
      .bytes(recordPrefixBytes(entry.headPrefix));
  }
  writer.u8(hello.heard.length);
  for (const prefix of hello.heard) writer.bytes(fromHexExact(prefix, SHORT_PREFIX_BYTES));
  return writer.finish();
}

export function decodeHello(datagram: Bytes): HelloFrame | undefined {
  const reader = new Reader(datagram);
  skipControlHeader(reader);
  const publicKey = reader.bytes(32).slice();
  const incarnation = toHex(reader.bytes(8));
  const counter = reader.u32();
  const flags = reader.u8();
  reader.require(flags <= 3);
  const intervalMs = reader.u32();
  reader.require(intervalMs >= HELLO_INTERVAL_MIN_MS && intervalMs <= HELLO_INTERVAL_MAX_MS);
  const unicastPort = reader.u16();
  reader.require(unicastPort > 0);
  const datagramBytesMax = reader.u16();
  reader.require(datagramBytesMax >= DATAGRAM_BYTES_MIN && datagramBytesMax <= DATAGRAM_BYTES_MAX);
  const name = reader.shortText(NAME_BYTES_MAX);
  reader.require(name.length > 0);
  const frontierDigest = toHex(reader.bytes(SHORT_PREFIX_BYTES));
  const frontiers = reader.list(HELLO_FRONTIERS_MAX, () => readFrontierEntry(reader));
  const heard = reader.list(HELLO_HEARD_MAX, () => toHex(reader.bytes(SHORT_PREFIX_BYTES)));
  reader.bytes(SIGNATURE_BYTES);
  if (!reader.done()) return undefined;
  return {
    type: 'hello',
    publicKey,
    incarnation,
    counter,
    wantsReply: (flags & 1) !== 0,
    heardAll: (flags & 2) !== 0,
    intervalMs,
    unicastPort,
    datagramBytesMax,
    name,
    frontierDigest,
    frontiers,
    heard,
  };
}

function readFrontierEntry(reader: Reader): FrontierEntry {
  const author = readMemberId(reader);
  const floor = reader.u48();
  const head = reader.u48();
  reader.require(floor >= 1 && head >= floor);
  return { author, floor, head, headPrefix: readRecordPrefix(reader) };
}

/** HELLO: who I am, how to reach me, what I have, whom I hear (protocol.md §5.1). Signed. */
import { toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, RoomId } from '../../base/ids.ts';
import {
  DATAGRAM_BYTES_MAX,
  DATAGRAM_BYTES_MIN,
  HELLO_FRONTIERS_MAX,
  HELLO_HEARD_MAX,
  HELLO_HEARD_SMALL_MAX,
  HELLO_INTERVAL_MAX_MS,
  HELLO_INTERVAL_MIN_MS,
  HELLO_SMALL_BYTES,
  NAME_BYTES_MAX,
} from '../limits.ts';
import { Reader } from './codec.ts';
import { controlFrame, FRAME, SIGNATURE_BYTES, skipControlHeader } from './header.ts';
import { memberIdBytes, readMemberId, readRecordPrefix, recordPrefixBytes } from './id-bytes.ts';
import type { RecordPrefix } from './id-bytes.ts';
import { HEARD_ENTRY_BYTES, readHeard, writeHeard } from './heard.ts';
import type { HeardEntry } from './heard.ts';
import { fromHexExact } from './hex.ts';

/** A range of one author's chain that the speaker holds without a gap; `head` is the newest record in it. */
export interface FrontierEntry {
  readonly author: MemberId;
  readonly floor: number;
  readonly head: number;
  readonly headPrefix: RecordPrefix;
}

/** A prekey announcement (secrecy.md §3) without what HELLO says itself: the format and whose it is. */
export interface SignedPrekey {
  /** X25519. */
  readonly publicKey: Bytes;
  readonly serial: number;
  /** By the identity key, over the announcement. */
  readonly signature: Bytes;
}

export interface HelloFrame {
  readonly type: 'hello';
  readonly publicKey: Bytes;
  /** What can be sealed to its author, absent where it has none. */
  readonly prekey?: SignedPrekey;
  /** Random for each start of a process, 16 digits. */
  readonly incarnation: string;
  /** Grows with every signed presence frame of one incarnation. */
  readonly counter: number;
  readonly wantsReply: boolean;
  readonly intervalMs: number;
  readonly unicastPort: number;
  readonly datagramBytesMax: number;
  readonly name: string;
  /** Of the badge that stands for it, 1…15, where it chose one. */
  readonly colour?: number;
  /** Eight bytes of SHA-256 over all heads, as 16 digits: equal where both hold the same. */
  readonly frontierDigest: string;
  readonly frontiers: readonly FrontierEntry[];
  /** True where `heard` names everyone it hears, so that absence means something. */
  readonly heardAll: boolean;
  readonly heard: readonly HeardEntry[];
  /** Which of this incarnation's HELLOs in this room it is, modulo 2¹⁶: so that others see how many they miss. */
  readonly number: number;
  /** The sender's wall clock, Unix milliseconds; 0 where it has none. */
  readonly clock: number;
}

export const FRONTIER_ENTRY_BYTES = 16 + 6 + 6 + 16;
export const SHORT_PREFIX_BYTES = 8;
/** Everything but prekey, name, frontiers and heard members. */
const FIXED_BYTES = 5 + 32 + 8 + 4 + 1 + 4 + 2 + 2 + 1 + 8 + 1 + 1 + 2 + 6 + SIGNATURE_BYTES;
const PREKEY_FIELD_BYTES = 32 + 6 + SIGNATURE_BYTES;
const FLAG = { wantsReply: 1, heardAll: 2, prekey: 4 } as const;
/** Four bits of the flags; 0: none was chosen. */
const COLOUR_SHIFT = 3;
export const COLOUR_MAX = 15;

/**
 * How many frontier entries fit beside the rest. Of 548 bytes, the least that a path may carry, an envelope (10), a seal (57),
 * the fixed part (141), a prekey (102), a name of 64 and 7 heard members (119) leave 55: still one.
 */
export function helloFrontierRoom(
  hello: { readonly nameBytes: number; readonly heardCount: number; readonly hasPrekey: boolean },
  datagramBytesMax: number,
): number {
  const { nameBytes, heardCount, hasPrekey } = hello;
  const prekeyBytes = hasPrekey ? PREKEY_FIELD_BYTES : 0;
  const left = datagramBytesMax - FIXED_BYTES - prekeyBytes - nameBytes - heardCount * HEARD_ENTRY_BYTES;
  return Math.min(HELLO_FRONTIERS_MAX, Math.floor(left / FRONTIER_ENTRY_BYTES));
}

/** How many members a HELLO can say it hears. */
export const heardRoom = (datagramBytesMax: number): number =>
  datagramBytesMax < HELLO_SMALL_BYTES ? HELLO_HEARD_SMALL_MAX : HELLO_HEARD_MAX;

/** The frame without its signature. */
export function encodeHello(room: RoomId, hello: Omit<HelloFrame, 'type'>): Bytes {
  const writer = controlFrame(FRAME.hello, room)
    .bytes(hello.publicKey)
    .bytes(fromHexExact(hello.incarnation, 8))
    .u32(hello.counter)
    .u8(flagsOf(hello))
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
  for (const entry of hello.heard) writeHeard(writer, entry);
  writer.u16(hello.number).u48(hello.clock);
  if (hello.prekey !== undefined)
    writer.bytes(hello.prekey.publicKey).u48(hello.prekey.serial).bytes(hello.prekey.signature);
  return writer.finish();
}

const flagsOf = ({ wantsReply, heardAll, prekey, colour = 0 }: Omit<HelloFrame, 'type'>): number =>
  (wantsReply ? FLAG.wantsReply : 0) |
  (heardAll ? FLAG.heardAll : 0) |
  (colour << COLOUR_SHIFT) |
  (prekey === undefined ? 0 : FLAG.prekey);

export function decodeHello(datagram: Bytes): HelloFrame | undefined {
  const reader = new Reader(datagram);
  skipControlHeader(reader);
  const publicKey = reader.bytes(32).slice();
  const incarnation = toHex(reader.bytes(8));
  const counter = reader.u32();
  const flags = reader.u8();
  const colour = flags >> COLOUR_SHIFT;
  reader.require(colour <= COLOUR_MAX);
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
  const heard = reader.list(HELLO_HEARD_MAX, () => readHeard(reader));
  const number = reader.u16();
  const clock = reader.u48();
  const prekey = (flags & FLAG.prekey) === 0 ? undefined : readPrekey(reader);
  reader.bytes(SIGNATURE_BYTES);
  if (!reader.done()) return undefined;
  return {
    type: 'hello',
    publicKey,
    incarnation,
    counter,
    wantsReply: (flags & FLAG.wantsReply) !== 0,
    heardAll: (flags & FLAG.heardAll) !== 0,
    intervalMs,
    unicastPort,
    datagramBytesMax,
    name,
    ...(colour === 0 ? {} : { colour }),
    frontierDigest,
    frontiers,
    heard,
    number,
    clock,
    ...(prekey === undefined ? {} : { prekey }),
  };
}

function readPrekey(reader: Reader): SignedPrekey {
  const publicKey = reader.bytes(32).slice();
  const serial = reader.u48();
  return { publicKey, serial, signature: reader.bytes(SIGNATURE_BYTES).slice() };
}

function readFrontierEntry(reader: Reader): FrontierEntry {
  const author = readMemberId(reader);
  const floor = reader.u48();
  const head = reader.u48();
  reader.require(floor >= 1 && head >= floor);
  return { author, floor, head, headPrefix: readRecordPrefix(reader) };
}

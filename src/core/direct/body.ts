/**
 * What a direct message says (protocol.md §9.2), inside its seal. It names the process that it is for: what was heard on
 * the wire before a restart says nothing after it.
 */
import { toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { RoomId } from '../../base/ids.ts';
import type { PrivateKind } from '../api.ts';
import { ROOM_NAME_BYTES_MAX } from '../limits.ts';
import { decodeEmojiMessage, encodeEmojiMessage } from '../secrecy/emoji-exchange.ts';
import type { EmojiMessage } from '../secrecy/emoji-exchange.ts';
import { SECRET_BYTES } from '../secrecy/limits.ts';
import { INCARNATION_BYTES } from '../secrecy/sealed-frame.ts';
import { Reader, Writer } from '../wire/codec.ts';
import { MESSAGE_ID_BYTES } from '../wire/direct.ts';
import type { MessageId } from '../wire/direct.ts';
import { fromHexExact } from '../wire/hex.ts';
import { readRoomId, roomIdBytes } from '../wire/id-bytes.ts';

/** All that a newcomer needs: the rest it fetches from the others (by SYNC). */
export interface Welcome {
  readonly room: RoomId;
  readonly genesisSecret: Bytes;
  readonly kind: PrivateKind;
  /** As it is called now; the membership log will say so itself. */
  readonly name: string;
}

export type DirectBody =
  | { readonly kind: 'ack'; readonly message: MessageId }
  | { readonly kind: 'welcome'; readonly welcome: Welcome }
  | { readonly kind: 'emoji'; readonly message: EmojiMessage }
  /** The person does not want into the room of that welcome. */
  | { readonly kind: 'declined'; readonly message: MessageId };

export interface AddressedBody {
  /** Of the recipient's process, 16 digits. */
  readonly incarnation: string;
  readonly body: DirectBody;
}

const KIND = { ack: 1, welcome: 2, emoji: 3, declined: 4 } as const;
const ROOM_KINDS: readonly PrivateKind[] = ['private', 'direct'];

export function encodeBody({ incarnation, body }: AddressedBody): Bytes {
  const writer = new Writer().u8(KIND[body.kind]).bytes(fromHexExact(incarnation, INCARNATION_BYTES));
  if (body.kind === 'ack' || body.kind === 'declined')
    writer.bytes(fromHexExact(body.message, MESSAGE_ID_BYTES));
  else if (body.kind === 'welcome') writeWelcome(writer, body.welcome);
  else writer.bytes(encodeEmojiMessage(body.message));
  return writer.finish();
}

/** Undefined where any rule of the layout is broken. */
export function decodeBody(bytes: Bytes): AddressedBody | undefined {
  const reader = new Reader(bytes);
  const kind = reader.u8();
  const incarnation = toHex(reader.bytes(INCARNATION_BYTES));
  const body = readBody(reader, kind);
  return body !== undefined && reader.done() ? { incarnation, body } : undefined;
}

function readBody(reader: Reader, kind: number): DirectBody | undefined {
  if (kind === KIND.ack) return { kind: 'ack', message: toHex(reader.bytes(MESSAGE_ID_BYTES)) };
  if (kind === KIND.declined) return { kind: 'declined', message: toHex(reader.bytes(MESSAGE_ID_BYTES)) };
  if (kind === KIND.welcome) return { kind: 'welcome', welcome: readWelcome(reader) };
  if (kind !== KIND.emoji) return undefined;
  const message = decodeEmojiMessage(reader.rest());
  return message === undefined ? undefined : { kind: 'emoji', message };
}

export function writeWelcome(writer: Writer, { room, genesisSecret, kind, name }: Welcome): Writer {
  writer.bytes(roomIdBytes(room)).bytes(genesisSecret);
  return writer.u8(ROOM_KINDS.indexOf(kind)).shortText(name);
}

/** Fails the reader where a rule of the layout is broken. */
export function readWelcome(reader: Reader): Welcome {
  const room = readRoomId(reader);
  const genesisSecret = reader.bytes(SECRET_BYTES).slice();
  const kind = ROOM_KINDS[reader.u8()];
  const name = reader.shortText(ROOM_NAME_BYTES_MAX);
  reader.require(kind !== undefined && name.length > 0);
  return { room, genesisSecret, kind: kind ?? 'private', name };
}

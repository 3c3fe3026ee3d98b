/**
 * What newcomer and sponsor say at a meeting (protocol.md §10), sealed under the keys that only who has the invite can
 * derive. All are padded to one size: no reply is larger than what it answers, and nobody sees how far the two are.
 */
import { concatBytes, toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import { assert } from '../../base/assert.ts';
import type { OperationId, RoomId } from '../../base/ids.ts';
import type { CryptoPort } from '../api.ts';
import { readWelcome, writeWelcome } from '../direct/body.ts';
import type { Welcome } from '../direct/body.ts';
import { MEETING_CONTENT_BYTES, NAME_BYTES_MAX, ROOM_NAME_BYTES_MAX } from '../limits.ts';
import type { InviteKeys } from '../secrecy/invite.ts';
import { IDENTITY_KEY_BYTES } from '../secrecy/limits.ts';
import { PREKEY_BYTES } from '../secrecy/prekeys.ts';
import { Reader, Writer } from '../wire/codec.ts';
import { SIGNATURE_BYTES } from '../wire/header.ts';
import { fromHexExact } from '../wire/hex.ts';
import { operationIdBytes, readOperationId, readRoomId, roomIdBytes } from '../wire/id-bytes.ts';
import { MEETING_NONCE_BYTES, meetingHeader } from '../wire/meeting.ts';
import type { MeetingFrame } from '../wire/meeting.ts';

/** Why nobody is let in, in the order of their numbers on the wire. */
export const REFUSALS = [
  'invite-unknown',
  'invite-used',
  'invite-expired',
  'room-full',
  'not-allowed',
] as const;
export type Refusal = (typeof REFUSALS)[number];

interface Request {
  /** Sixteen random bytes of the newcomer, 32 digits: answers to another attempt say nothing to this one. */
  readonly session: string;
  /** The newcomer's signed prekey (secrecy.md §3), not verified yet. */
  readonly prekey: Bytes;
  readonly name: string;
}

export type MeetingRequest =
  | (Request & { readonly kind: 'ask' })
  | (Request & {
      readonly kind: 'prove';
      readonly room: RoomId;
      readonly invite: OperationId;
      /** By the invite's key over `inviteUseMessage`. */
      readonly proof: Bytes;
    });

export type MeetingReply = { readonly session: string } & (
  | {
      readonly kind: 'room';
      /** The sponsor's identity key: the welcome must be by it. */
      readonly sponsor: Bytes;
      readonly room: RoomId;
      readonly invite: OperationId;
      readonly name: string;
    }
  | { readonly kind: 'refused'; readonly reason: Refusal }
  /** A direct message (secrecy.md §7) with a `welcomeBody` in it. */
  | { readonly kind: 'welcome'; readonly sealed: Bytes }
);

const KIND = { ask: 1, prove: 2, room: 3, refused: 4, welcome: 5 } as const;
const SESSION_BYTES = 16;
/** Beside the kinds of direct/body.ts: neither can be taken for the other. */
const WELCOME_BODY = 0x80;

export const newSession = (crypto: Pick<CryptoPort, 'randomBytes'>): string =>
  toHex(crypto.randomBytes(SESSION_BYTES));

export function encodeRequest(request: MeetingRequest): Bytes {
  const writer = begin(request.kind, request.session).bytes(request.prekey).shortText(request.name);
  if (request.kind === 'prove')
    writer.bytes(roomIdBytes(request.room)).bytes(operationIdBytes(request.invite)).bytes(request.proof);
  return writer.finish();
}

export function encodeReply(reply: MeetingReply): Bytes {
  const writer = begin(reply.kind, reply.session);
  if (reply.kind === 'refused') writer.u8(REFUSALS.indexOf(reply.reason));
  else if (reply.kind === 'welcome') writer.u16(reply.sealed.length).bytes(reply.sealed);
  else
    writer
      .bytes(reply.sponsor)
      .bytes(roomIdBytes(reply.room))
      .bytes(operationIdBytes(reply.invite))
      .shortText(reply.name);
  return writer.finish();
}

/** Undefined where any rule of the layout is broken. */
export function decodeRequest(content: Bytes): MeetingRequest | undefined {
  const reader = new Reader(content);
  const kind = reader.u8();
  const session = toHex(reader.bytes(SESSION_BYTES));
  const prekey = reader.bytes(PREKEY_BYTES).slice();
  const name = reader.shortText(NAME_BYTES_MAX);
  if (kind === KIND.ask) return isOver(reader) ? { kind: 'ask', session, prekey, name } : undefined;
  if (kind !== KIND.prove) return undefined;
  const room = readRoomId(reader);
  const invite = readOperationId(reader);
  const proof = reader.bytes(SIGNATURE_BYTES).slice();
  return isOver(reader) ? { kind: 'prove', session, prekey, name, room, invite, proof } : undefined;
}

export function decodeReply(content: Bytes): MeetingReply | undefined {
  const reader = new Reader(content);
  const kind = reader.u8();
  const session = toHex(reader.bytes(SESSION_BYTES));
  if (kind === KIND.refused) {
    const reason = REFUSALS[reader.u8()];
    return reason !== undefined && isOver(reader) ? { kind: 'refused', session, reason } : undefined;
  }
  if (kind === KIND.welcome) {
    const sealed = reader.bytes(reader.u16()).slice();
    return isOver(reader) ? { kind: 'welcome', session, sealed } : undefined;
  }
  if (kind !== KIND.room) return undefined;
  const sponsor = reader.bytes(IDENTITY_KEY_BYTES).slice();
  const room = readRoomId(reader);
  const invite = readOperationId(reader);
  const name = reader.shortText(ROOM_NAME_BYTES_MAX);
  reader.require(name.length > 0);
  return isOver(reader) ? { kind: 'room', session, sponsor, room, invite, name } : undefined;
}

/** What the sponsor seals to the newcomer. */
export const welcomeBody = (welcome: Welcome): Bytes =>
  writeWelcome(new Writer().u8(WELCOME_BODY), welcome).finish();

export function readWelcomeBody(body: Bytes): Welcome | undefined {
  const reader = new Reader(body);
  reader.require(reader.u8() === WELCOME_BODY);
  const welcome = readWelcome(reader);
  return reader.done() ? welcome : undefined;
}

/** The whole datagram. A nonce is random and new each time. */
export function sealMeeting(
  crypto: Pick<CryptoPort, 'seal' | 'randomBytes'>,
  keys: InviteKeys,
  isReply: boolean,
  content: Bytes,
): Bytes {
  assert(content.length <= MEETING_CONTENT_BYTES, 'a meeting message that is too long');
  const padded = new Uint8Array(MEETING_CONTENT_BYTES);
  padded.set(content);
  const header = meetingHeader(keys.meeting, isReply);
  const nonce = crypto.randomBytes(MEETING_NONCE_BYTES);
  const key = isReply ? keys.reply : keys.request;
  return concatBytes(header, nonce, crypto.seal(key, nonce, header, padded));
}

/** What is inside, padding and all; undefined for who has another invite. */
export function openMeeting(
  crypto: Pick<CryptoPort, 'open'>,
  keys: InviteKeys,
  { isReply, nonce, sealed }: MeetingFrame,
): Bytes | undefined {
  const key = isReply ? keys.reply : keys.request;
  return crypto.open(key, nonce, meetingHeader(keys.meeting, isReply), sealed);
}

const begin = (kind: keyof typeof KIND, session: string): Writer =>
  new Writer(MEETING_CONTENT_BYTES).u8(KIND[kind]).bytes(fromHexExact(session, SESSION_BYTES));

/** Nothing but zeros is left: a content has one encoding. */
function isOver(reader: Reader): boolean {
  reader.require(reader.rest().every((byte) => byte === 0));
  return reader.done();
}

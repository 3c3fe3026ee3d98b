/**
 * What a membership operation does (membership.md §2.2), as a fixed layout for each kind. Which of them its author may
 * do is not looked at here.
 */
import { toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, OperationId } from '../../base/ids.ts';
import { unreachable } from '../../base/assert.ts';
import { HISTORY_DAYS_MAX, NAME_BYTES_MAX, ROOM_NAME_BYTES_MAX } from '../limits.ts';
import type { Reader, Writer } from './codec.ts';
import { fromHexExact } from './hex.ts';
import { memberIdBytes, operationIdBytes, readMemberId, readOperationId } from './id-bytes.ts';

/** Most senior first: the place in this list goes on the wire. */
export const ROLES = ['owner', 'admin', 'member'] as const;
export type Role = (typeof ROLES)[number];

/** What newcomers get to see of what was said before they came. */
export type HistoryPolicy =
  | { readonly kind: 'since-joining' }
  | { readonly kind: 'days'; readonly days: number };

/** The last message of a removed member that its remover had accepted; sequence 0: none. */
export interface Cut {
  readonly incarnation: string;
  readonly sequence: number;
}

/** Everything the others need to know of somebody who is let in. */
export interface Subject {
  /** Ed25519. */
  readonly publicKey: Bytes;
  /** X25519: epochs are sealed to it. */
  readonly prekey: Bytes;
  /** May be empty. */
  readonly name: string;
}

export type OperationBody =
  | {
      readonly kind: 'genesis';
      /** Of the creator. */
      readonly prekey: Bytes;
      readonly name: string;
      readonly roomName: string;
      readonly history: HistoryPolicy;
      /** SHA-256 of the room's first secret, which is random: so no two rooms have one id. */
      readonly secretHash: Bytes;
    }
  | { readonly kind: 'add'; readonly subject: Subject; readonly role: Role }
  /** Carries all that an add carries, so that it holds even where the add it follows does not. */
  | { readonly kind: 'promote'; readonly subject: Subject; readonly role: 'owner' | 'admin' }
  | { readonly kind: 'demote'; readonly target: MemberId }
  | { readonly kind: 'remove'; readonly target: MemberId; readonly cut: Cut }
  | { readonly kind: 'leave' }
  /** The author's own new prekey and name. */
  | { readonly kind: 'update'; readonly prekey: Bytes; readonly name: string }
  /** `inviteKey` is the Ed25519 key that the invite's secret yields; `expiresAt`, Unix milliseconds, binds sponsors only. */
  | { readonly kind: 'invite'; readonly inviteKey: Bytes; readonly expiresAt: number }
  /** A sponsor lets in who knows the invite's secret; `proof` is made with the invite's key. */
  | { readonly kind: 'use'; readonly invite: OperationId; readonly subject: Subject; readonly proof: Bytes }
  | { readonly kind: 'room-name'; readonly roomName: string }
  | { readonly kind: 'history'; readonly history: HistoryPolicy }
  /** Nobody comes in by this invite any more. */
  | { readonly kind: 'revoke'; readonly invite: OperationId };

export type OperationKind = OperationBody['kind'];

const KINDS: readonly OperationKind[] = [
  'genesis',
  'add',
  'promote',
  'demote',
  'remove',
  'leave',
  'update',
  'invite',
  'use',
  'room-name',
  'history',
  'revoke',
];
const HISTORY_KINDS = ['since-joining', 'days'] as const;
const KEY_BYTES = 32;
const PROOF_BYTES = 64;

export function writeOperationBody(writer: Writer, body: OperationBody): void {
  writer.u8(KINDS.indexOf(body.kind));
  switch (body.kind) {
    case 'genesis':
      writer.bytes(body.prekey).bytes(body.secretHash).shortText(body.name).shortText(body.roomName);
      return writeHistory(writer, body.history);
    case 'add':
    case 'promote':
      writer.u8(ROLES.indexOf(body.role));
      return writeSubject(writer, body.subject);
    case 'demote':
      return void writer.bytes(memberIdBytes(body.target));
    case 'remove':
      writer.bytes(memberIdBytes(body.target));
      return void writer.bytes(fromHexExact(body.cut.incarnation, 8)).u48(body.cut.sequence);
    case 'leave':
      return;
    case 'update':
      return void writer.bytes(body.prekey).shortText(body.name);
    case 'invite':
      return void writer.bytes(body.inviteKey).u48(body.expiresAt);
    case 'use':
      writer.bytes(operationIdBytes(body.invite)).bytes(body.proof);
      return writeSubject(writer, body.subject);
    case 'room-name':
      return void writer.shortText(body.roomName);
    case 'history':
      return writeHistory(writer, body.history);
    case 'revoke':
      return void writer.bytes(operationIdBytes(body.invite));
    default:
      return unreachable(body);
  }
}

/** Fails the reader where a rule of the layout is broken. */
export function readOperationBody(reader: Reader): OperationBody | undefined {
  const kind = KINDS[reader.u8()];
  switch (kind) {
    case 'genesis': {
      const prekey = readKey(reader);
      const secretHash = readKey(reader);
      const name = reader.shortText(NAME_BYTES_MAX);
      return { kind, prekey, secretHash, name, roomName: readRoomName(reader), history: readHistory(reader) };
    }
    case 'add':
      return { kind, role: readRole(reader), subject: readSubject(reader) };
    case 'promote': {
      const role = readRole(reader);
      if (role === 'member') reader.fail();
      return { kind, role: role === 'owner' ? role : 'admin', subject: readSubject(reader) };
    }
    case 'demote':
      return { kind, target: readMemberId(reader) };
    case 'remove':
      return { kind, target: readMemberId(reader), cut: readCut(reader) };
    case 'leave':
      return { kind };
    case 'update':
      return { kind, prekey: readKey(reader), name: reader.shortText(NAME_BYTES_MAX) };
    case 'invite':
      return { kind, inviteKey: readKey(reader), expiresAt: reader.u48() };
    case 'use': {
      const invite = readOperationId(reader);
      const proof = reader.bytes(PROOF_BYTES).slice();
      return { kind, invite, proof, subject: readSubject(reader) };
    }
    case 'room-name':
      return { kind, roomName: readRoomName(reader) };
    case 'history':
      return { kind, history: readHistory(reader) };
    case 'revoke':
      return { kind, invite: readOperationId(reader) };
    case undefined:
    default:
      reader.fail();
      return undefined;
  }
}

const readKey = (reader: Reader): Bytes => reader.bytes(KEY_BYTES).slice();

function writeSubject(writer: Writer, subject: Subject): void {
  writer.bytes(subject.publicKey).bytes(subject.prekey).shortText(subject.name);
}

function readSubject(reader: Reader): Subject {
  return { publicKey: readKey(reader), prekey: readKey(reader), name: reader.shortText(NAME_BYTES_MAX) };
}

function readRole(reader: Reader): Role {
  const role = ROLES[reader.u8()];
  if (role === undefined) reader.fail();
  return role ?? 'member';
}

function readRoomName(reader: Reader): string {
  const name = reader.shortText(ROOM_NAME_BYTES_MAX);
  reader.require(name.length > 0);
  return name;
}

function readCut(reader: Reader): Cut {
  return { incarnation: toHex(reader.bytes(8)), sequence: reader.u48() };
}

/** The days are zero for policies that have none, so that a policy has one encoding. */
function writeHistory(writer: Writer, history: HistoryPolicy): void {
  writer.u8(HISTORY_KINDS.indexOf(history.kind)).u16(history.kind === 'days' ? history.days : 0);
}

function readHistory(reader: Reader): HistoryPolicy {
  const kind = HISTORY_KINDS[reader.u8()];
  const days = reader.u16();
  if (kind === undefined) reader.fail();
  if (kind === 'days') {
    reader.require(days >= 1 && days <= HISTORY_DAYS_MAX);
    return { kind, days };
  }
  reader.require(days === 0);
  return { kind: 'since-joining' };
}

/** What a record says: its kind and, to the end of the record, its body (protocol.md §6.1). */
import type { Bytes } from '../../base/bytes.ts';
import type { RecordId } from '../../base/ids.ts';
import type { PackView } from '../api.ts';
import {
  DATAGRAM_BYTES_MAX,
  DATAGRAM_BYTES_MIN,
  DATA_HEADER_BYTES,
  EMOJI_BYTES_MAX,
  FILE_BYTES_MAX,
  FILE_NAME_BYTES_MAX,
  PACK_ENTRIES_MAX,
  TEXT_BYTES_MAX,
} from '../limits.ts';
import { Reader, utf8 } from './codec.ts';
import type { Writer } from './codec.ts';
import { readRecordId, recordIdBytes } from './id-bytes.ts';

export type RecordBody =
  /** `replyTo`: the record that it answers. */
  | { readonly kind: 'text'; readonly text: string; readonly replyTo?: RecordId }
  | {
      readonly kind: 'offer';
      readonly name: string;
      readonly size: number;
      readonly symbolBytes: number;
      /** Transfer secret, 32 bytes: block keys derive from it. */
      readonly secret: Bytes;
      /** The content is a packed folder (protocol.md §7.10). */
      readonly pack?: PackView;
    }
  /** The author ends its own offer. */
  | { readonly kind: 'end'; readonly offer: RecordId; readonly reason: EndReason }
  | AnnotationBody;

/** About an earlier record. Whether it counts is decided by who shows it: any record may be named, also one that is not there. */
export type AnnotationBody =
  | { readonly kind: 'edit'; readonly target: RecordId; readonly text: string }
  | { readonly kind: 'reaction'; readonly target: RecordId; readonly emoji: string; readonly on: boolean }
  | { readonly kind: 'delete'; readonly target: RecordId }
  | { readonly kind: 'read'; readonly upTo: RecordId };

export type EndReason = 'cancelled-by-sender' | 'file-changed' | 'file-unreadable';
const END_REASONS: readonly EndReason[] = ['cancelled-by-sender', 'file-changed', 'file-unreadable'];

const KIND = { text: 1, offer: 2, end: 3, reply: 4, edit: 5, reaction: 6, delete: 7, read: 8 } as const;
/** Of an offer. */
const FLAG_PACK = 1;
/** Only with the first. */
const FLAG_AGAIN = 2;

export function writeBody(writer: Writer, body: RecordBody): void {
  switch (body.kind) {
    case 'text':
      if (body.replyTo === undefined) writer.u8(KIND.text);
      else writer.u8(KIND.reply).bytes(recordIdBytes(body.replyTo));
      return void writer.bytes(utf8(body.text));
    case 'offer': {
      const { pack } = body;
      writer.u8(KIND.offer).u48(body.size).u16(body.symbolBytes).bytes(body.secret);
      if (pack === undefined) writer.u8(0);
      else writer.u8(FLAG_PACK | (pack.again === true ? FLAG_AGAIN : 0)).u24(pack.entries);
      return void writer.bytes(utf8(body.name));
    }
    case 'end':
      return void writer.u8(KIND.end).bytes(recordIdBytes(body.offer)).u8(END_REASONS.indexOf(body.reason));
    case 'edit':
      return void writer.u8(KIND.edit).bytes(recordIdBytes(body.target)).bytes(utf8(body.text));
    case 'reaction':
      writer
        .u8(KIND.reaction)
        .bytes(recordIdBytes(body.target))
        .u8(body.on ? 1 : 0);
      return void writer.bytes(utf8(body.emoji));
    case 'delete':
      return void writer.u8(KIND.delete).bytes(recordIdBytes(body.target));
    default:
      return void writer.u8(KIND.read).bytes(recordIdBytes(body.upTo));
  }
}

/** Reads to the end; undefined where any rule is broken. */
export function readBody(reader: Reader): RecordBody | undefined {
  const kind = reader.u8();
  switch (kind) {
    case KIND.text:
      return { kind: 'text', text: restAsText(reader, 1, TEXT_BYTES_MAX) };
    case KIND.reply: {
      const replyTo = readRecordId(reader);
      return { kind: 'text', text: restAsText(reader, 1, TEXT_BYTES_MAX), replyTo };
    }
    case KIND.offer:
      return readOffer(reader);
    case KIND.end: {
      const offer = readRecordId(reader);
      const reason = END_REASONS[reader.u8()];
      return reason === undefined ? undefined : { kind: 'end', offer, reason };
    }
    default:
      return readAnnotation(reader, kind);
  }
}

function readAnnotation(reader: Reader, kind: number): AnnotationBody | undefined {
  const target = readRecordId(reader);
  if (kind === KIND.edit) return { kind: 'edit', target, text: restAsText(reader, 1, TEXT_BYTES_MAX) };
  if (kind === KIND.delete) return { kind: 'delete', target };
  if (kind === KIND.read) return { kind: 'read', upTo: target };
  if (kind !== KIND.reaction) return undefined;
  const on = reader.u8();
  reader.require(on <= 1);
  return { kind: 'reaction', target, on: on === 1, emoji: restAsText(reader, 1, EMOJI_BYTES_MAX) };
}

function readOffer(reader: Reader): RecordBody {
  const size = reader.u48();
  const symbolBytes = reader.u16();
  reader.require(size <= FILE_BYTES_MAX);
  reader.require(
    symbolBytes >= DATAGRAM_BYTES_MIN - DATA_HEADER_BYTES &&
      symbolBytes <= DATAGRAM_BYTES_MAX - DATA_HEADER_BYTES,
  );
  const secret = reader.bytes(32).slice();
  const flags = reader.u8();
  reader.require(flags === 0 || (flags & ~FLAG_AGAIN) === FLAG_PACK);
  const again = (flags & FLAG_AGAIN) === 0 ? {} : { again: true as const };
  const pack = flags === 0 ? undefined : { entries: reader.u24(), ...again };
  reader.require(pack === undefined || pack.entries <= PACK_ENTRIES_MAX);
  const name = restAsText(reader, 0, FILE_NAME_BYTES_MAX);
  return { kind: 'offer', size, symbolBytes, secret, name, ...(pack === undefined ? {} : { pack }) };
}

function restAsText(reader: Reader, bytesMin: number, bytesMax: number): string {
  const bytes = reader.rest();
  reader.require(bytes.length >= bytesMin && bytes.length <= bytesMax);
  const sub = new Reader(bytes);
  const text = sub.text(bytes.length);
  reader.require(sub.done());
  return text;
}

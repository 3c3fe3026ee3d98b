/**
 * Records that an earlier version kept apart, this profile's own ones, become part of the history. Only what the history needs
 * is read out of them, by the layout of format 1 (protocol.md §6.1): a migration must go on reading what it was
 * written for, whatever the core reads by then.
 */
import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { MemberId, RecordId, RoomId } from '../../base/ids.ts';
import type { Content, Entry } from './entries.ts';
import { History } from './history.ts';

const ROOM_AT = 1;
const KEY_AT = 17;
const SEQUENCE_AT = 57;
const PARENTS_AT = 95;
const PARENT_BYTES = 54;
const SIGNATURE_BYTES = 64;
const KIND_TEXT = 1;
const KIND_OFFER = 2;

export function adoptOwnRecords(database: DatabaseSync): void {
  const rows = database
    .prepare('SELECT room, id, bytes, audience FROM own_records ORDER BY sequence, rowid')
    .all();
  const entries = rows
    .map((row) => {
      const { room, id, bytes, audience } = row as unknown as OwnRecord;
      return read(room, id, bytes, audience);
    })
    // What cannot be read was damaged before, and the chain went on without it.
    .filter((entry) => entry !== undefined);
  new History(database).adopt(entries);
}

interface OwnRecord {
  readonly room: RoomId;
  readonly id: RecordId;
  readonly bytes: Uint8Array;
  readonly audience: string;
}

function read(room: RoomId, id: RecordId, bytes: Uint8Array, audience: string): Entry | undefined {
  const buffer = Buffer.from(bytes);
  try {
    const count = buffer.readUInt8(PARENTS_AT);
    const depthAt = PARENTS_AT + 1 + count * PARENT_BYTES;
    const nameBytes = buffer.readUInt8(depthAt + 12);
    const kindAt = depthAt + 13 + nameBytes;
    if (kindAt >= buffer.length - SIGNATURE_BYTES || buffer.readUInt8(0) !== 1) return undefined;
    if (buffer.toString('hex', ROOM_AT, KEY_AT) !== room) return undefined;
    const body = buffer.subarray(kindAt + 1, buffer.length - SIGNATURE_BYTES);
    const content = contentOf(id, buffer.readUInt8(kindAt), body);
    return {
      room,
      id,
      author: createHash('sha256')
        .update(buffer.subarray(KEY_AT, KEY_AT + 32))
        .digest('hex')
        .slice(0, 32) as MemberId,
      sequence: buffer.readUIntBE(SEQUENCE_AT, 6),
      depth: buffer.readUIntBE(depthAt, 6),
      at: buffer.readUIntBE(depthAt + 6, 6),
      own: true,
      name: buffer.toString('utf8', depthAt + 13, kindAt),
      audience,
      bytes: new Uint8Array(bytes),
      ...(content === undefined ? {} : { content }),
    };
  } catch {
    return undefined;
  }
}

function contentOf(id: RecordId, kind: number, body: Buffer): Content | undefined {
  if (kind === KIND_TEXT) return { kind: 'message', text: body.toString() };
  if (kind !== KIND_OFFER) return undefined;
  const transfer = id.slice(0, 32) as Extract<Content, { kind: 'file' }>['transfer'];
  return { kind: 'file', transfer, fileName: body.toString('utf8', 40), size: body.readUIntBE(0, 6) };
}

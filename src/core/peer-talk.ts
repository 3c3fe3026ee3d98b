/** The part of the facade that is about what people say: routes each command, and decides nothing. */
import { UsageError } from '../base/assert.ts';
import type { RecordId, RoomId } from '../base/ids.ts';
import type { Annotation, KeptRecord } from './api.ts';
import { TEXT_BYTES_MAX } from './limits.ts';
import { PeerFiles } from './peer-files.ts';
import type { Room } from './room/room.ts';
import { utf8 } from './wire/codec.ts';

const TOO_MANY = 'too many messages waiting';

export abstract class PeerTalk extends PeerFiles {
  /** Also one that we are no member of for now. Undefined where it was quit meanwhile. */
  protected abstract joinedRoom(id: RoomId): Room | undefined;
  /** A command brought the time by our own clock. */
  protected abstract noteClock(now: number, at: number): void;

  say(now: number, room: RoomId, text: string, at: number, token: number, replyTo?: RecordId): void {
    this.now = now;
    const bytes = utf8(text).length;
    if (bytes === 0 || bytes > TEXT_BYTES_MAX)
      throw new UsageError(`a message has 1 to ${TEXT_BYTES_MAX} bytes`);
    this.noteClock(now, at);
    const reply = replyTo === undefined ? {} : { replyTo };
    if (!this.room(room).write(now, { kind: 'text', text, ...reply }, at, token))
      throw new UsageError(TOO_MANY);
  }

  annotate(now: number, room: RoomId, target: RecordId, what: Annotation, at: number, token: number): void {
    this.now = now;
    this.noteClock(now, at);
    if (!this.room(room).annotate(now, { target, what, at, token })) throw new UsageError(TOO_MANY);
  }

  typing(now: number, room: RoomId): void {
    this.now = now;
    this.room(room).sayTyping(now);
  }

  // The room may have been quit, or we removed from it, while the disk was busy.
  recordStored(now: number, room: RoomId, id: RecordId): void {
    this.now = now;
    this.joinedRoom(room)?.recordStored(now, id);
  }
  recordsKept(now: number, room: RoomId, serial: number): void {
    this.now = now;
    this.joinedRoom(room)?.recordsKept(now, serial);
  }
  recordsRead(now: number, room: RoomId, request: number, records: readonly KeptRecord[]): void {
    this.now = now;
    this.joinedRoom(room)?.recordsRead(now, request, records);
  }
}

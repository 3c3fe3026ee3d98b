/**
 * MEETING: what a newcomer and its sponsor say to each other before the newcomer is in the room (protocol.md §10).
 * Sealed under keys of the invite, all of one size; what is inside is in private/meeting-messages.ts.
 */
import type { Bytes } from '../../base/bytes.ts';
import type { RoomId } from '../../base/ids.ts';
import { MEETING_CONTENT_BYTES, TAG_BYTES } from '../limits.ts';
import { Reader } from './codec.ts';
import { controlFrame, FRAME, ROOM_TAG_BYTES } from './header.ts';

export interface MeetingFrame {
  readonly type: 'meeting';
  readonly isReply: boolean;
  readonly nonce: Bytes;
  readonly sealed: Bytes;
}

export const MEETING_NONCE_BYTES = 12;
/** First byte, tag of the meeting, direction. */
const HEADER_BYTES = 1 + ROOM_TAG_BYTES + 1;

/** What goes ahead of the nonce, and is authenticated with it. */
export const meetingHeader = (meeting: RoomId, isReply: boolean): Bytes =>
  controlFrame(FRAME.meeting, meeting)
    .u8(isReply ? 1 : 0)
    .finish();

export function decodeMeeting(datagram: Bytes): MeetingFrame | undefined {
  const reader = new Reader(datagram);
  reader.bytes(HEADER_BYTES - 1);
  const direction = reader.u8();
  reader.require(direction <= 1);
  const nonce = reader.bytes(MEETING_NONCE_BYTES);
  const sealed = reader.bytes(MEETING_CONTENT_BYTES + TAG_BYTES);
  return reader.done() ? { type: 'meeting', isReply: direction === 1, nonce, sealed } : undefined;
}

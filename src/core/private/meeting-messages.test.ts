import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../../../test/meeting.ts';
import { person } from '../../../test/secrecy-people.ts';
import { concatBytes } from '../../base/bytes.ts';
import type { OperationId, RoomId } from '../../base/ids.ts';
import { MEETING_CONTENT_BYTES } from '../limits.ts';
import { inviteKeys } from '../secrecy/invite.ts';
import { decodeFrame } from '../wire/frame.ts';
import { firstByte, FRAME, roomTag } from '../wire/header.ts';
import { decodeMeeting } from '../wire/meeting.ts';
import {
  decodeReply,
  decodeRequest,
  encodeReply,
  encodeRequest,
  openMeeting,
  readWelcomeBody,
  sealMeeting,
} from './meeting-messages.ts';
import type { MeetingReply, MeetingRequest } from './meeting-messages.ts';

const { crypto } = person(1);
const keys = inviteKeys(crypto, ROOT);
const tag = roomTag(keys.meeting);

describe('formats', () => {
  const hex = (bytes: number): fc.Arbitrary<string> =>
    fc
      .uint8Array({ minLength: bytes, maxLength: bytes })
      .map((value) => Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join(''));
  const fixed = (bytes: number): fc.Arbitrary<Uint8Array> =>
    fc.uint8Array({ minLength: bytes, maxLength: bytes });
  const name = fc.string({ minLength: 1, maxLength: 20 });
  const requests: fc.Arbitrary<MeetingRequest> = fc.oneof(
    fc.record({ kind: fc.constant('ask' as const), session: hex(16), prekey: fixed(135), name }),
    fc.record({
      kind: fc.constant('prove' as const),
      session: hex(16),
      prekey: fixed(135),
      name,
      room: hex(16) as fc.Arbitrary<RoomId>,
      invite: hex(32) as fc.Arbitrary<OperationId>,
      proof: fixed(64),
    }),
  );
  const replies: fc.Arbitrary<MeetingReply> = fc.oneof(
    fc.record({
      kind: fc.constant('room' as const),
      session: hex(16),
      sponsor: fixed(32),
      room: hex(16) as fc.Arbitrary<RoomId>,
      invite: hex(32) as fc.Arbitrary<OperationId>,
      name,
    }),
    fc.record({
      kind: fc.constant('refused' as const),
      session: hex(16),
      reason: fc.constant('invite-used' as const),
    }),
    fc.record({
      kind: fc.constant('welcome' as const),
      session: hex(16),
      sealed: fc.uint8Array({ maxLength: 350 }),
    }),
  );
  const padded = (content: Uint8Array): Uint8Array => {
    const whole = new Uint8Array(MEETING_CONTENT_BYTES);
    whole.set(content);
    return whole;
  };

  test('what is said is read back out of its padding, and nothing else is', () => {
    fc.assert(
      fc.property(requests, replies, (request, reply) => {
        const asked = padded(encodeRequest(request));
        const answer = padded(encodeReply(reply));
        expect(decodeRequest(asked)).toEqual(request);
        expect(decodeReply(answer)).toEqual(reply);
        expect(decodeRequest(answer)).toBeUndefined();
        expect(decodeReply(asked)).toBeUndefined();
        asked[MEETING_CONTENT_BYTES - 1] = 1;
        answer[MEETING_CONTENT_BYTES - 1] = 1;
        expect(decodeRequest(asked)).toBeUndefined();
        expect(decodeReply(answer)).toBeUndefined();
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        decodeRequest(bytes);
        decodeReply(bytes);
        readWelcomeBody(bytes);
        decodeMeeting(concatBytes(Uint8Array.of(firstByte(FRAME.meeting)), bytes));
      }),
      { numRuns: 5000 },
    );
  });

  test('a seal fits one direction, one invite and one tag', () => {
    const bytes = sealMeeting(crypto, keys, false, encodeRequest(fc.sample(requests, 1)[0]!));
    const frame = decodeMeeting(bytes)!;
    expect(openMeeting(crypto, keys, frame)).toHaveLength(MEETING_CONTENT_BYTES);
    expect(openMeeting(crypto, keys, { ...frame, isReply: true })).toBeUndefined();
    expect(openMeeting(crypto, inviteKeys(crypto, new Uint8Array(32)), frame)).toBeUndefined();
    const elsewhere = { ...keys, meeting: '00'.repeat(16) as RoomId };
    expect(openMeeting(crypto, elsewhere, frame)).toBeUndefined();
    const decoded = decodeFrame(bytes);
    expect(decoded.ok && decoded.value.kind === 'meeting' && decoded.value.roomTag).toBe(tag);
    expect(decodeMeeting(bytes.subarray(1))).toBeUndefined();
    expect(decodeMeeting(concatBytes(bytes, Uint8Array.of(0)))).toBeUndefined();
  });
});

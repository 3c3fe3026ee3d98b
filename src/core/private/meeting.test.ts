import { describe, expect, test } from 'vitest';
import { FakeRoom, Guest, Hall, NEST, ROOT, TICKET } from '../../../test/meeting.ts';
import { person } from '../../../test/secrecy-people.ts';
import type { OperationId, RoomId } from '../../base/ids.ts';
import { control } from '../context.ts';
import {
  INVITE_KEPT_MS,
  INVITES_MAX,
  JOINS_MAX,
  MEETING_CONTENT_BYTES,
  MEETING_PATIENCE_MS,
} from '../limits.ts';
import { sealDirect } from '../secrecy/direct.ts';
import { inviteKeys } from '../secrecy/invite.ts';
import { signPrekey } from '../secrecy/prekeys.ts';
import { decodeFrame } from '../wire/frame.ts';
import { decodeMeeting } from '../wire/meeting.ts';
import { inviteUseMessage } from '../wire/operation.ts';
import {
  decodeRequest,
  encodeReply,
  encodeRequest,
  openMeeting,
  sealMeeting,
  welcomeBody,
} from './meeting-messages.ts';
import type { MeetingReply, MeetingRequest } from './meeting-messages.ts';

const { crypto } = person(1);
const keys = inviteKeys(crypto, ROOT);

/** A hall with one open invite and one who asks with it. */
function hallWith(seed = 1, lastsMs?: number): { hall: Hall; guest: Guest } {
  const hall = new Hall(seed);
  hall.open(lastsMs);
  return { hall, guest: new Guest(hall, 2) };
}

describe('an invite', () => {
  test('lets one in, whatever the network loses, doubles and reorders', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const { hall, guest } = hallWith(seed);
      [hall.loss, hall.copies, hall.delayMs] = seed === 1 ? [0, 0, 1] : [0.4, 0.3, 300];
      guest.join();
      hall.run(25_000);
      expect(guest.joined, `seed ${seed}`).toEqual([
        { token: 1, welcome: { room: NEST, genesisSecret: hall.room.secret, kind: 'private', name: 'nest' } },
      ]);
      expect(hall.room.uses).toHaveLength(1);
      expect(guest.failures).toEqual([]);
      const stages = guest.events.flatMap((event) =>
        event.type === 'invite-progress' ? [[event.stage, event.roomName]] : [],
      );
      expect(stages).toEqual([
        ['asking', undefined],
        ['answered', 'nest'],
      ]);
      const meetings = guest.events.filter(({ type }) => type.endsWith('subscribe'));
      expect(meetings).toEqual(
        ['subscribe', 'unsubscribe'].map((type) => ({ type, to: control(keys.meeting) })),
      );
    }
  });

  test('is used once: of two at once one gets in, and whoever comes later is told', () => {
    const { hall, guest } = hallWith();
    const other = new Guest(hall, 3);
    guest.join();
    other.join();
    hall.run(3000);
    expect(guest.joined.length + other.joined.length).toBe(1);
    expect([...guest.failures, ...other.failures]).toEqual(['invite-used']);
    expect(hall.room.uses).toHaveLength(1);
    const late = new Guest(hall, 4);
    late.join();
    hall.run(3000);
    expect(late.failures).toEqual(['invite-used']);
  });

  test('gives its guest the welcome again, and uses nothing up for a member', () => {
    const { hall, guest } = hallWith();
    guest.join();
    hall.run(2000);
    guest.join(ROOT, 2);
    hall.run(2000);
    expect(guest.joined.map(({ token }) => token)).toEqual([1, 2]);
    expect(hall.room.uses).toHaveLength(1);
  });

  test('that expired, by the clock of the sponsor, is refused; so is one where nobody knows the time', () => {
    const { hall, guest } = hallWith(1, 60_000);
    hall.run(61_000);
    guest.join();
    hall.run(2000);
    expect(guest.failures).toEqual(['invite-expired']);
    const ahead = hallWith(1, 60_000);
    ahead.hall.wallErrorMs = 120_000;
    ahead.guest.join();
    ahead.hall.run(2000);
    expect(ahead.guest.failures).toEqual(['invite-expired']);
    // The clock is set on between two looks at it.
    const jumped = hallWith(1, 60_000);
    jumped.hall.run(100);
    jumped.hall.wallErrorMs = 120_000;
    jumped.guest.join();
    jumped.hall.run(2000);
    expect(jumped.guest.failures).toEqual(['invite-expired']);
    const lost = hallWith();
    lost.hall.wallErrorMs = undefined;
    lost.guest.join();
    lost.hall.run(2000);
    expect(lost.guest.joined).toEqual([]);
  });

  test.each([
    [
      'whose maker may let nobody in any more',
      (hall: Hall): unknown => (hall.room.state = 'void'),
      'invite-unknown',
    ],
    ['that was used elsewhere', (hall: Hall): unknown => (hall.room.state = 'used'), 'invite-used'],
    ['of a room that is closed', (hall: Hall): unknown => (hall.isRoomOpen = false), 'invite-unknown'],
    ['to a full room', (hall: Hall): unknown => (hall.room.failure = 'room-full'), 'room-full'],
    ['that the log does not take', (hall: Hall): unknown => (hall.room.failure = 'forked'), 'not-allowed'],
  ] as const)('%s is refused', (_, change, reason) => {
    const { hall, guest } = hallWith();
    // What it looked at when it was opened is past.
    hall.run(100);
    change(hall);
    guest.join();
    hall.run(3000);
    expect(guest.failures).toEqual([reason]);
    expect(guest.joined).toEqual([]);
  });

  test('is no answer to another invite', () => {
    const { hall, guest } = hallWith();
    guest.join(new Uint8Array(32).fill(6));
    hall.run(MEETING_PATIENCE_MS + 1000);
    expect(guest.failures).toEqual(['no-answer']);
    expect(hall.room.uses).toHaveLength(0);
  });

  test('is kept a while after its end, and dropped then', () => {
    const { hall, guest } = hallWith();
    guest.join();
    hall.run(2000);
    expect(hall.dropped).toEqual([]);
    hall.run(INVITE_KEPT_MS + 120_000);
    expect(hall.dropped).toEqual([TICKET]);
    expect(hall.sponsor.size).toBe(0);
    expect(hall.events.at(-1)).toEqual({ type: 'unsubscribe', to: control(keys.meeting) });
  });
});

/** What a newcomer with these answers would send, as somebody who has the invite may change it. */
function forged(who: ReturnType<typeof person>, change: Partial<MeetingRequest & { kind: 'prove' }> = {}) {
  const prekey = signPrekey(who.crypto, who.publicKey, who.prekeys[0]!);
  const subject = { publicKey: who.publicKey, prekey: who.prekey, name: 'x' };
  const { room, invite } = { room: NEST, invite: TICKET, ...change };
  const proof = crypto.ed25519(keys.seed).sign(inviteUseMessage(room, invite, subject));
  const request = {
    kind: 'prove',
    session: '11'.repeat(16),
    prekey,
    name: 'x',
    room,
    invite,
    proof,
  } as const;
  return sealMeeting(crypto, keys, false, encodeRequest({ ...request, ...change }));
}

describe('what lets nobody in', () => {
  const mallory = person(7);

  test('a proof for another room or invite, by another key, or for other keys', () => {
    const { hall } = hallWith();
    const other = crypto.ed25519(new Uint8Array(32)).sign(new Uint8Array(1));
    hall.hear(forged(mallory, { room: 'ee'.repeat(16) as RoomId }));
    hall.hear(forged(mallory, { invite: 'ee'.repeat(32) as OperationId }));
    hall.hear(forged(mallory, { proof: other }));
    // The prekey is not the one that the proof is for, which somebody in between might wish.
    hall.hear(forged(mallory, { name: 'y' }));
    hall.run(2000);
    expect(hall.room.uses).toHaveLength(0);
    expect(hall.counts.get('meeting-proof')).toBe(2);
    hall.hear(forged(mallory));
    expect(hall.room.uses).toHaveLength(1);
  });

  test('a prekey that its owner did not sign', () => {
    const { hall } = hallWith();
    const prekey = signPrekey(mallory.crypto, mallory.publicKey, mallory.prekeys[0]!);
    prekey[40]! ^= 1;
    hall.hear(forged(mallory, { prekey }));
    expect(hall.counts.get('meeting-prekey')).toBe(1);
    expect(hall.room.uses).toHaveLength(0);
  });

  test('junk, which is dropped by the tag, the seal and a budget', () => {
    const { hall, guest } = hallWith();
    const good = forged(mallory);
    for (let i = 0; i < 600; i++) {
      const junk = good.slice();
      junk[6 + (i % (junk.length - 6))]! ^= 1;
      hall.hear(junk);
    }
    expect(hall.counts.get('meeting-unreadable')).toBe(400);
    expect(hall.counts.get('meeting-budget')).toBe(200);
    expect(hall.room.uses).toHaveLength(0);
    hall.run(1000);
    guest.join();
    hall.run(5000);
    expect(guest.joined).toHaveLength(1);
  });

  test('requests without end by who has the invite cost no more than their budget', () => {
    const { hall } = hallWith();
    for (let i = 0; i < 300; i++) hall.hear(forged(mallory, { proof: new Uint8Array(64) }));
    expect(hall.counts.get('meeting-proof')).toBe(40);
    expect(hall.counts.get('meeting-budget')).toBe(260);
  });
});

describe('what a newcomer does not take', () => {
  /** The guest was told the room by the host; the host's welcome is held back. */
  function told(): { hall: Hall; guest: Guest; session: string } {
    const { hall, guest } = hallWith();
    hall.room.use = () => undefined;
    guest.join();
    hall.run(2000);
    const requests = hall.wire.flatMap(({ bytes }) => {
      const decoded = decodeFrame(bytes);
      if (!decoded.ok || decoded.value.kind !== 'meeting' || decoded.value.frame.isReply) return [];
      return [decodeRequest(openMeeting(crypto, keys, decoded.value.frame)!)!];
    });
    return { hall, guest, session: requests.at(-1)?.session ?? '' };
  }
  const sealedWelcome = (by: ReturnType<typeof person>, guest: Guest, room: RoomId) => {
    const to = { identity: guest.person.publicKey, publicKey: guest.person.prekey, serial: 1 };
    const body = welcomeBody({ room, genesisSecret: new Uint8Array(32), kind: 'private', name: 'trap' });
    return sealDirect(by.crypto, by.publicKey, to, body);
  };
  const hear = (hall: Hall, reply: MeetingReply): void =>
    hall.hear(sealMeeting(crypto, keys, true, encodeReply(reply)));

  test('a welcome by another than its sponsor, or to another room', () => {
    const { hall, guest, session } = told();
    hear(hall, { kind: 'welcome', session, sealed: sealedWelcome(person(7), guest, NEST) });
    expect(hall.counts.get('welcome-by-another')).toBe(1);
    hear(hall, {
      kind: 'welcome',
      session,
      sealed: sealedWelcome(hall.host, guest, 'ee'.repeat(16) as RoomId),
    });
    expect(hall.counts.get('welcome-by-another')).toBe(2);
    expect(guest.joined).toEqual([]);
    hear(hall, { kind: 'welcome', session, sealed: sealedWelcome(hall.host, guest, NEST) });
    expect(guest.joined).toHaveLength(1);
  });

  test('answers to another attempt: a replay', () => {
    const { hall, guest } = hallWith();
    guest.join();
    hall.run(2000);
    const replies = hall.wire.filter(({ bytes }) => decodeMeeting(bytes)?.isReply === true);
    expect(replies.length).toBeGreaterThan(1);
    hall.isRoomOpen = false;
    guest.newcomer.join(hall.now, ROOT, 2);
    for (const { bytes } of replies) hall.hear(bytes);
    expect(guest.joined).toHaveLength(1);
    const stages = guest.events.filter((event) => event.type === 'invite-progress');
    expect(stages.at(-1)).toMatchObject({ token: 2, stage: 'asking' });
  });

  test('a second sponsor, once it was told one', () => {
    const { hall, guest, session } = told();
    const trap = {
      sponsor: person(7).publicKey,
      room: 'ee'.repeat(16) as RoomId,
      invite: TICKET,
      name: 'trap',
    };
    hear(hall, { kind: 'room', session, ...trap });
    hear(hall, { kind: 'welcome', session, sealed: sealedWelcome(person(7), guest, trap.room) });
    expect(guest.joined).toEqual([]);
  });
});

describe('a newcomer', () => {
  test('asks with one invite once at a time, and with few', () => {
    const { guest } = hallWith();
    guest.join(ROOT, 1);
    guest.join(ROOT, 2);
    expect(guest.failures).toEqual(['too-many']);
    for (let i = 0; i < JOINS_MAX; i++) guest.join(new Uint8Array(32).fill(50 + i), 10 + i);
    expect(guest.failures).toEqual(['too-many', 'too-many']);
    expect(guest.newcomer.size).toBe(JOINS_MAX);
  });

  test('may give up, and is done at once where it is in already', () => {
    const { hall, guest } = hallWith();
    hall.loss = 1;
    guest.join();
    hall.run(1000);
    guest.newcomer.cancel(1);
    expect(guest.failures).toEqual(['cancelled']);
    hall.loss = 0;
    guest.rooms.add(NEST);
    guest.join(ROOT, 2);
    hall.run(2000);
    expect(guest.events).toContainEqual({ type: 'command-done', token: 2, room: NEST });
    expect(hall.room.uses).toHaveLength(0);
  });

  test('that got in by a welcome of its own is done', () => {
    const { hall, guest } = hallWith();
    hall.room.use = () => undefined;
    guest.join();
    hall.run(2000);
    guest.newcomer.cameIn(NEST);
    expect(guest.events).toContainEqual({ type: 'command-done', token: 1, room: NEST });
    expect(guest.newcomer.size).toBe(0);
  });
});

describe('bounds', () => {
  test('invites are at most so many; one that is over makes room', () => {
    const hall = new Hall();
    for (let i = 0; i < INVITES_MAX + 3; i++)
      hall.open(60_000, new Uint8Array(32).fill(i), i.toString(16).padStart(64, '0') as OperationId);
    expect(hall.sponsor.size).toBe(INVITES_MAX);
    expect(hall.sponsor.isFull).toBe(true);
    hall.run(120_000);
    expect(hall.sponsor.isFull).toBe(false);
    hall.open();
    expect(hall.sponsor.size).toBe(INVITES_MAX);
    expect(hall.dropped).toHaveLength(1);
    hall.sponsor.closeRoom(NEST);
    expect(hall.sponsor.size).toBe(0);
    expect(hall.dropped).toHaveLength(1);
  });

  test('every datagram at a meeting has one size, also with the longest names', () => {
    const hall = new Hall();
    hall.room.welcome = () => ({
      room: NEST,
      genesisSecret: hall.room.secret,
      kind: 'private',
      name: 'n'.repeat(128),
    });
    hall.open();
    const guest = new Guest(hall, 2, 'g'.repeat(64));
    guest.join();
    hall.run(3000);
    expect(guest.joined).toHaveLength(1);
    const late = new Guest(hall, 3);
    late.join();
    hall.run(3000);
    expect(new Set(hall.wire.map(({ bytes }) => bytes.length))).toEqual(
      new Set([6 + 12 + MEETING_CONTENT_BYTES + 16]),
    );
    expect(new FakeRoom(hall).members.size).toBe(0);
  });
});

/**
 * What happens between two members rather than in a room: direct messages, verification by emoji, welcomes, and invites
 * on both sides. Connects the parts of `direct/` and of the meeting to each other and to the private rooms.
 */
import type { Bytes } from '../base/bytes.ts';
import { UsageError } from '../base/assert.ts';
import type { MemberId, RoomId } from '../base/ids.ts';
import type { Address, PrivateChain } from './api.ts';
import type { Context } from './context.ts';
import { contactIn } from './direct/contacts.ts';
import type { DirectBody, Welcome } from './direct/body.ts';
import { Mail } from './direct/mail.ts';
import { OfferedRooms } from './direct/offered.ts';
import type { Contact } from './direct/ports.ts';
import { Verification } from './direct/verification.ts';
import type { EmojiAnswer } from './direct/verification.ts';
import { Welcomes } from './direct/welcomes.ts';
import { DIRECT_ROOMS_OF_ONE_MAX, U48_MAX } from './limits.ts';
import { doorOf, unheardGuests, welcomeTo } from './private/door.ts';
import { Newcomer } from './private/newcomer.ts';
import type { PrivateRoom } from './private/private-room.ts';
import type { PrivateRooms } from './private/private-rooms.ts';
import { Sponsor } from './private/sponsor.ts';
import type { Room } from './room/room.ts';
import { SECRET_BYTES } from './secrecy/limits.ts';
import type { DirectFrame, MessageId } from './wire/direct.ts';
import type { MeetingFrame } from './wire/meeting.ts';

export interface EncounterPorts {
  readonly context: Context;
  readonly privates: PrivateRooms;
  rooms(): Iterable<Room>;
}

export class Encounters {
  readonly verification: Verification;
  private readonly ports: EncounterPorts;
  private readonly mail: Mail;
  private readonly welcomes: Welcomes;
  private readonly sponsor: Sponsor;
  private readonly newcomer: Newcomer;
  private readonly offered: OfferedRooms;

  constructor(ports: EncounterPorts) {
    this.ports = ports;
    const { context, privates } = ports;
    const contact = (id: MemberId): Contact | undefined => contactIn(ports.rooms(), id);
    const prekeys = (): PrivateRooms['prekeys'] => privates.prekeys;
    const post = (now: number, to: MemberId, body: DirectBody): boolean => this.mail.post(now, to, body);
    this.mail = new Mail({
      context,
      contact,
      prekeys,
      received: (now, from, body, message) => this.received(now, from, body, message),
      sealed: (to, body, message) => {
        if (body.kind === 'welcome') this.welcomes.sealed(to, body.welcome, message);
      },
      settled: (now, to, body, isDelivered) => {
        if (body.kind === 'welcome') this.welcomes.settled(now, to, body.welcome, isDelivered);
        else if (body.kind === 'declined') this.offered.settled(to, body.message, isDelivered);
        else if (body.kind === 'emoji' && !isDelivered) this.verification.undelivered(to, body.message);
      },
    });
    this.offered = new OfferedRooms({
      post,
      told: (room, by) => context.emit({ type: 'decline-told', room, to: by }),
    });
    this.verification = new Verification({ context, contact, post });
    this.welcomes = new Welcomes({ post });
    this.sponsor = new Sponsor({
      context,
      wallClock: (now) => privates.wallClock(now),
      room: (id) => {
        const room = privates.find(id);
        return room === undefined ? undefined : doorOf(context.crypto, room);
      },
      dropped: (id, operation) => privates.find(id)?.store(0, { kind: 'invite-dropped', operation }),
    });
    this.newcomer = new Newcomer({
      context,
      prekeys,
      isIn: (room) => privates.has(room),
      joined: (now, welcome, token) => privates.admit(now, welcome, token),
    });
  }

  // ---- commands

  verifyByEmoji(now: number, member: MemberId): void {
    this.verification.start(now, member);
  }
  answerEmoji(now: number, member: MemberId, what: EmojiAnswer): void {
    this.verification.answer(now, member, what);
  }

  invite(now: number, id: RoomId, root: Bytes, expiresAt: number, token: number): void {
    checkRoot(root);
    if (!Number.isSafeInteger(expiresAt) || expiresAt < 0 || expiresAt > U48_MAX)
      throw new UsageError(`no time: ${expiresAt}`);
    const room = this.ports.privates.get(id);
    const { emit } = this.ports.context;
    if (room.kind === 'direct') return emit({ type: 'command-failed', token, reason: 'not-allowed' });
    if (this.sponsor.isFull) return emit({ type: 'command-failed', token, reason: 'too-many' });
    const inviteKey = this.sponsor.publicKeyOf(root);
    room.own.write(now, () => [{ kind: 'invite', inviteKey, expiresAt }], token, {
      // Stored before anybody is told that the invite is made.
      done: (at, { id: operation }) => {
        room.store(0, { kind: 'invite', operation, root, expiresAt });
        this.sponsor.open(at, { room: id, operation, root, expiresAt });
      },
    });
  }

  joinByInvite(now: number, root: Bytes, token: number): void {
    checkRoot(root);
    if (this.sponsor.isOurs(root))
      return this.ports.context.emit({ type: 'command-failed', token, reason: 'invite-own' });
    this.newcomer.join(now, root, token);
  }
  cancelJoin(token: number): void {
    this.newcomer.cancel(token);
  }

  /** Our person does not want into the room that this member offered. */
  declineRoom(now: number, room: RoomId, by: MemberId): void {
    this.offered.decline(now, by, room);
  }

  // ---- what happens in rooms

  /** A private room is open, with these invites of ours. */
  roomOpened(now: number, room: PrivateRoom, invites: PrivateChain['invites']): void {
    for (const invite of invites) this.sponsor.open(now, { ...invite, room: room.id });
    this.roomChanged(now, room);
    this.newcomer.cameIn(room.id);
  }

  /** Its membership changed: who is new may be owed a welcome. */
  roomChanged(now: number, room: PrivateRoom): void {
    this.welcomes.retain(room.id, (id) => room.isMember(id));
    for (const { id, isByInvite } of unheardGuests(room, this.ports.context.self.id))
      this.welcomes.owe(now, id, welcomeTo(room), isByInvite);
  }

  /** For now, by ourselves: the store has its invites. */
  roomQuit(id: RoomId): void {
    this.sponsor.closeRoom(id);
    this.roomClosed(id);
  }

  /** We are no member any more: who comes with an invite of ours hears that it opens nothing. */
  roomClosed(id: RoomId): void {
    this.welcomes.retain(id, () => false);
  }

  /** It came, came back, or came as a new process. */
  memberSeen(now: number, room: RoomId, member: MemberId): void {
    if (this.ports.privates.has(room)) this.welcomes.settle(room, member);
    this.welcomes.seen(now, member);
    this.offered.seen(now, member);
  }

  // ---- datagrams and time

  handleDirect(now: number, from: Address, frame: DirectFrame): void {
    this.mail.handleFrame(now, from, frame);
  }

  handleMeeting(now: number, tag: string, frame: MeetingFrame): void {
    if (frame.isReply) this.newcomer.handleFrame(now, tag, frame);
    else if (this.sponsor.has(tag)) this.sponsor.handleFrame(now, tag, frame);
  }

  nextTimeout(): number {
    return Math.min(...this.parts().map((part) => part.nextTimeout()));
  }
  handleTimeout(now: number): void {
    for (const part of this.parts()) if (part.nextTimeout() <= now) part.handleTimeout(now);
  }

  sizes(): Readonly<Record<string, number>> {
    return {
      ...this.mail.sizes(),
      emojiSessions: this.verification.size,
      welcomes: this.welcomes.size,
      offeredByOne: this.offered.size,
      invites: this.sponsor.size,
      joins: this.newcomer.size,
    };
  }

  private parts(): readonly { nextTimeout(): number; handleTimeout(now: number): void }[] {
    return [this.mail, this.verification, this.welcomes, this.sponsor, this.newcomer];
  }

  private received(now: number, from: Contact, body: DirectBody, message: MessageId): boolean {
    if (body.kind === 'declined') return this.refused(now, from.id, body.message);
    if (body.kind === 'emoji') this.verification.received(now, from, body.message);
    else if (body.kind === 'welcome') this.welcomed(now, from.id, body.welcome, message);
    return true;
  }

  /**
   * Somebody let us in by name. A room of two opens by itself; any other is for our person to accept, unless we came with
   * an invite to it. One member cannot fill the place that rooms have.
   */
  private welcomed(now: number, from: MemberId, welcome: Welcome, message: MessageId): void {
    const { privates, context } = this.ports;
    const { room, genesisSecret, kind, name } = welcome;
    if (privates.awaits(room)) return;
    const came = this.offered.came(now, from, room, message);
    if (came === 'full') return context.count('welcomes-by-one-member');
    if (kind === 'direct' && privates.directRooms(from).length >= DIRECT_ROOMS_OF_ONE_MAX)
      return context.count('direct-rooms-by-one-member');
    if (kind === 'direct' || this.newcomer.isAskingFor(room)) return privates.admit(now, welcome);
    if (came === 'new') context.emit({ type: 'room-offered', offer: { room, genesisSecret, name }, from });
  }

  /**
   * Somebody whom we let in by name does not want in. It never was there, so it goes as anybody does whom we remove: the
   * others see that we did, and the next epoch is not for it.
   */
  private refused(now: number, from: MemberId, letter: MessageId): boolean {
    const { privates, context } = this.ports;
    const welcome = this.welcomes.refused(from, letter);
    if (welcome === undefined) return false;
    const { room } = welcome;
    context.emit({ type: 'member-declined', room, member: from });
    // Where we may not any more, an admin who may has to.
    if (privates.find(room) !== undefined) privates.commands.removeFromRoom(now, room, from, 0);
    return true;
  }
}

function checkRoot(root: Bytes): void {
  if (root.length !== SECRET_BYTES) throw new UsageError(`an invite's root has ${SECRET_BYTES} bytes`);
}

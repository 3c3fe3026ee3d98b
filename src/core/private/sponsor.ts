/**
 * Letting in who comes with one of our invites (protocol.md §10): the sponsor's side. It tells who has the invite which room
 * it is for, uses the invite up for the first who proves it, and gives that one the welcome, again as often as it asks.
 * Everybody else is told why not.
 */
import { equalBytes } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, OperationId, RoomId } from '../../base/ids.ts';
import type { CommandFailure } from '../api.ts';
import { control } from '../context.ts';
import type { Context } from '../context.ts';
import type { Welcome } from '../direct/body.ts';
import {
  INVITE_KEPT_MS,
  INVITES_MAX,
  MEETING_OPENS_PER_S,
  MEETING_REQUESTS_PER_S,
  MEETING_RETRY_MS,
} from '../limits.ts';
import { TokenBucket } from '../reliability/bucket.ts';
import { sealDirect } from '../secrecy/direct.ts';
import { inviteKeys } from '../secrecy/invite.ts';
import type { InviteKeys } from '../secrecy/invite.ts';
import { verifyPrekey } from '../secrecy/prekeys.ts';
import type { Prekey } from '../secrecy/prekeys.ts';
import { roomTag } from '../wire/header.ts';
import type { MeetingFrame } from '../wire/meeting.ts';
import { inviteUseMessage } from '../wire/operation.ts';
import type { Subject } from '../wire/operation-body.ts';
import { memberIdOf } from '../wire/record.ts';
import {
  decodeRequest,
  encodeReply,
  openMeeting,
  REFUSALS,
  sealMeeting,
  welcomeBody,
} from './meeting-messages.ts';
import type { MeetingReply, MeetingRequest, Refusal } from './meeting-messages.ts';

/** The room that an invite is for, as far as a sponsor needs it. */
export interface SponsorRoom {
  /** What the membership log makes of it: void where its maker may let nobody in any more. */
  inviteState(invite: OperationId): 'open' | 'used' | 'void';
  isMember(id: MemberId): boolean;
  welcome(): Welcome;
  /** Writes the operation that lets the newcomer in, and calls back once it counts and has left, or cannot. */
  use(
    now: number,
    invite: OperationId,
    subject: Subject,
    proof: Bytes,
    ended: (now: number, reason: CommandFailure | undefined) => void,
  ): void;
}

export interface SponsorPorts {
  readonly context: Pick<Context, 'crypto' | 'self' | 'send' | 'emit' | 'count'>;
  /** Unix milliseconds by our own clock; undefined where nobody has told it. */
  wallClock(now: number): number | undefined;
  /** Undefined where it is not open. */
  room(id: RoomId): SponsorRoom | undefined;
  /** It was closed long enough ago: the store may forget it. */
  dropped(room: RoomId, invite: OperationId): void;
}

export interface Invite {
  readonly room: RoomId;
  readonly operation: OperationId;
  readonly root: Bytes;
  /** Unix milliseconds. */
  readonly expiresAt: number;
}

interface OpenInvite extends Invite {
  readonly keys: InviteKeys;
  readonly publicKey: Bytes;
  /** Who is being let in, or was. */
  guest: { readonly id: MemberId; isIn: boolean; welcome: Bytes | undefined } | undefined;
  /** Why it is closed, and until when that is told. */
  closed: { readonly reason: Refusal; readonly until: number } | undefined;
}

/** How often expiry is looked at: the wall clock may be set. */
const LOOK_MS = 60_000;

export class Sponsor {
  private readonly ports: SponsorPorts;
  private readonly invites = new Map<OperationId, OpenInvite>();
  private readonly opens = new TokenBucket(MEETING_OPENS_PER_S / 1000, MEETING_OPENS_PER_S);
  private readonly requests = new TokenBucket(MEETING_REQUESTS_PER_S / 1000, MEETING_REQUESTS_PER_S);
  private lookAt = Infinity;

  constructor(ports: SponsorPorts) {
    this.ports = ports;
  }

  /** The public key that the operation of an invite with this root names. */
  publicKeyOf(root: Bytes): Bytes {
    const { crypto } = this.ports.context;
    return crypto.ed25519(inviteKeys(crypto, root).seed).publicKey;
  }

  /** We made it, whether or not it still serves. */
  isOurs(root: Bytes): boolean {
    return [...this.invites.values()].some((invite) => equalBytes(invite.root, root));
  }

  /** Whether one more may be made. */
  get isFull(): boolean {
    return [...this.invites.values()].filter(({ closed }) => closed === undefined).length >= INVITES_MAX;
  }

  /** From now on who comes with it is answered. */
  open(now: number, invite: Invite): void {
    if (this.invites.has(invite.operation)) return;
    const { crypto, emit, count } = this.ports.context;
    if (this.isFull) return count('invites-full');
    const keys = inviteKeys(crypto, invite.root);
    for (const [id, { closed }] of this.invites) {
      if (this.invites.size < INVITES_MAX) break;
      if (closed !== undefined) this.drop(id);
    }
    const { publicKey } = crypto.ed25519(keys.seed);
    this.invites.set(invite.operation, {
      ...invite,
      keys,
      publicKey,
      guest: undefined,
      closed: undefined,
    });
    emit({ type: 'subscribe', to: control(keys.meeting) });
    this.lookAt = now;
  }

  /** The room is closed. */
  closeRoom(room: RoomId): void {
    for (const [id, invite] of this.invites) if (invite.room === room) this.forget(id);
  }

  handleFrame(now: number, tag: string, frame: MeetingFrame): void {
    for (const invite of this.invites.values()) {
      if (roomTag(invite.keys.meeting) !== tag) continue;
      const { crypto, count } = this.ports.context;
      if (!this.opens.take(now, 1)) return count('meeting-budget');
      const content = openMeeting(crypto, invite.keys, frame);
      if (content === undefined) continue;
      if (!this.requests.take(now, 1)) return count('meeting-budget');
      const request = decodeRequest(content);
      return request === undefined ? count('meeting-malformed') : this.asked(now, invite, request);
    }
    this.ports.context.count('meeting-unreadable');
  }

  nextTimeout(): number {
    return this.lookAt;
  }

  handleTimeout(now: number): void {
    this.lookAt = Infinity;
    for (const [id, invite] of this.invites) {
      const wall = this.ports.wallClock(now);
      if (invite.closed === undefined) this.closeIfOver(now, invite, wall);
      else if (invite.closed.until <= now) {
        this.drop(id);
        continue;
      }
      const leftMs = wall === undefined ? LOOK_MS : Math.max(MEETING_RETRY_MS, invite.expiresAt - wall);
      this.lookAt = Math.min(this.lookAt, now + Math.min(LOOK_MS, leftMs));
    }
  }

  has(tag: string): boolean {
    return [...this.invites.values()].some(({ keys }) => roomTag(keys.meeting) === tag);
  }
  get size(): number {
    return this.invites.size;
  }

  private asked(now: number, invite: OpenInvite, request: MeetingRequest): void {
    const { crypto, self, count } = this.ports.context;
    const prekey = verifyPrekey(crypto, request.prekey);
    if (prekey === undefined) return count('meeting-prekey');
    const newcomer = memberIdOf(crypto, prekey.identity);
    if (newcomer === self.id) return;
    const room = this.ports.room(invite.room);
    const refusal = this.refusalOf(now, invite, room, newcomer);
    const { session } = request;
    if (refusal !== undefined || room === undefined)
      return this.reply(invite, { kind: 'refused', session, reason: refusal ?? 'invite-unknown' });
    if (request.kind === 'prove') return this.proven(now, invite, room, newcomer, prekey, request);
    this.reply(invite, {
      kind: 'room',
      session,
      sponsor: self.publicKey,
      room: invite.room,
      invite: invite.operation,
      name: room.welcome().name,
    });
  }

  /** Why this newcomer is not let in; undefined where it may be, or is already. */
  private refusalOf(
    now: number,
    invite: OpenInvite,
    room: SponsorRoom | undefined,
    newcomer: MemberId,
  ): Refusal | undefined {
    if (room === undefined) return 'invite-unknown';
    // Whose welcome was lost, or who lost what it had: it is in, and nothing is used up.
    if (room.isMember(newcomer)) return undefined;
    if (invite.closed !== undefined) return invite.closed.reason;
    const wall = this.ports.wallClock(now);
    if (wall === undefined || wall >= invite.expiresAt) return 'invite-expired';
    const state = room.inviteState(invite.operation);
    if (state === 'open') return undefined;
    return state === 'used' ? 'invite-used' : 'invite-unknown';
  }

  private proven(
    now: number,
    invite: OpenInvite,
    room: SponsorRoom,
    newcomer: MemberId,
    prekey: Prekey,
    request: MeetingRequest & { kind: 'prove' },
  ): void {
    const { crypto, count } = this.ports.context;
    const { session, proof, name } = request;
    if (request.room !== invite.room || request.invite !== invite.operation)
      return this.reply(invite, { kind: 'refused', session, reason: 'invite-unknown' });
    const subject: Subject = { publicKey: prekey.identity, prekey: prekey.publicKey, name };
    const message = inviteUseMessage(invite.room, invite.operation, subject);
    if (!crypto.verify(invite.publicKey, message, proof)) return count('meeting-proof');
    if (room.isMember(newcomer)) return this.welcome(invite, room, newcomer, prekey, session);
    // Somebody else is on his way in; by the time this one asks again, it is used.
    if (invite.guest !== undefined) return;
    const guest = { id: newcomer, isIn: false, welcome: undefined };
    invite.guest = guest;
    room.use(now, invite.operation, subject, proof, (at, reason) => {
      if (reason === undefined) {
        guest.isIn = true;
        this.close(at, invite, 'invite-used');
        return this.welcome(invite, room, newcomer, prekey, session);
      }
      invite.guest = undefined;
      this.reply(invite, { kind: 'refused', session, reason: refusalFrom(reason) });
    });
  }

  private welcome(
    invite: OpenInvite,
    room: SponsorRoom,
    newcomer: MemberId,
    prekey: Prekey,
    session: string,
  ): void {
    const { crypto, self } = this.ports.context;
    const known = invite.guest?.id === newcomer ? invite.guest : undefined;
    const sealed = known?.welcome ?? sealDirect(crypto, self.publicKey, prekey, welcomeBody(room.welcome()));
    if (known !== undefined) known.welcome = sealed;
    this.reply(invite, { kind: 'welcome', session, sealed });
  }

  private closeIfOver(now: number, invite: OpenInvite, wall: number | undefined): void {
    if (wall !== undefined && wall >= invite.expiresAt) return this.close(now, invite, 'invite-expired');
    const isBeingUsed = invite.guest?.isIn === false;
    const state = isBeingUsed ? 'open' : this.ports.room(invite.room)?.inviteState(invite.operation);
    if (state === 'used' || state === 'void')
      this.close(now, invite, state === 'used' ? 'invite-used' : 'invite-unknown');
  }

  /** It stays a while, so that who comes with it hears why not, and who got in by it gets his welcome again. */
  private close(now: number, invite: OpenInvite, reason: Refusal): void {
    invite.closed = { reason, until: now + INVITE_KEPT_MS };
  }

  private drop(id: OperationId): void {
    const invite = this.invites.get(id);
    this.forget(id);
    if (invite !== undefined) this.ports.dropped(invite.room, id);
  }

  private forget(id: OperationId): void {
    const invite = this.invites.get(id);
    this.invites.delete(id);
    if (invite !== undefined)
      this.ports.context.emit({ type: 'unsubscribe', to: control(invite.keys.meeting) });
  }

  private reply(invite: OpenInvite, reply: MeetingReply): void {
    const { crypto, send } = this.ports.context;
    send(control(invite.keys.meeting), sealMeeting(crypto, invite.keys, true, encodeReply(reply)));
  }
}

const refusalFrom = (reason: CommandFailure): Refusal =>
  (REFUSALS as readonly string[]).includes(reason) ? (reason as Refusal) : 'not-allowed';

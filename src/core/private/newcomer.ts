/**
 * Asking to be let in with an invite (protocol.md §10): the newcomer's side. It asks until somebody answers, proves that it
 * has the invite to the room that it was told of, and takes the welcome from that sponsor only.
 */
import { equalBytes } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import { control } from '../context.ts';
import type { Context } from '../context.ts';
import type { CommandFailure } from '../api.ts';
import type { RoomId } from '../../base/ids.ts';
import type { Welcome } from '../direct/body.ts';
import { JOINS_MAX, MEETING_PATIENCE_MS, MEETING_RETRY_MS } from '../limits.ts';
import { openDirect } from '../secrecy/direct.ts';
import { inviteKeys } from '../secrecy/invite.ts';
import type { InviteKeys } from '../secrecy/invite.ts';
import { signPrekey } from '../secrecy/prekeys.ts';
import type { OwnPrekey } from '../secrecy/prekeys.ts';
import { roomTag } from '../wire/header.ts';
import type { MeetingFrame } from '../wire/meeting.ts';
import { inviteUseMessage } from '../wire/operation.ts';
import type { Subject } from '../wire/operation-body.ts';
import {
  decodeReply,
  encodeRequest,
  newSession,
  openMeeting,
  readWelcomeBody,
  sealMeeting,
} from './meeting-messages.ts';
import type { MeetingReply, MeetingRequest } from './meeting-messages.ts';

export interface NewcomerPorts {
  readonly context: Pick<Context, 'crypto' | 'self' | 'send' | 'emit' | 'count'>;
  prekeys(): readonly OwnPrekey[];
  /** We are in that room already. */
  isIn(room: RoomId): boolean;
  /** We are let in. */
  joined(now: number, welcome: Welcome, token: number): void;
}

interface Join {
  readonly token: number;
  readonly keys: InviteKeys;
  readonly session: string;
  /** The prekey that goes into the room: the welcome is sealed to it. */
  readonly prekey: OwnPrekey;
  readonly name: string;
  told: Extract<MeetingReply, { kind: 'room' }> | undefined;
  request: MeetingRequest;
  dueAt: number;
  giveUpAt: number;
}

export class Newcomer {
  private readonly ports: NewcomerPorts;
  private readonly joins = new Map<number, Join>();

  constructor(ports: NewcomerPorts) {
    this.ports = ports;
  }

  join(now: number, root: Bytes, token: number): void {
    const { crypto, self } = this.ports.context;
    const keys = inviteKeys(crypto, root);
    const [prekey] = this.ports.prekeys();
    if (prekey === undefined) return this.fail(token, 'no-prekey');
    // Two at a time with one invite would only use it up for each other.
    const isAsking = [...this.joins.values()].some((join) => join.keys.id === keys.id);
    if (isAsking || this.joins.size >= JOINS_MAX) return this.fail(token, 'too-many');
    const session = newSession(crypto);
    const { name } = self;
    const signed = signPrekey(crypto, self.publicKey, prekey);
    this.joins.set(token, {
      token,
      keys,
      session,
      prekey,
      name,
      told: undefined,
      request: { kind: 'ask', session, prekey: signed, name },
      dueAt: now,
      giveUpAt: now + MEETING_PATIENCE_MS,
    });
    this.ports.context.emit({ type: 'subscribe', to: control(keys.meeting) });
    this.ports.context.emit({ type: 'invite-progress', token, stage: 'asking' });
  }

  cancel(token: number): void {
    if (this.joins.has(token)) this.end(token, 'cancelled');
  }

  /** We got in by another way meanwhile: whoever sponsors us may have sent a welcome on its own. */
  cameIn(room: RoomId): void {
    for (const { told, token } of this.joins.values()) {
      if (told?.room !== room) continue;
      this.leave(token);
      this.ports.context.emit({ type: 'command-done', token, room });
    }
  }

  /** We have an invite to it, and a sponsor told us so. */
  isAskingFor(room: RoomId): boolean {
    return [...this.joins.values()].some(({ told }) => told?.room === room);
  }

  handleFrame(now: number, tag: string, frame: MeetingFrame): void {
    for (const join of this.joins.values()) {
      if (roomTag(join.keys.meeting) !== tag) continue;
      const content = openMeeting(this.ports.context.crypto, join.keys, frame);
      if (content === undefined) continue;
      const reply = decodeReply(content);
      if (reply?.session === join.session) return this.answered(now, join, reply);
    }
  }

  nextTimeout(): number {
    let at = Infinity;
    for (const { dueAt, giveUpAt } of this.joins.values()) at = Math.min(at, dueAt, giveUpAt);
    return at;
  }

  handleTimeout(now: number): void {
    for (const join of this.joins.values()) {
      if (join.giveUpAt <= now) this.end(join.token, 'no-answer');
      else if (join.dueAt <= now) this.ask(now, join);
    }
  }

  get size(): number {
    return this.joins.size;
  }

  private ask(now: number, join: Join): void {
    join.dueAt = now + MEETING_RETRY_MS;
    const { crypto, send } = this.ports.context;
    send(control(join.keys.meeting), sealMeeting(crypto, join.keys, false, encodeRequest(join.request)));
  }

  private answered(now: number, join: Join, reply: MeetingReply): void {
    join.giveUpAt = now + MEETING_PATIENCE_MS;
    if (reply.kind === 'refused') return this.end(join.token, reply.reason);
    if (reply.kind === 'welcome') return this.welcomed(now, join, reply.sealed);
    // The first answer stands: a second sponsor cannot change where the proof goes.
    if (join.told !== undefined) return;
    join.told = reply;
    const { token } = join;
    this.ports.context.emit({ type: 'invite-progress', token, stage: 'answered', roomName: reply.name });
    if (this.ports.isIn(reply.room)) return this.cameIn(reply.room);
    const { crypto, self } = this.ports.context;
    const { room, invite } = reply;
    const subject: Subject = {
      publicKey: self.publicKey,
      prekey: join.prekey.publicKey,
      name: join.name,
    };
    const proof = crypto.ed25519(join.keys.seed).sign(inviteUseMessage(room, invite, subject));
    join.request = { ...join.request, kind: 'prove', room, invite, proof };
    this.ask(now, join);
  }

  private welcomed(now: number, join: Join, sealed: Bytes): void {
    const { crypto, self, count } = this.ports.context;
    const opened = openDirect(crypto, self.publicKey, this.ports.prekeys(), sealed);
    if (!opened.ok) return count(`welcome-${opened.error}`);
    const welcome = readWelcomeBody(opened.value.body);
    const { told, token } = join;
    if (welcome === undefined || told === undefined) return count('welcome-malformed');
    // By the one who said that it is the sponsor, and to the room that we proved the invite for.
    if (!equalBytes(opened.value.from, told.sponsor) || welcome.room !== told.room)
      return count('welcome-by-another');
    this.leave(token);
    this.ports.joined(now, welcome, token);
  }

  private end(token: number, reason: CommandFailure): void {
    this.leave(token);
    this.fail(token, reason);
  }

  private leave(token: number): void {
    const join = this.joins.get(token);
    if (join === undefined) return;
    this.joins.delete(token);
    this.ports.context.emit({ type: 'unsubscribe', to: control(join.keys.meeting) });
  }

  private fail(token: number, reason: CommandFailure): void {
    this.ports.context.emit({ type: 'command-failed', token, reason });
  }
}

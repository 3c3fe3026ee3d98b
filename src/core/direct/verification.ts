/**
 * Verification by seven emoji (secrecy.md §8.2) between two people at their machines: who asked, what waits for whom, and
 * what happens when both ask at once. One at a time with each member. What is verified is the key that the member's id
 * is the hash of; that the other's person agrees is for that one to say.
 */
import type { MemberId } from '../../base/ids.ts';
import type { PeerEvent } from '../api.ts';
import type { Context } from '../context.ts';
import { EMOJI_CROSSING_MS, EMOJI_SESSION_MS, EMOJI_SESSIONS_MAX } from '../limits.ts';
import { answerTo, ask, compare, receive } from '../secrecy/emoji-exchange.ts';
import type { EmojiMessage, EmojiState, EmojiStep } from '../secrecy/emoji-exchange.ts';
import type { DirectBody } from './body.ts';
import type { Contact } from './ports.ts';

export interface VerificationPorts {
  readonly context: Pick<Context, 'crypto' | 'self' | 'emit'>;
  contact(member: MemberId): Contact | undefined;
  /** False where the member cannot be reached. */
  post(now: number, to: MemberId, body: DirectBody): boolean;
}

/** What is going on with one member: it asked and our person has not answered, or the exchange runs. */
type Session = { readonly expiresAt: number } & (
  | { readonly kind: 'asked'; readonly from: Contact; readonly commit: EmojiMessage }
  /** A commit by the other until `crossingUntil` may have been sent before it heard of ours. */
  | { readonly kind: 'running'; readonly state: EmojiState; readonly crossingUntil: number }
);

export type EmojiAnswer = 'accept' | 'same' | 'different' | 'cancel';

export class Verification {
  private readonly ports: VerificationPorts;
  private readonly sessions = new Map<MemberId, Session>();

  constructor(ports: VerificationPorts) {
    this.ports = ports;
  }

  /** Asks the member; where it has asked us, that is the answer. */
  start(now: number, member: MemberId): void {
    const known = this.sessions.get(member);
    if (known?.kind === 'asked') return this.accept(now, member, known.from, known.commit);
    if (known !== undefined) return;
    const contact = this.ports.contact(member);
    if (contact === undefined) return this.report(member, 'failed', { reason: 'not-seen' });
    if (this.sessions.size >= EMOJI_SESSIONS_MAX)
      return this.report(member, 'failed', { reason: 'too-many' });
    const { crypto, self } = this.ports.context;
    const step = ask(crypto, self.publicKey, contact.prekey.identity);
    this.advance(now, member, step, now + EMOJI_CROSSING_MS);
  }

  /** What the person says. Where nothing is there to be said it to, nothing happens. */
  answer(now: number, member: MemberId, what: EmojiAnswer): void {
    const session = this.sessions.get(member);
    if (session === undefined) return;
    if (what === 'cancel') {
      const name = session.kind === 'asked' ? session.commit.session : session.state.session;
      this.ports.post(now, member, emojiBody({ kind: 'cancel', session: name }));
      return this.fail(member, 'cancelled');
    }
    if (session.kind === 'asked') {
      if (what === 'accept') this.accept(now, member, session.from, session.commit);
    } else if (what !== 'accept') this.advance(now, member, compare(session.state, what === 'same'));
  }

  received(now: number, from: Contact, message: EmojiMessage): void {
    const session = this.sessions.get(from.id);
    if (message.kind === 'commit') return this.asked(now, from, message);
    const name = session?.kind === 'asked' ? session.commit.session : session?.state.session;
    if (name !== message.session) {
      // Of a session that is over for us: so that the other does not wait for it.
      if (message.kind !== 'cancel')
        this.ports.post(now, from.id, emojiBody({ kind: 'cancel', session: message.session }));
    } else if (session?.kind === 'asked') {
      this.fail(from.id, message.kind === 'cancel' ? 'cancelled' : 'out-of-order');
    } else if (session !== undefined) {
      this.advance(now, from.id, receive(this.ports.context.crypto, session.state, message));
    }
  }

  /** What was posted was not acknowledged. A cancel that is lost is the other's timeout. */
  undelivered(member: MemberId, message: EmojiMessage): void {
    const session = this.sessions.get(member);
    if (session?.kind === 'running' && session.state.session === message.session)
      this.fail(member, 'no-answer');
  }

  nextTimeout(): number {
    let at = Infinity;
    for (const { expiresAt } of this.sessions.values()) at = Math.min(at, expiresAt);
    return at;
  }

  handleTimeout(now: number): void {
    for (const [member, { expiresAt }] of this.sessions) if (expiresAt <= now) this.fail(member, 'timed-out');
  }

  get size(): number {
    return this.sessions.size;
  }

  private asked(now: number, from: Contact, commit: EmojiMessage): void {
    const known = this.sessions.get(from.id);
    if (known?.kind === 'running') {
      if (known.state.session === commit.session) return;
      // Both asked at once, so both people agreed: the one with the lower id stays the asker.
      if (now < known.crossingUntil && this.ports.context.self.id < from.id) return;
      if (known.state.phase === 'asked') return this.accept(now, from.id, from, commit);
      this.fail(from.id, 'replaced');
    } else if (known === undefined && this.sessions.size >= EMOJI_SESSIONS_MAX) {
      this.ports.post(now, from.id, emojiBody({ kind: 'cancel', session: commit.session }));
      return;
    }
    this.sessions.set(from.id, { kind: 'asked', from, commit, expiresAt: now + EMOJI_SESSION_MS });
    this.report(from.id, 'asked');
  }

  private accept(now: number, member: MemberId, from: Contact, commit: EmojiMessage): void {
    const { crypto, self } = this.ports.context;
    const step = answerTo(crypto, self.publicKey, from.prekey.identity, commit);
    if (step !== undefined) this.advance(now, member, step, -Infinity);
  }

  /** `crossing`: for a session that begins. */
  private advance(now: number, member: MemberId, { state, send }: EmojiStep, crossing?: number): void {
    const before = this.sessions.get(member);
    const running = before?.kind === 'running' ? before : undefined;
    if (running?.state === state) return;
    const crossingUntil = crossing ?? running?.crossingUntil ?? -Infinity;
    this.sessions.set(member, {
      kind: 'running',
      state,
      crossingUntil,
      expiresAt: now + EMOJI_SESSION_MS,
    });
    const isPosted = send === undefined || this.ports.post(now, member, emojiBody(send));
    if (state.phase === 'failed') return this.fail(member, state.fault);
    if (!isPosted) return this.fail(member, 'no-answer');
    if (state.phase === 'verified') {
      this.sessions.delete(member);
      return this.report(member, 'done');
    }
    if (state.phase === 'comparing') return this.report(member, 'compare', { emoji: state.emoji });
    this.report(member, 'waiting');
  }

  private fail(member: MemberId, reason: string): void {
    this.sessions.delete(member);
    this.report(member, 'failed', { reason });
  }

  private report(
    member: MemberId,
    stage: Extract<PeerEvent, { type: 'emoji' }>['stage'],
    more: { readonly emoji?: readonly number[]; readonly reason?: string } = {},
  ): void {
    this.ports.context.emit({ type: 'emoji', member, stage, ...more });
  }
}

const emojiBody = (message: EmojiMessage): DirectBody => ({ kind: 'emoji', message });

/** How two people make sure that nobody is between them: sixty digits, a QR code of them, or emoji compared at once. */
import type { MemberId } from '../base/ids.ts';
import type { EmojiShown, KnownMember, Person, Verification as VerificationInfo } from '../contract/api.ts';
import type { CryptoPort, PeerEvent } from '../core/api.ts';
import { safetyNumber } from '../core/secrecy/safety-number.ts';
import type { Bytes } from '../base/bytes.ts';
import type { EngineCommand } from '../io/engine-messages.ts';
import type { Language } from '../words/index.ts';
import { VERIFICATION_EMOJI } from '../words/verification-emoji.ts';
import type { Events } from './events.ts';
import { ApiFault } from './fault.ts';
import type { Members } from './members.ts';
import type { People } from './people.ts';
import { qrRows } from './qr.ts';

export interface VerificationContext {
  readonly crypto: CryptoPort;
  readonly events: Events;
  readonly members: Members;
  readonly people: People;
  readonly publicKey: Bytes;
  readonly language: Language;
  readonly post: (command: EngineCommand) => void;
}

export type EmojiAction = 'start' | 'accept' | 'same' | 'different' | 'cancel';

export class Verification {
  readonly #context: VerificationContext;

  constructor(context: VerificationContext) {
    this.#context = context;
  }

  /** Also of somebody who is not here now: only the key matters. */
  show(text: string): VerificationInfo {
    const { crypto, members, people, publicKey } = this.#context;
    const { id, name } = this.#resolve(text);
    const key = people.keyOf(id);
    if (key === undefined) throw new ApiFault('member-unreachable', { member: name });
    const digits = safetyNumber(crypto, publicKey, key).split(' ');
    return {
      id,
      name,
      safetyNumber: digits,
      qr: qrRows(digits.join('')),
      verified: people.isVerified(id),
      present: members.isPresent(id),
    };
  }

  setVerified(text: string, verified: boolean): KnownMember {
    return this.#context.people.setVerified(this.#resolve(text).id, verified);
  }

  emoji(text: string, action: EmojiAction): Person {
    const { members, post } = this.#context;
    const { id, name } = this.#resolve(text);
    if (action === 'start' && !members.isPresent(id))
      throw new ApiFault('member-unreachable', { member: name });
    if (action === 'start') post({ type: 'verify-by-emoji', member: id });
    else post({ type: 'answer-emoji', member: id, what: action });
    return { id, name };
  }

  onEmoji({ member, stage, emoji, reason }: Extract<PeerEvent, { type: 'emoji' }>): void {
    const { events, people, language } = this.#context;
    const shown = emoji?.map((index): EmojiShown => {
      const row = VERIFICATION_EMOJI[index];
      return { index, symbol: row?.emoji ?? '', name: row?.[language] ?? '' };
    });
    if (stage === 'done') this.#mark(member);
    events.emit({
      type: 'emoji',
      member: { id: member, name: people.nameOf(member) ?? member.slice(0, 8) },
      stage,
      ...(shown === undefined ? {} : { emoji: shown }),
      ...(reason === undefined ? {} : { reason }),
    });
  }

  #mark(member: MemberId): void {
    const { people, events } = this.#context;
    try {
      people.setVerified(member, true);
    } catch (error) {
      if (!(error instanceof ApiFault)) throw error;
      events.problem(error.code, error.values);
    }
  }

  #resolve(text: string): Person & { readonly id: MemberId } {
    const { members, people } = this.#context;
    return members.resolveAnywhere(text, people.persons());
  }
}

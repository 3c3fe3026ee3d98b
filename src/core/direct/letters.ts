/**
 * Direct messages on their way out: repeated with growing pauses until the other acknowledges them, or given up. What is
 * sent again is the same sealed bytes, so that the other can tell, and can put it together from several tries; only a
 * new process of the other gets it sealed anew, since the old one's message is not for it.
 */
import { toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId } from '../../base/ids.ts';
import { control } from '../context.ts';
import type { Destination } from '../api.ts';
import {
  DIRECT_LETTERS_MAX,
  DIRECT_LETTERS_PER_MEMBER_MAX,
  DIRECT_MULTICAST_TRY,
  DIRECT_RETRY_MAX_MS,
  DIRECT_RETRY_MIN_MS,
  DIRECT_TRIES_MAX,
} from '../limits.ts';
import { sealDirect } from '../secrecy/direct.ts';
import { prekeyIdOf } from '../secrecy/prekeys.ts';
import { directFragmentCount, encodeDirect, MESSAGE_ID_BYTES } from '../wire/direct.ts';
import type { MessageId } from '../wire/direct.ts';
import { encodeBody } from './body.ts';
import type { DirectBody } from './body.ts';
import type { Contact, DirectPorts } from './ports.ts';

interface Sealed {
  /** The recipient's process that it is for. */
  readonly incarnation: string;
  /** Id of its prekey. */
  readonly prekey: string;
  readonly message: MessageId;
  readonly bytes: Bytes;
}

interface Letter {
  readonly to: MemberId;
  readonly body: DirectBody;
  sealed: Sealed | undefined;
  tries: number;
  dueAt: number;
}

export type LetterPorts = Pick<DirectPorts, 'context' | 'contact' | 'sealed' | 'settled'>;

export class Letters {
  private readonly ports: LetterPorts;
  private readonly letters = new Set<Letter>();

  constructor(ports: LetterPorts) {
    this.ports = ports;
  }

  /** False where the member cannot be reached, or too much waits already; else `settled` follows. */
  post(now: number, to: MemberId, body: DirectBody): boolean {
    if (this.ports.contact(to) === undefined) return false;
    const waiting = [...this.letters].filter((letter) => letter.to === to).length;
    if (this.letters.size >= DIRECT_LETTERS_MAX || waiting >= DIRECT_LETTERS_PER_MEMBER_MAX) {
      this.ports.context.count('direct-letters-full');
      return false;
    }
    const letter: Letter = { to, body, sealed: undefined, tries: 0, dueAt: now };
    this.letters.add(letter);
    this.attempt(now, letter);
    return true;
  }

  /** Once and without an answer: an acknowledgement. */
  send(to: Contact, body: DirectBody): void {
    this.transmit(this.seal(to, body), [{ kind: 'unicast', address: to.address }]);
  }

  acknowledged(now: number, from: MemberId, message: MessageId): void {
    for (const letter of this.letters) {
      // Only the one it was for can say that it came.
      if (letter.sealed?.message !== message || letter.to !== from) continue;
      this.letters.delete(letter);
      this.ports.settled(now, letter.to, letter.body, true);
      return;
    }
  }

  nextTimeout(): number {
    let at = Infinity;
    for (const letter of this.letters) at = Math.min(at, letter.dueAt);
    return at;
  }

  handleTimeout(now: number): void {
    for (const letter of this.letters) {
      if (letter.dueAt > now) continue;
      if (letter.tries < DIRECT_TRIES_MAX) this.attempt(now, letter);
      else {
        this.letters.delete(letter);
        this.ports.settled(now, letter.to, letter.body, false);
      }
    }
  }

  get size(): number {
    return this.letters.size;
  }

  private attempt(now: number, letter: Letter): void {
    letter.tries++;
    letter.dueAt = now + Math.min(DIRECT_RETRY_MAX_MS, DIRECT_RETRY_MIN_MS * 2 ** (letter.tries - 1));
    const contact = this.ports.contact(letter.to);
    // It went out of sight; it may come back before the tries are used up.
    if (contact === undefined) return;
    if (letter.sealed?.incarnation !== contact.incarnation) {
      letter.sealed = this.seal(contact, letter.body);
      this.ports.sealed(letter.to, letter.body, letter.sealed.message);
    }
    const ways: Destination[] = [{ kind: 'unicast', address: contact.address }];
    if (letter.tries >= DIRECT_MULTICAST_TRY) ways.push(control(contact.room));
    this.transmit(letter.sealed, ways);
  }

  private seal(to: Contact, body: DirectBody): Sealed {
    const { crypto, self } = this.ports.context;
    const { incarnation, prekey } = to;
    const bytes = sealDirect(crypto, self.publicKey, prekey, encodeBody({ incarnation, body }));
    const message = toHex(crypto.sha256(bytes).subarray(0, MESSAGE_ID_BYTES));
    return { incarnation, prekey: prekeyIdOf(crypto, prekey.publicKey), message, bytes };
  }

  private transmit({ prekey, message, bytes }: Sealed, ways: readonly Destination[]): void {
    for (let index = 0; index < directFragmentCount(bytes.length); index++) {
      const datagram = encodeDirect(prekey, message, bytes, index);
      for (const to of ways) this.ports.context.send(to, datagram);
    }
  }
}

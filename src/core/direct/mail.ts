/**
 * Direct messages between two members (protocol.md §9, secrecy.md §7): both ways of them. Checks go by cost: whose it is,
 * whether it was taken before, the budget, the seal and the signature, then whether it is for this process and by
 * somebody we see. Only then is it acknowledged, so what was refused comes again.
 */
import { toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId } from '../../base/ids.ts';
import type { Address } from '../api.ts';
import { DIRECT_HOSTS_MAX, DIRECT_OPENS_PER_HOST_PER_S, DIRECT_OPENS_PER_S } from '../limits.ts';
import { TokenBucket } from '../reliability/bucket.ts';
import { openDirect } from '../secrecy/direct.ts';
import { prekeyIdOf } from '../secrecy/prekeys.ts';
import type { OwnPrekey } from '../secrecy/prekeys.ts';
import { MESSAGE_ID_BYTES } from '../wire/direct.ts';
import type { DirectFrame, MessageId } from '../wire/direct.ts';
import { memberIdOf } from '../wire/record.ts';
import { decodeBody } from './body.ts';
import type { DirectBody } from './body.ts';
import { Letters } from './letters.ts';
import { Partials } from './partials.ts';
import type { DirectPorts } from './ports.ts';
import { SeenMessages } from './seen.ts';

export class Mail {
  private readonly ports: DirectPorts;
  private readonly letters: Letters;
  private readonly partials = new Partials();
  private readonly seen = new SeenMessages();
  private readonly budget = new TokenBucket(DIRECT_OPENS_PER_S / 1000, DIRECT_OPENS_PER_S);
  /** The one that was asked last stands last. */
  private readonly hostBudgets = new Map<string, TokenBucket>();
  /** Ids of these own prekeys, as they were when last looked at. */
  private known: { readonly ring: readonly OwnPrekey[]; readonly ids: ReadonlySet<string> };

  constructor(ports: DirectPorts) {
    this.ports = ports;
    this.letters = new Letters(ports);
    this.known = { ring: [], ids: new Set() };
  }

  /** False where the member cannot be reached, or too much waits already; else `settled` follows. */
  post(now: number, to: MemberId, body: DirectBody): boolean {
    return this.letters.post(now, to, body);
  }

  handleFrame(now: number, from: Address, frame: DirectFrame): void {
    if (!this.isOurs(frame.to)) return;
    const taken = this.seen.from(frame.message);
    if (taken !== undefined) return this.repeated(now, taken, frame.message);
    const bytes = this.partials.add(now, from.host, frame);
    if (bytes === undefined) return;
    const { crypto } = this.ports.context;
    const message = toHex(crypto.sha256(bytes).subarray(0, MESSAGE_ID_BYTES));
    if (message !== frame.message) return this.ports.context.count('direct-id');
    if (!this.budgetOf(from.host).take(now, 1) || !this.budget.take(now, 1))
      return this.ports.context.count('direct-budget');
    this.open(now, message, bytes);
  }

  nextTimeout(): number {
    return this.letters.nextTimeout();
  }
  handleTimeout(now: number): void {
    this.letters.handleTimeout(now);
  }

  /** Sizes of what is kept, for the simulator's bounds check and for logs. */
  sizes(): Readonly<Record<string, number>> {
    return {
      directLetters: this.letters.size,
      directPartials: this.partials.size,
      directSeen: this.seen.size,
      directHosts: this.hostBudgets.size,
    };
  }

  private open(now: number, message: MessageId, bytes: Bytes): void {
    const { crypto, self, count } = this.ports.context;
    const opened = openDirect(crypto, self.publicKey, this.ports.prekeys(), bytes);
    if (!opened.ok) return count(`direct-${opened.error}`);
    const addressed = decodeBody(opened.value.body);
    if (addressed === undefined) return count('direct-malformed');
    if (addressed.incarnation !== self.incarnation) return count('direct-stale');
    const contact = this.ports.contact(memberIdOf(crypto, opened.value.from));
    if (contact === undefined) return count('direct-stranger');
    const { body } = addressed;
    if (body.kind === 'ack') return this.letters.acknowledged(now, contact.id, body.message);
    if (!this.ports.received(now, contact, body, message)) return count('direct-answers-nothing');
    this.seen.add(now, contact.id, message);
    this.letters.send(contact, { kind: 'ack', message });
  }

  private repeated(now: number, from: MemberId, message: MessageId): void {
    const contact = this.ports.contact(from);
    if (contact !== undefined && this.seen.acknowledges(now, message))
      this.letters.send(contact, { kind: 'ack', message });
  }

  private isOurs(prekey: string): boolean {
    const ring = this.ports.prekeys();
    if (ring !== this.known.ring) {
      const ids = new Set(ring.map(({ publicKey }) => prekeyIdOf(this.ports.context.crypto, publicKey)));
      this.known = { ring, ids };
    }
    return this.known.ids.has(prekey);
  }

  private budgetOf(host: string): TokenBucket {
    const known =
      this.hostBudgets.get(host) ??
      new TokenBucket(DIRECT_OPENS_PER_HOST_PER_S / 1000, DIRECT_OPENS_PER_HOST_PER_S);
    this.hostBudgets.delete(host);
    this.hostBudgets.set(host, known);
    const oldest = this.hostBudgets.keys().next().value;
    if (this.hostBudgets.size > DIRECT_HOSTS_MAX && oldest !== undefined) this.hostBudgets.delete(oldest);
    return known;
  }
}

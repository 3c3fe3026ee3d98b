/** People who send each other direct messages over a network that loses, doubles and reorders them, in memory. */
import { person } from './secrecy-people.ts';
import type { Person } from './secrecy-people.ts';
import { toHex } from '../src/base/bytes.ts';
import type { Bytes } from '../src/base/bytes.ts';
import type { MemberId, RoomId } from '../src/base/ids.ts';
import { seededRandom } from '../src/base/prng.ts';
import type { Random } from '../src/base/prng.ts';
import type { Address, Destination, PeerEvent } from '../src/core/api.ts';
import { decodeFrame } from '../src/core/wire/frame.ts';
import type { DirectBody } from '../src/core/direct/body.ts';
import { Mail } from '../src/core/direct/mail.ts';
import type { Contact } from '../src/core/direct/ports.ts';
import { Verification } from '../src/core/direct/verification.ts';

export const LOBBY = 'cd'.repeat(16) as RoomId;

export interface Weather {
  readonly loss: number;
  readonly copies: number;
  /** Datagrams arrive after up to so many milliseconds. */
  readonly delayMs: number;
}
export const CALM: Weather = { loss: 0, copies: 0, delayMs: 1 };
export const STORM: Weather = { loss: 0.3, copies: 0.3, delayMs: 120 };

interface Flight {
  readonly at: number;
  readonly from: Address;
  readonly to: Destination;
  readonly bytes: Bytes;
}

/** One network; everybody on it hears the group, and unicast finds its host. */
export class Post {
  now = 1000;
  weather: Weather;
  /** What went over the wire; a test may look, and send it again. */
  readonly wire: Flight[] = [];
  readonly residents: Resident[] = [];
  /** Swallows, changes or redirects what is sent: somebody in the middle. */
  intercept: (from: Resident, to: Destination, bytes: Bytes) => boolean = () => false;
  private readonly random: Random;
  private flying: Flight[] = [];

  constructor(weather: Weather, seed = 1) {
    this.weather = weather;
    this.random = seededRandom(seed);
  }

  send(from: Address, to: Destination, bytes: Bytes): void {
    const copies = this.random.next() < this.weather.copies ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (this.random.next() < this.weather.loss) continue;
      const flight = { at: this.now + this.weather.delayMs * this.random.next(), from, to, bytes };
      this.flying.push(flight);
      this.wire.push(flight);
    }
  }

  run(untilMs: number): void {
    const end = this.now + untilMs;
    for (;;) {
      const arrival = Math.min(Infinity, ...this.flying.map(({ at }) => at));
      const due = Math.min(arrival, ...this.residents.map((one) => one.nextTimeout()));
      if (due > end) break;
      this.now = Math.max(this.now, due);
      const arrived = this.flying.filter(({ at }) => at <= this.now);
      this.flying = this.flying.filter(({ at }) => at > this.now);
      for (const { from, to, bytes } of arrived) this.deliver(from, to, bytes);
      for (const one of this.residents) one.handleTimeout(this.now);
    }
    this.now = end;
  }

  deliver(from: Address, to: Destination, bytes: Bytes): void {
    for (const one of this.residents) {
      if (to.kind === 'unicast' && to.address.host !== one.address.host) continue;
      if (to.kind === 'control' && one.isDeafToGroup) continue;
      one.hear(from, bytes);
    }
  }
}

/** One person at a machine, with a mail box and a verification. */
export class Resident {
  readonly person: Person;
  readonly address: Address;
  readonly post: Post;
  readonly counts = new Map<string, number>();
  readonly received: { readonly from: MemberId; readonly body: DirectBody }[] = [];
  readonly settled: { readonly to: MemberId; readonly body: DirectBody; readonly isDelivered: boolean }[] =
    [];
  readonly sealed: { readonly to: MemberId; readonly body: DirectBody; readonly message: string }[] = [];
  readonly stages: Extract<PeerEvent, { type: 'emoji' }>[] = [];
  /** Whom it sees, under which key: people may have been told a false one. */
  readonly contacts = new Map<MemberId, Contact>();
  isDeafToGroup = false;
  incarnation: string;
  mail: Mail;
  verification: Verification;

  constructor(post: Post, seed: number) {
    this.post = post;
    this.person = person(seed);
    this.address = { host: `10.0.0.${seed}`, port: 1 };
    this.incarnation = toHex(this.person.crypto.randomBytes(8));
    ({ mail: this.mail, verification: this.verification } = this.open());
    post.residents.push(this);
  }

  get id(): MemberId {
    return this.person.id;
  }

  /** A new process: everything but the keys is forgotten. */
  restart(): void {
    this.incarnation = toHex(this.person.crypto.randomBytes(8));
    ({ mail: this.mail, verification: this.verification } = this.open());
  }

  sees(other: Resident): void {
    const { publicKey, prekey } = other.person;
    this.contacts.set(other.id, {
      id: other.id,
      prekey: { identity: publicKey, publicKey: prekey, serial: 1 },
      incarnation: other.incarnation,
      address: other.address,
      room: LOBBY,
    });
  }

  hear(from: Address, bytes: Bytes): void {
    const decoded = decodeFrame(bytes);
    if (decoded.ok && decoded.value.kind === 'direct')
      this.mail.handleFrame(this.post.now, from, decoded.value.frame);
  }

  nextTimeout(): number {
    return Math.min(this.mail.nextTimeout(), this.verification.nextTimeout());
  }
  handleTimeout(now: number): void {
    this.mail.handleTimeout(now);
    this.verification.handleTimeout(now);
  }

  private open(): { mail: Mail; verification: Verification } {
    const { crypto, publicKey, id, prekeys } = this.person;
    const context = {
      crypto,
      self: {
        id,
        publicKey,
        incarnation: this.incarnation,
        unicastPort: 1,
        datagramBytesMax: 1472,
        name: '',
      },
      send: (to: Destination, bytes: Bytes): void => {
        if (!this.post.intercept(this, to, bytes)) this.post.send(this.address, to, bytes);
      },
      count: (what: string) => void this.counts.set(what, (this.counts.get(what) ?? 0) + 1),
      emit: (event: PeerEvent): void => {
        if (event.type === 'emoji') this.stages.push(event);
      },
    };
    const contact = (member: MemberId): Contact | undefined => this.contacts.get(member);
    const mail: Mail = new Mail({
      context,
      contact,
      prekeys: () => prekeys,
      received: (now, from, body) => {
        if (body.kind === 'declined') return false;
        this.received.push({ from: from.id, body });
        if (body.kind === 'emoji') this.verification.received(now, from, body.message);
        return true;
      },
      sealed: (to, body, message) => void this.sealed.push({ to, body, message }),
      settled: (_, to, body, isDelivered) => {
        this.settled.push({ to, body, isDelivered });
        if (body.kind === 'emoji' && !isDelivered) this.verification.undelivered(to, body.message);
      },
    });
    const verification = new Verification({
      context,
      contact,
      post: (now, to, body) => mail.post(now, to, body),
    });
    return { mail, verification };
  }
}

/** Two who see each other. */
export function pair(weather: Weather, seed = 1): { post: Post; anna: Resident; bob: Resident } {
  const post = new Post(weather, seed);
  const anna = new Resident(post, 1);
  const bob = new Resident(post, 2);
  anna.sees(bob);
  bob.sees(anna);
  return { post, anna, bob };
}

/**
 * Writes operations for tests: honest ones and any others. Hashes and signatures are stand-ins, quick and not secure:
 * every bit of what is hashed or signed has a say in them, and that is all that tests of operations need.
 */
import { assert } from '../../base/assert.ts';
import { concatBytes, equalBytes } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, OperationId, RoomId } from '../../base/ids.ts';
import type { CryptoPort } from '../api.ts';
import { utf8 } from '../wire/codec.ts';
import { inviteUseMessage, signOperation } from '../wire/operation.ts';
import type { Operation } from '../wire/operation.ts';
import type { OperationBody, Role, Subject } from '../wire/operation-body.ts';
import { memberIdOf } from '../wire/record.ts';

export interface Person {
  readonly name: string;
  readonly id: MemberId;
  readonly publicKey: Bytes;
  readonly crypto: CryptoPort;
  readonly subject: Subject;
}

export interface Links {
  /** Operations that the author had seen; its own previous one is added by itself. */
  readonly after?: readonly Operation[];
  /** Another than the author's newest: a fork. `null`: none. */
  readonly previous?: Operation | null;
  /** Another grant than the newest one to the author that it had seen. */
  readonly authority?: Operation;
}

export class Scenario {
  readonly operations: Operation[] = [];
  readonly genesis: Operation;
  readonly room: RoomId;
  private readonly pasts = new Map<OperationId, Set<Operation>>();

  constructor(creator: Person) {
    const body: OperationBody = {
      kind: 'genesis',
      prekey: creator.subject.prekey,
      name: creator.name,
      roomName: 'room',
      history: { kind: 'since-joining' },
      secretHash: digest(utf8('secret')),
    };
    const links = {
      room: undefined,
      sequence: 1,
      previous: undefined,
      authority: undefined,
      parents: [],
      depth: 1,
    };
    this.genesis = signOperation(creator.crypto, { ...links, publicKey: creator.publicKey, body });
    this.room = this.genesis.room;
    this.keep(this.genesis, []);
  }

  /** Without `after`: the author has seen everything so far. */
  write(author: Person, body: OperationBody, links: Links = {}): Operation {
    const own = this.operations.filter((operation) => operation.author === author.id);
    const previous = links.previous === null ? undefined : (links.previous ?? own.at(-1));
    const seen = this.heads([
      ...(links.after ?? this.operations),
      ...(previous === undefined ? [] : [previous]),
    ]);
    const parents = seen.filter((operation) => operation !== previous).slice(0, 8);
    const direct = previous === undefined ? parents : [previous, ...parents];
    const past = this.pastOf(direct);
    const grants = this.operations.filter(
      (operation) => past.has(operation) && grantsTo(operation, author.id),
    );
    const authority = links.authority ?? grants.at(-1) ?? this.genesis;
    const operation = signOperation(author.crypto, {
      room: this.room,
      publicKey: author.publicKey,
      sequence: (previous?.sequence ?? 0) + 1,
      previous: previous?.id,
      authority: authority.id,
      parents: parents.map((parent) => parent.id).toSorted(),
      depth: 1 + Math.max(...direct.map((ancestor) => ancestor.depth)),
      body,
    });
    this.keep(operation, direct);
    return operation;
  }

  /** Whether `a` precedes `b`. */
  precedes(a: Operation, b: Operation): boolean {
    return this.pasts.get(b.id)?.has(a) === true;
  }

  /** What comes before these operations, and themselves. */
  pastOf(operations: readonly Operation[]): Set<Operation> {
    const past = new Set(operations);
    for (const operation of operations)
      for (const before of this.pasts.get(operation.id) ?? []) past.add(before);
    return past;
  }

  /** Those of them that precede no other. */
  private heads(operations: readonly Operation[]): Operation[] {
    const heads: Operation[] = [];
    const covered = new Set<Operation>();
    for (const operation of [...new Set(operations)].toSorted((a, b) => b.depth - a.depth)) {
      if (covered.has(operation)) continue;
      heads.push(operation);
      for (const before of this.pasts.get(operation.id) ?? []) covered.add(before);
    }
    return heads;
  }

  private keep(operation: Operation, direct: readonly Operation[]): void {
    assert(!this.pasts.has(operation.id), 'written twice');
    this.pasts.set(operation.id, this.pastOf(direct));
    this.operations.push(operation);
  }
}

export const grantsTo = (operation: Operation, member: MemberId): boolean =>
  operation.body.kind === 'genesis'
    ? operation.author === member
    : 'subject' in operation.body && operation.target === member;

export function person(name: string): Person {
  const publicKey = digest(utf8(`key of ${name}`));
  const crypto = standIn(publicKey);
  const prekey = digest(utf8(`prekey of ${name}`));
  return { name, publicKey, crypto, id: memberIdOf(crypto, publicKey), subject: { publicKey, prekey, name } };
}

export const add = ({ subject }: Person, role: Role = 'member'): OperationBody => ({
  kind: 'add',
  role,
  subject,
});
export const promote = ({ subject }: Person, role: 'owner' | 'admin' = 'admin'): OperationBody => ({
  kind: 'promote',
  role,
  subject,
});
export const demote = ({ id }: Person): OperationBody => ({ kind: 'demote', target: id });
export const remove = ({ id }: Person, sequence = 7): OperationBody => ({
  kind: 'remove',
  target: id,
  cut: { incarnation: '0123456789abcdef', sequence },
});
export const leave: OperationBody = { kind: 'leave' };
export const update = ({ name }: Person, salt: number): OperationBody => ({
  kind: 'update',
  name: `${name} ${salt}`,
  prekey: digest(utf8(`prekey ${salt} of ${name}`)),
});
export const rename = (roomName: string): OperationBody => ({ kind: 'room-name', roomName });

export const revoke = ({ id }: Operation): OperationBody => ({ kind: 'revoke', invite: id });

/** Whoever knows the secret of an invite. */
export const invitePerson = (secret: string): Person => person(`invite ${secret}`);
export const invite = (secret: string): OperationBody => ({
  kind: 'invite',
  inviteKey: invitePerson(secret).publicKey,
  expiresAt: 0,
});
export function use(
  operation: Operation,
  secret: string,
  { subject }: Person,
  room = operation.room,
): OperationBody {
  const proof = invitePerson(secret).crypto.sign(inviteUseMessage(room, operation.id, subject));
  return { kind: 'use', invite: operation.id, subject, proof };
}

function standIn(publicKey: Bytes): CryptoPort {
  const mark = (key: Bytes, message: Bytes): Bytes => {
    const half = digest(concatBytes(key, message));
    return concatBytes(half, half);
  };
  const unused = (): never => assert(false, 'not for operations') as never;
  return {
    sha256: digest,
    sha256Stream: unused,
    sign: (message) => mark(publicKey, message),
    verify: (key, message, signature) => equalBytes(mark(key, message), signature),
    ed25519: unused,
    hkdf: unused,
    sealStream: unused,
    openStream: unused,
    randomBytes: unused,
    hmac: unused,
    x25519PublicKey: unused,
    x25519: unused,
    seal: unused,
    open: unused,
    equalSecrets: unused,
  };
}

/** 32 bytes in which every bit of the input has a say. */
export function digest(bytes: Bytes): Bytes {
  const lanes = Uint32Array.from({ length: 8 }, (_, lane) => Math.imul(lane + 1, 0x9e3779b1));
  const round = (value: number): void => {
    for (let lane = 0; lane < 8; lane++) {
      const mixed = Math.imul(
        ((lanes[lane] as number) ^ value) + (lanes[(lane + 1) & 7] as number),
        0x85ebca6b,
      );
      lanes[lane] = (mixed ^ (mixed >>> 15)) + lane;
    }
  };
  for (const byte of bytes) round(byte + 1);
  for (let i = 0; i < 4; i++) round(bytes.length);
  return new Uint8Array(lanes.buffer);
}

/**
 * A small stand-in for the network engine: it authors records the way the core does, knows the members that a test
 * gives it, and remembers every command.
 */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import type { Bytes } from '../../src/base/bytes.ts';
import type { MemberId, RecordId, RoomId, TransferId } from '../../src/base/ids.ts';
import type { CryptoPort, MemberView } from '../../src/core/api.ts';
import { memberIdOf, parseRecord, signRecord } from '../../src/core/wire/record.ts';
import type { LogRecord, RecordBody } from '../../src/core/wire/record.ts';
import { generateKeyPair, nodeCrypto } from '../../src/io/crypto.ts';
import type { StartEngine } from '../../src/daemon/engine.ts';
import { stampOf } from '../../src/io/files/file-stamp.ts';
import type {
  EngineCommand,
  EngineConfig,
  EngineEvent,
  ForwardedEvent,
} from '../../src/io/engine-messages.ts';

type Offer = Extract<EngineCommand, { type: 'offer' }>;
type Say = Extract<EngineCommand, { type: 'say' }>;
type Annotate = Extract<EngineCommand, { type: 'annotate' }>;
type Authored = Say | Offer | Annotate;
type Join = Extract<EngineCommand, { type: 'join' }>;

export class EngineDouble {
  readonly commands: EngineCommand[] = [];
  config: EngineConfig | undefined;
  /** Instead of `started`. */
  refusal: Extract<EngineEvent, { type: 'start-failed' }> | undefined;
  /** Others in every room. */
  members: readonly MemberView[] = [];
  beforeStopped: () => void = () => undefined;
  #listen: (event: EngineEvent) => void = () => undefined;
  readonly #last = new Map<RoomId, LogRecord | undefined>();
  readonly #unstored = new Map<RecordId, { readonly command: Authored; readonly record: LogRecord }>();
  #kept = 0;

  readonly start: StartEngine = (config, listen) => {
    this.config = config;
    this.#listen = listen;
    const started: EngineEvent = {
      type: 'started',
      path: 'portable',
      unicastPort: 1,
      interfaces: [{ name: 'eth0', address: '10.0.0.1', loopback: false }],
    };
    setImmediate(() => listen(this.refusal ?? started));
    return {
      post: (command) => {
        this.commands.push(command);
        setImmediate(() => this.#on(command));
      },
      terminate: () => Promise.resolve(),
    };
  };

  emit(event: EngineEvent): void {
    this.#listen(event);
  }

  core(event: ForwardedEvent): void {
    this.emit({ type: 'core', event });
  }

  /** A member comes. */
  enter(room: RoomId, name: string, id = memberId(name)): MemberView {
    const seen = { self: false, away: false, silentMs: 1, canBeReached: true };
    const member = { id, name, address: '10.0.0.2', ...seen, publicKey: publicKeyOf(name) };
    this.members = [...this.members, member];
    this.core({ type: 'member-joined', room, member });
    return member;
  }

  offered(room: RoomId, name: string, size: number, transfer = transferId(name)): TransferId {
    this.core({
      type: 'transfer-offered',
      room,
      transfer,
      message: transfer.padEnd(64, '0') as RecordId,
      record: new TextEncoder().encode(name),
      file: { name, size },
      from: memberId('Wren'),
      name: 'Wren',
      at: 1,
      own: false,
      depth: 1,
      sequence: 1,
    });
    return transfer;
  }

  ofType<T extends EngineCommand['type']>(type: T): Extract<EngineCommand, { type: T }>[] {
    return this.commands.filter((command) => command.type === type) as Extract<EngineCommand, { type: T }>[];
  }

  #on(command: EngineCommand): void {
    switch (command.type) {
      case 'join':
        return this.#join(command);
      case 'quit':
        return this.core({ type: 'room-quit', room: command.room });
      case 'say':
      case 'offer':
      case 'annotate':
        return this.#author(command);
      case 'record-stored':
        return this.#leave(command.id);
      case 'ask-members':
        return this.emit({ type: 'members', request: command.request, members: this.members });
      case 'stop':
        this.beforeStopped();
        return this.emit({ type: 'stopped' });
      default:
        return undefined;
    }
  }

  #join({ room, history }: Join): void {
    const records = history.records.map(({ bytes }) => parseRecord(this.#crypto, bytes));
    const own = records.filter((one) => one?.author === this.#selfId);
    this.#last.set(room, own.at(-1));
    this.core({ type: 'room-joined', room });
  }

  #author(command: Authored): void {
    const { room, at, token } = command;
    const last = this.#last.get(room);
    const sequence = (last?.sequence ?? 0) + 1;
    const record = signRecord(this.#crypto, {
      room,
      publicKey: this.config?.publicKey ?? new Uint8Array(32),
      incarnation: '00'.repeat(8),
      sequence,
      previous: last?.id,
      parents: [],
      depth: sequence,
      at,
      name: 'me',
      body: bodyOf(command),
    });
    this.#last.set(room, record);
    this.#unstored.set(record.id, { command, record });
    if (command.type === 'offer') {
      const stamp = stampOf(statSync(command.path, { bigint: true }));
      this.emit({ type: 'source-opened', token: command.token, stamp });
    }
    const { id, depth, bytes } = record;
    this.core({ type: 'store-record', room, id, sequence, depth, at, bytes, audience: '', token });
  }

  /** Somebody else says something. */
  said(room: RoomId, name: string, body: RecordBody, sequence = 1): LogRecord {
    const keys = keysOf(name);
    const previous = 'f'.repeat(64) as RecordId;
    const record = signRecord(keys.crypto, {
      room,
      publicKey: keys.publicKey,
      incarnation: '00'.repeat(8),
      sequence,
      previous: sequence === 1 ? undefined : previous,
      parents: [],
      depth: sequence,
      at: 1_790_000_000_000 + sequence,
      name,
      body,
    });
    const { id, author, depth, at, bytes } = record;
    this.#kept++;
    const serial = this.#kept;
    this.core({ type: 'keep-record', room, serial, id, author, sequence, depth, at, bytes, audience: '' });
    return record;
  }

  #leave(id: RecordId): void {
    const left = this.#unstored.get(id);
    if (left === undefined) return;
    const { command, record } = left;
    const { room, at, author: from, depth, sequence } = record;
    const common = { room, at, from, name: 'me', own: true, depth, sequence };
    if (command.type === 'say') this.core({ ...common, type: 'message', id, text: command.text });
    else if (command.type === 'offer') {
      const transfer = id.slice(0, 32) as TransferId;
      const file = { name: command.name, size: 3 };
      this.core({
        ...common,
        type: 'transfer-offered',
        transfer,
        message: id,
        record: record.bytes,
        file,
      });
    }
  }

  get #crypto(): CryptoPort {
    return nodeCrypto(this.config?.privateKeyPkcs8 ?? new Uint8Array(0));
  }
  get #selfId(): MemberId {
    return memberIdOf(this.#crypto, this.config?.publicKey ?? new Uint8Array(32));
  }
}

function bodyOf(command: Authored): RecordBody {
  if (command.type === 'say') {
    const { text, replyTo } = command;
    return replyTo === undefined ? { kind: 'text', text } : { kind: 'text', text, replyTo };
  }
  if (command.type === 'offer')
    return { kind: 'offer', name: command.name, size: 3, symbolBytes: 1460, secret: new Uint8Array(32) };
  const { target, what } = command;
  return what.kind === 'read' ? { kind: 'read', upTo: target } : { ...what, target };
}

const people = new Map<string, { readonly publicKey: Bytes; readonly crypto: CryptoPort }>();
function keysOf(name: string): { readonly publicKey: Bytes; readonly crypto: CryptoPort } {
  const known = people.get(name);
  if (known !== undefined) return known;
  const { publicKey, privateKeyPkcs8 } = generateKeyPair();
  const keys = { publicKey, crypto: nodeCrypto(privateKeyPkcs8) };
  people.set(name, keys);
  return keys;
}

export const publicKeyOf = (name: string): Bytes =>
  new Uint8Array(createHash('sha256').update(`key of ${name}`).digest());
export const memberId = (name: string): MemberId =>
  createHash('sha256').update(name).digest('hex').slice(0, 32) as MemberId;
export const transferId = (name: string): TransferId => memberId(`file ${name}`) as string as TransferId;

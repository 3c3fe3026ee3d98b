/**
 * A small stand-in for the network engine: it authors records the way the core does, knows the members that a test
 * gives it, and remembers every command.
 */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import type { Bytes } from '../../src/base/bytes.ts';
import type { MemberId, RecordId, RoomId, TransferId } from '../../src/base/ids.ts';
import type { MemberView } from '../../src/core/api.ts';
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
  readonly #sequences = new Map<RoomId, number>();
  readonly #unstored = new Map<RecordId, Say | Offer>();

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
    const last = history.records.at(-1)?.bytes;
    const sequence =
      last === undefined ? 0 : (JSON.parse(new TextDecoder().decode(last)) as { sequence: number }).sequence;
    this.#sequences.set(room, sequence);
    this.core({ type: 'room-joined', room });
  }

  #author(command: Say | Offer): void {
    const sequence = (this.#sequences.get(command.room) ?? 0) + 1;
    this.#sequences.set(command.room, sequence);
    const bytes = new TextEncoder().encode(JSON.stringify({ ...command, sequence }));
    const id = createHash('sha256').update(bytes).digest('hex') as RecordId;
    this.#unstored.set(id, command);
    if (command.type === 'offer') {
      const stamp = stampOf(statSync(command.path, { bigint: true }));
      this.emit({ type: 'source-opened', token: command.token, stamp });
    }
    const { room, at, token } = command;
    const placed = { room, id, sequence, depth: sequence, at };
    this.core({ ...placed, type: 'store-record', bytes, audience: '', token });
  }

  #leave(id: RecordId): void {
    const command = this.#unstored.get(id);
    if (command === undefined) return;
    const { room, at } = command;
    const sequence = this.#sequences.get(room) ?? 0;
    const common = { room, at, from: memberId('me'), name: 'me', own: true, depth: sequence, sequence };
    if (command.type === 'say') this.core({ ...common, type: 'message', id, text: command.text });
    else {
      const transfer = id.slice(0, 32) as TransferId;
      const file = { name: command.name, size: 3 };
      this.core({
        ...common,
        type: 'transfer-offered',
        transfer,
        message: id,
        record: new Uint8Array(1),
        file,
      });
    }
  }
}

export const publicKeyOf = (name: string): Bytes =>
  new Uint8Array(createHash('sha256').update(`key of ${name}`).digest());
export const memberId = (name: string): MemberId =>
  createHash('sha256').update(name).digest('hex').slice(0, 32) as MemberId;
export const transferId = (name: string): TransferId => memberId(`file ${name}`) as string as TransferId;

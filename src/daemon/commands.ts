/** Commands about private rooms, each of which the core answers with `command-done` or `command-failed`. */
import type { RoomId } from '../base/ids.ts';
import type { CommandFailure } from '../core/api.ts';
import { PRIVATE_ROOMS_MAX } from '../core/limits.ts';
import type { EngineCommand } from '../io/engine-messages.ts';
import type { ProblemCode, Values } from '../words/index.ts';
import { ApiFault } from './fault.ts';
import { COMMAND_MS_MAX, WAITING_COMMANDS_MAX } from './limits.ts';
import type { Tokens } from './tokens.ts';

interface Waiter {
  readonly resolve: (room: RoomId | undefined) => void;
  readonly reject: (fault: ApiFault) => void;
  readonly timer: NodeJS.Timeout;
  /** What a sentence about the failure names: `room`, `member`. */
  readonly values: Values;
  /** The room that this command made. */
  room?: RoomId;
}

const CODES: Readonly<Record<CommandFailure, ProblemCode>> = {
  'not-allowed': 'not-allowed',
  'unknown-member': 'member-unknown',
  'no-prekey': 'member-unreachable',
  'room-full': 'room-full',
  'room-closed': 'room-closed',
  'too-many': 'limit-reached',
  forked: 'room-forked',
  'invite-unknown': 'invite-unknown',
  'invite-used': 'invite-used',
  'last-admin': 'last-admin',
  'invite-expired': 'invite-expired',
  'invite-own': 'invite-own',
  'no-answer': 'invite-no-answer',
  cancelled: 'join-cancelled',
};

export class Commands {
  readonly #tokens: Tokens;
  readonly #post: (command: EngineCommand) => void;
  readonly #waiters = new Map<number, Waiter>();

  constructor(tokens: Tokens, post: (command: EngineCommand) => void) {
    this.#tokens = tokens;
    this.#post = post;
  }

  /** Returns when it is done, with the room that it made, if any. `values` are for the words where it fails. */
  async run(
    command: (token: number) => EngineCommand,
    values: Values,
    waitMs = COMMAND_MS_MAX,
  ): Promise<RoomId | undefined> {
    if (this.#waiters.size >= WAITING_COMMANDS_MAX) {
      throw new ApiFault('limit-reached', { detail: 'commands', limit: WAITING_COMMANDS_MAX });
    }
    const token = this.#tokens.next();
    return new Promise((resolve, reject) => {
      const late = new ApiFault('timeout', { detail: String(values['room'] ?? ''), seconds: waitMs / 1000 });
      const timer = setTimeout(() => this.refuse(token, late), waitMs);
      this.#waiters.set(token, { resolve, reject, timer, values });
      this.#post(command(token));
    });
  }

  /** The `store-private` of a command names the room that it is about. */
  noteRoom(token: number, room: RoomId): void {
    const waiter = this.#waiters.get(token);
    if (waiter !== undefined) waiter.room = room;
  }

  onDone(token: number, room: RoomId | undefined): void {
    const waiter = this.#take(token);
    waiter?.resolve(waiter.room ?? room);
  }

  onFailed(token: number, reason: CommandFailure): void {
    const values = this.#waiters.get(token)?.values ?? {};
    this.refuse(
      token,
      new ApiFault(CODES[reason], { detail: reason, limit: PRIVATE_ROOMS_MAX, ids: '', ...values }),
    );
  }

  refuse(token: number, fault: ApiFault): void {
    this.#take(token)?.reject(fault);
  }

  close(): void {
    for (const token of this.#waiters.keys()) this.refuse(token, new ApiFault('daemon-stopped'));
  }

  #take(token: number): Waiter | undefined {
    const waiter = this.#waiters.get(token);
    this.#waiters.delete(token);
    clearTimeout(waiter?.timer);
    return waiter;
  }
}

/**
 * Which files are taken without a question. A rule of the member goes before one of the room, and that before the one for
 * everybody; each bound by itself. What goes beyond is not refused: the user is asked.
 */
import type { MemberId, RoomId } from '../base/ids.ts';
import type { FileRule, FileRules, FileRuleSet, Params } from '../contract/api.ts';
import type { RuleScope, StoredFileRule } from '../store/file-rules.ts';
import { FILE_RULES_MAX } from '../store/limits.ts';
import type { Store } from '../store/store.ts';
import type { Events } from './events.ts';
import { ApiFault } from './fault.ts';
import { AUTO_ACCEPT_BYTES_MAX, DAY_BYTES_MAX, DAY_MS, ON_THE_WAY_BYTES_MAX } from './limits.ts';
import type { Members } from './members.ts';
import type { People } from './people.ts';
import type { Rooms } from './rooms.ts';

export interface FileRulesContext {
  readonly store: Store;
  readonly events: Events;
  readonly rooms: Rooms;
  readonly members: Members;
  readonly people: People;
  /** Unix milliseconds. */
  readonly now: () => number;
}

export interface OfferedFile {
  readonly room: RoomId;
  readonly from: MemberId;
  readonly size: number;
}

const DEFAULTS: FileRule = {
  acceptBytes: AUTO_ACCEPT_BYTES_MAX,
  onTheWayBytes: ON_THE_WAY_BYTES_MAX,
  dayBytes: DAY_BYTES_MAX,
};
const NONE: StoredFileRule = { acceptBytes: null, onTheWayBytes: null, dayBytes: null };

export class FileRuleBook {
  readonly #context: FileRulesContext;
  readonly #rules = new Map<string, StoredFileRule>();

  constructor(context: FileRulesContext) {
    this.#context = context;
    for (const { scope, subject, ...rule } of context.store.fileRules.list())
      this.#rules.set(key(scope, subject), rule);
  }

  /** `onTheWay`: bytes of this member's files that are accepted and not here yet. */
  takes({ room, from, size }: OfferedFile, onTheWay: number): boolean {
    const { store, now } = this.#context;
    const bound = (which: keyof FileRule): number =>
      this.#of('member', from)[which] ?? this.#of('room', room)[which] ?? this.#everywhere()[which];
    if (size > bound('acceptBytes') || onTheWay + size > bound('onTheWayBytes')) return false;
    return store.transfers.bytesSince(from, now() - DAY_MS) + size <= bound('dayBytes');
  }

  list(): FileRules {
    const { rooms, people } = this.#context;
    const entries = [...this.#rules].map(([at, rule]) => ({
      ...parts(at),
      rule: { ...rule } as FileRuleSet,
    }));
    return {
      everywhere: this.#everywhere(),
      defaults: DEFAULTS,
      rooms: entries
        .filter(({ scope, subject }) => scope === 'room' && rooms.get(subject as RoomId) !== undefined)
        .map(({ subject, rule }) => ({ room: rooms.label(subject as RoomId), ...rule })),
      members: entries
        .filter(({ scope }) => scope === 'member')
        .map(({ subject, rule }) => {
          const name = people.nameOf(subject as MemberId) ?? subject.slice(0, 8);
          return { member: { id: subject, name }, ...rule };
        }),
    };
  }

  set({ room, member, acceptBytes, onTheWayBytes, dayBytes }: Params<'set-rules'>): FileRules {
    const { store, events, rooms, members, people } = this.#context;
    const scope: RuleScope = room !== undefined ? 'room' : member !== undefined ? 'member' : 'everywhere';
    let subject = '';
    if (room !== undefined) subject = rooms.idOf(room);
    else if (member !== undefined) subject = members.resolveAnywhere(member, people.persons()).id;
    const old = this.#of(scope, subject);
    const rule: StoredFileRule = {
      acceptBytes: acceptBytes === undefined ? old.acceptBytes : acceptBytes,
      onTheWayBytes: onTheWayBytes === undefined ? old.onTheWayBytes : onTheWayBytes,
      dayBytes: dayBytes === undefined ? old.dayBytes : dayBytes,
    };
    const stored = store.attempt(() => store.fileRules.set(scope, subject, rule));
    if (!stored.ok) throw new ApiFault(stored.error.code, { ...stored.error });
    if (!stored.value) throw new ApiFault('limit-reached', { detail: 'rules', limit: FILE_RULES_MAX });
    const isEmpty = Object.values(rule).every((bound) => bound === null);
    if (isEmpty) this.#rules.delete(key(scope, subject));
    else this.#rules.set(key(scope, subject), rule);
    const rules = this.list();
    events.emit({ type: 'rules', rules });
    return rules;
  }

  #everywhere(): FileRule {
    const set = this.#of('everywhere', '');
    return {
      acceptBytes: set.acceptBytes ?? DEFAULTS.acceptBytes,
      onTheWayBytes: set.onTheWayBytes ?? DEFAULTS.onTheWayBytes,
      dayBytes: set.dayBytes ?? DEFAULTS.dayBytes,
    };
  }

  #of(scope: RuleScope, subject: string): StoredFileRule {
    return this.#rules.get(key(scope, subject)) ?? NONE;
  }
}

const key = (scope: RuleScope, subject: string): string => `${scope} ${subject}`;
function parts(at: string): { scope: string; subject: string } {
  const [scope = '', subject = ''] = at.split(' ');
  return { scope, subject };
}
